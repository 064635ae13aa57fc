import { useWalrus } from '@walrus/react';
import { useDocument, useReading } from '../hooks.js';
import { documentAddress, Link } from '../router.js';
import { count } from '../words.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { Loading, Problem } from './states.js';

/** The passage that an answer stands on, as it is stored. Its id begins with its document's. */
export function Passage({ chunkId, onClose }: { chunkId: string; onClose: () => void }) {
  const client = useWalrus();
  const documentId = chunkId.split(':')[0] ?? '';
  const row = useDocument(documentId);
  const { value: chunk, failure, again } = useReading(chunkId, (signal) => client.documents.chunk(documentId, chunkId, { signal }));
  const name = row?.filename ?? chunk?.url ?? row?.url ?? 'Passage';
  const facts = chunk && [chunk.page && `page ${chunk.page}`, chunk.heading, count(chunk.token_count, 'token')].filter(Boolean).join(' · ');
  return (
    <Dialog title={`Passage of ${name}`} onClose={onClose} wide>
      <header className="passage-head">
        <div>
          <h2>{name}</h2>
          {facts && <p className="quiet">{facts}</p>}
        </div>
        <button type="button" className="button bare" aria-label="Close" onClick={onClose}>
          <Icon name="cross" />
        </button>
      </header>
      {chunk === undefined && failure === null && <Loading what="the passage" />}
      {failure && <Problem title="The passage cannot be shown" failure={failure} again={again} />}
      {chunk && <blockquote className="passage-text" tabIndex={0}>{chunk.text}</blockquote>}
      <p className="passage-foot">
        <Link href={documentAddress(documentId)}>Open the document</Link>
      </p>
    </Dialog>
  );
}
