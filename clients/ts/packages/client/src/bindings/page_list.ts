import type { WalrusClient } from '../client.js';
import { walrusErrorOf, type WalrusError } from '../errors.js';
import type { CrawledPage } from '../types.js';
import { Live } from './live.js';
import type { Status } from './view.js';

/** What has been read so far of a crawled site's pages. */
export interface PagesView {
  readonly items: readonly CrawledPage[];
  /** Whether there may be more of them to read. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error: WalrusError | null;
}

const unread: PagesView = { items: [], hasMore: true, isLoading: false, error: null };

/** The pages of a crawled site in the order in which they were found, read as they are asked for. */
export class PageList extends Live<PagesView> {
  readonly #client: WalrusClient;
  readonly #documentId: string;
  #cursor: string | undefined;

  constructor(client: WalrusClient, documentId: string | null) {
    super(documentId === null ? { ...unread, hasMore: false } : unread);
    this.#client = client;
    this.#documentId = documentId ?? '';
  }

  /** Reads the next so many. */
  more = async (): Promise<void> => {
    const { items, hasMore } = this.snapshot();
    if (hasMore) await this.#read(items, this.#cursor, 1);
  };

  /** Reads what was read once more: while a crawl goes on, pages are found and fetched. */
  reload = (): Promise<void> => this.#read([], undefined, Math.max(1, this.snapshot().items.length));

  async #read(before: readonly CrawledPage[], from: string | undefined, atLeast: number): Promise<void> {
    if (this.#documentId === '' || this.snapshot().isLoading) return;
    this.change({ isLoading: true, error: null });
    try {
      const items = [...before];
      let cursor = from;
      do {
        const page = await this.#client.documents.pages(this.#documentId, { limit: 100, ...(cursor && { cursor }) });
        items.push(...page.items);
        cursor = page.cursor;
      } while (cursor !== undefined && items.length < before.length + atLeast);
      this.#cursor = cursor;
      this.change({ items, hasMore: cursor !== undefined });
    } catch (error) {
      this.change({ error: walrusErrorOf(error) });
    }
    this.change({ isLoading: false });
  }
}

/** What a crawl has counted. */
export interface CrawlCounters {
  readonly pages_crawled: number;
  readonly pages_failed: number;
  readonly pages_skipped: number;
  readonly pages_total: number;
  readonly pages_done: number;
  readonly chunks_created: number;
  readonly total_tokens: number;
  /** The page that is being fetched. */
  readonly current_url: string | null;
}

const nothingCounted: CrawlCounters = {
  pages_crawled: 0,
  pages_failed: 0,
  pages_skipped: 0,
  pages_total: 0,
  pages_done: 0,
  chunks_created: 0,
  total_tokens: 0,
  current_url: null,
};

/** All of them, those too that the server has not begun to count. */
export const crawlCountersOf = (status: Status | null): CrawlCounters => ({ ...nothingCounted, ...status?.status_metadata });
