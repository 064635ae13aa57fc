import type { CrawlRequest } from '@walrus/client';
import { PageList, SentWork, crawlCountersOf, type Actions, type CrawlCounters, type PagesView, type SentWorkView } from '@walrus/client/bindings';
import { useMemo } from 'react';

import { useWalrus, type HookOptions } from './context.js';
import { useMade, useReadable } from './use_readable.js';
import { useDocumentStatus } from './use_status.js';

export type { CrawlCounters };

export interface CrawlOptions extends HookOptions {
  /** A crawl that was begun before, to be shown until another one is begun here. */
  readonly documentId?: string | null | undefined;
}

export interface CrawlResult extends Omit<SentWorkView, 'bytesSent' | 'bytesTotal'>, Actions {
  /**
   * Begins a crawl, in the place of what this hook showed before. Gives the document's id once the server
   * has taken it, and null where it has not: `error` says why.
   */
  crawl(request: CrawlRequest): Promise<string | null>;
  /** Shows nothing any more of what was begun here. The crawl goes on. */
  reset(): void;
  readonly counters: CrawlCounters;
  /** Its pages, read as they are asked for: `more` reads the next hundred, `reload` what was read once more. */
  readonly pages: PagesView & { more(): Promise<void>; reload(): Promise<void> };
}

/** One crawl at a time, with what it has counted and its pages. It goes on without the component. */
export function useCrawl(options: CrawlOptions = {}): CrawlResult {
  const client = useWalrus(options);
  const work = useMade(() => new SentWork(client), client);
  const own = useReadable(work);
  const isOwn = own.phase !== 'idle' || own.error !== null;
  const earlierId = isOwn ? null : (options.documentId ?? null);
  const earlier = useDocumentStatus(earlierId, { client });
  const documentId = own.documentId ?? earlierId;
  const list = useMade(() => new PageList(client, documentId), client, documentId);
  const pages = useReadable(list);
  return useMemo(() => {
    const crawl: CrawlResult['crawl'] = (request) => work.start((workOptions) => client.documents.crawl(request, workOptions));
    const { bytesSent: _sent, bytesTotal: _total, ...ownView } = own;
    const shown = earlierId === null ? { ...ownView, cancel: work.cancel, retry: work.retry } : { ...earlier, phase: 'processing' as const, documentId: earlierId };
    const counters = crawlCountersOf(shown.status);
    return { ...shown, crawl, reset: work.reset, counters, pages: { ...pages, more: list.more, reload: list.reload } };
  }, [own, earlier, earlierId, pages, list, work, client]);
}
