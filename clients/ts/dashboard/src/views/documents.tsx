import type { DocumentRow } from '@walrus/client';
import { useEffect } from 'react';
import { documentOf, useDocumentStanding, useOutbox, useShared, useShelf } from '../hooks.js';
import type { Parcel } from '../outbox.js';
import { Actions } from '../parts/actions.js';
import { Ago } from '../parts/ago.js';
import { Icon, KindIcon } from '../parts/icons.js';
import { Badge, Bar, Now } from '../parts/progress.js';
import { Empty, Failure, Loading, Problem } from '../parts/states.js';
import { documentAddress, Link, useTitle } from '../router.js';
import { advice, bytes, count, hasEnded, numberIn, standingOf, type Status } from '../words.js';
import { CrawlForm } from './crawl_form.js';
import { DropZone } from './drop_zone.js';

export function Documents() {
  useTitle('Documents');
  const { shelf } = useShared();
  const { rows, read, older, failure } = useShelf();
  const parcels = useOutbox();
  useNewDocuments();
  return (
    <>
      <h1>Documents</h1>
      <div className="intake">
        <DropZone />
        <CrawlForm />
      </div>
      <section aria-label="All documents">
        {failure && <Problem title="The documents cannot be read" failure={failure} again={() => void shelf.read()} />}
        {!read && !failure && <Loading what="the documents" />}
        {read && rows.length === 0 && parcels.length === 0 && (
          <Empty icon="file" title="Nothing here yet">
            Drop a file above, or give the address of a website. You can watch each step as it happens, close this page, and come back.
          </Empty>
        )}
        <ul className="cards">
          {[...parcels].reverse().map((parcel) => (
            <Sending key={parcel.key} parcel={parcel} />
          ))}
          {rows.map((row) => (
            <Card key={row.document_id} row={row} />
          ))}
        </ul>
        {older !== null && (
          <button type="button" className="button more" onClick={() => void shelf.readOlder()}>
            Show older documents
          </button>
        )}
      </section>
    </>
  );
}

/** Whatever is begun elsewhere, by another page or a program, appears here too. */
function useNewDocuments(): void {
  const { shelf, latest } = useShared();
  useEffect(() => {
    for (const operation of latest.operations) {
      const id = documentOf(operation);
      if (id !== null && !hasEnded(operation)) void shelf.seek(id);
    }
  }, [shelf, latest.operations]);
}

function Sending({ parcel: { key, file, sent, total, failure } }: { parcel: Parcel }) {
  const { outbox } = useShared();
  const percent = total === 0 ? 0 : Math.floor((100 * sent) / total);
  return (
    <li className="card">
      <div className="card-head">
        <KindIcon kind="document_upload" />
        <span className="card-name">{file.name}</span>
        <span className={failure ? 'badge failed' : 'badge working'}>{failure ? 'Not taken' : 'Sending'}</span>
        <div className="card-actions">
          {failure && (
            <button type="button" className="button" aria-label={`Send ${file.name} again`} onClick={() => outbox.again(key)}>
              <Icon name="retry" />
              Send again
            </button>
          )}
          <button type="button" className="button" aria-label={`${failure ? 'Dismiss' : 'Cancel'} ${file.name}`} onClick={() => outbox.remove(key)}>
            <Icon name="cross" />
            {failure ? 'Dismiss' : 'Cancel'}
          </button>
        </div>
      </div>
      {failure ? (
        <Failure message={failure.message} advice="" />
      ) : (
        <p className="now">
          <span className="now-message">{sent === 0 ? 'Waiting to be sent…' : `Sending ${bytes(sent)} of ${bytes(total)}`}</span>
          <span className="now-percent">{percent} %</span>
        </p>
      )}
    </li>
  );
}

function Card({ row }: { row: DocumentRow }) {
  const { status } = useDocumentStanding(row.document_id);
  const name = row.filename ?? row.url ?? 'Untitled';
  return (
    <li className="card">
      <div className="card-head">
        <KindIcon kind={row.document_type} />
        <Link className="card-name" href={documentAddress(row.document_id)}>
          {name}
        </Link>
        {status && <Badge standing={standingOf(status)} />}
        <div className="card-actions">{status && <Actions status={status} name={name} />}</div>
      </div>
      {status && status.processing_status !== 'completed' && <Bar status={status} />}
      {status && !hasEnded(status) && <Now status={status} />}
      {status?.error && <Failure message={status.error.message} advice={advice(status)} />}
      {(status === null || status.processing_status === 'completed') && <Facts row={row} status={status} />}
    </li>
  );
}

/** What the operation counted is newer than the row, which was read before it ended. */
function Facts({ row, status }: { row: DocumentRow; status: Status | null }) {
  const counted = (name: string, read: number | undefined): number => (status && numberIn(status, name)) ?? read ?? 0;
  return (
    <p className="facts">
      {row.document_type === 'web_crawl' && <span>{count(counted('pages_crawled', row.crawl_pages), 'page')}</span>}
      <span>{count(counted('chunks_created', row.chunks_created), 'passage')}</span>
      <span>{count(counted('total_tokens', row.total_tokens), 'token')}</span>
      <Ago time={row.created_at} />
    </p>
  );
}
