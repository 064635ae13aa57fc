import type { CrawledPage, WalrusClient } from '@walrus/client';
import { useWalrus } from '@walrus/react';
import { useFollowing } from '../hooks.js';
import { Loading, Problem } from '../parts/states.js';
import { count, numberIn, sentence, type Status } from '../words.js';

const pageLimit = 100;
/** More than so many are not drawn at once. */
const shownAtMost = 500;

/** A site's pages: read again whenever the crawl says that there is news of them, while it goes on. */
export function SitePages({ id, status }: { id: string; status: Status | null }) {
  const client = useWalrus();
  const news = ['pages_crawled', 'pages_failed', 'pages_skipped'].map((name) => status && numberIn(status, name)).join();
  const { value: pages, failure, again } = useFollowing(`${id} ${news} ${status?.processing_status}`, (signal) => readPages(client, id, signal));
  if (pages === undefined) return failure ? <Problem title="The pages cannot be read" failure={failure} again={again} /> : <Loading what="the pages" />;
  const of = (wanted: CrawledPage['state']): number => pages.filter(({ state: its }) => its === wanted).length;
  const summary = (['crawled', 'queued', 'skipped', 'failed'] as const).filter((wanted) => of(wanted) > 0).map((wanted) => `${of(wanted)} ${wanted}`);
  return (
    <section aria-labelledby="pages">
      <h2 id="pages">Pages</h2>
      <p className="quiet" role="status">
        {summary.join(' · ') || 'The first page is on its way.'}
      </p>
      <ul className="pages">
        {pages.slice(0, shownAtMost).map((page) => (
          <li key={page.url} className={page.state}>
            <span className="page-state">{sentence(page.state)}</span>
            <span className="page-name">
              <a href={page.url} rel="noreferrer noopener" target="_blank">
                {page.title || pathOf(page.url)}
              </a>
              {page.title && <span className="quiet">{pathOf(page.url)}</span>}
            </span>
            <span className="quiet page-note">{noteOf(page)}</span>
          </li>
        ))}
      </ul>
      {pages.length > shownAtMost && <p className="quiet">{`and ${count(pages.length - shownAtMost, 'more page', 'more pages')}`}</p>}
    </section>
  );
}

async function readPages(client: WalrusClient, id: string, signal: AbortSignal): Promise<CrawledPage[]> {
  const pages: CrawledPage[] = [];
  for (let cursor: string | undefined; pages.length <= shownAtMost; ) {
    const page = await client.documents.pages(id, { limit: pageLimit, signal, ...(cursor !== undefined && { cursor }) });
    pages.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return pages;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function noteOf({ reason, dup_of, chunks_created }: CrawledPage): string {
  if (dup_of !== undefined) return `as ${pathOf(dup_of)}`;
  if (reason !== undefined) return reason;
  return chunks_created === undefined ? '' : count(chunks_created, 'passage');
}
