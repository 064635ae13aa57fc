import type { Chunk, Document as Stored } from '@walrus/client';
import { useEffect, useState } from 'react';
import { useWalrus } from '@walrus/react';
import { useDocumentStanding, useReading, useShared } from '../hooks.js';
import { Actions } from '../parts/actions.js';
import { Ago } from '../parts/ago.js';
import { Confirmed } from '../parts/dialog.js';
import { KindIcon } from '../parts/icons.js';
import { Passage } from '../parts/passage.js';
import { Badge, Bar, Now, StepNames } from '../parts/progress.js';
import { Failure, Loading, Problem } from '../parts/states.js';
import { documentAddress, go, Link, operationAddress, useTitle } from '../router.js';
import { advice, bytes, count, duration, hasEnded, standingOf } from '../words.js';
import { SitePages } from './site_pages.js';

/** One document: how far it is, what it holds, and for a site its pages as they come in. */
export function Document({ id, passage }: { id: string; passage: string | null }) {
  const client = useWalrus();
  const { value: document, failure, again } = useReading(id, (signal) => client.documents.get(id, { signal }));
  const { status } = useDocumentStanding(id);
  const ended = status !== null && hasEnded(status);
  const name = document?.filename ?? document?.url ?? 'Document';
  useTitle(name);
  // Once it has ended there is more to tell of it.
  useEffect(() => {
    if (ended) again();
  }, [ended]);
  if (document === undefined) {
    return failure ? <Problem alone title="This document cannot be shown" failure={failure} again={again} /> : <Loading what="the document" />;
  }
  return (
    <>
      <p className="trail">
        <Link href="/">Documents</Link>
      </p>
      <header className="title">
        <h1>
          <KindIcon kind={document.document_type} />
          <span>{name}</span>
        </h1>
        <div className="title-actions">
          {status && <Actions status={status} name={name} />}
          <Remove document={document} name={name} />
        </div>
      </header>
      {status && (
        <section className="panel" aria-label="Status">
          <div className="panel-head">
            <Badge standing={standingOf(status)} />
            <Link href={operationAddress(status.operation_id ?? '')}>Timeline and events</Link>
          </div>
          <Bar status={status} />
          <StepNames status={status} />
          {status.error ? <Failure message={status.error.message} advice={advice(status)} /> : <Now status={status} />}
        </section>
      )}
      <Facts document={document} />
      {document.document_type === 'web_crawl' && <SitePages id={id} status={status} />}
      <Passages id={id} key={`${id} ${document.metadata.version ?? 0}`} />
      {passage !== null && <Passage key={passage} chunkId={passage} onClose={() => go(documentAddress(id), 'replace')} />}
    </>
  );
}

function Remove({ document, name }: { document: Stored; name: string }) {
  const { shelf } = useShared();
  const remove = async (): Promise<void> => {
    await shelf.delete(document.document_id);
    go('/');
  };
  return (
    <Confirmed
      icon="trash"
      label="Delete"
      of={name}
      question={`Delete ${name}?`}
      consequence="The document, its passages and its original go for good. Answers that were given keep their text."
      dangerous
      act={remove}
    />
  );
}

function Facts({ document }: { document: Stored }) {
  const { metadata } = document;
  const rows: [string, string | undefined][] = [
    ['Type', document.file_type?.slice(1).toUpperCase()],
    ['Size', metadata.size_bytes === undefined || metadata.size_bytes === 0 ? undefined : bytes(metadata.size_bytes)],
    ['Title', metadata.title || undefined],
    ['Language', metadata.language || undefined],
    ['Link depth', document.crawl_depth?.toString()],
    ['Passages', document.chunks_created.toLocaleString('en')],
    ['Tokens', document.total_tokens.toLocaleString('en')],
    ['Took', metadata.processing_time_ms ? duration(metadata.processing_time_ms / 1000) : undefined],
  ];
  return (
    <dl className="fact-table">
      {rows.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
      <div>
        <dt>Added</dt>
        <dd>
          <Ago time={document.created_at} />
        </dd>
      </div>
    </dl>
  );
}

function Passages({ id }: { id: string }) {
  const client = useWalrus();
  const first = useReading(id, (signal) => client.documents.chunks(id, { limit: 20, signal }));
  const [more, add] = useState<{ chunks: Chunk[]; cursor: string | undefined } | null>(null);
  if (first.failure) return <Problem title="The passages cannot be read" failure={first.failure} again={first.again} />;
  if (first.value === undefined) return <Loading what="the passages" />;
  const chunks = [...first.value.items, ...(more?.chunks ?? [])];
  const cursor = more === null ? first.value.cursor : more.cursor;
  const readMore = async (): Promise<void> => {
    const page = await client.documents.chunks(id, { limit: 20, ...(cursor !== undefined && { cursor }) });
    add({ chunks: [...(more?.chunks ?? []), ...page.items], cursor: page.cursor });
  };
  if (chunks.length === 0) return null;
  return (
    <section aria-labelledby="passages">
      <h2 id="passages">Passages</h2>
      <ol className="passages">
        {chunks.map((chunk) => (
          <li key={chunk.chunk_id}>
            <Link href={`${documentAddress(id)}?passage=${encodeURIComponent(chunk.chunk_id)}`}>
              <span className="passage-number">{chunk.index + 1}</span>
              <span className="passage-excerpt">{chunk.text.slice(0, 240)}</span>
              <span className="quiet">
                {[chunk.page && `page ${chunk.page}`, chunk.heading, count(chunk.token_count, 'token')].filter(Boolean).join(' · ')}
              </span>
            </Link>
          </li>
        ))}
      </ol>
      {cursor !== undefined && (
        <button type="button" className="button more" onClick={() => void readMore()}>
          Show more passages
        </button>
      )}
    </section>
  );
}
