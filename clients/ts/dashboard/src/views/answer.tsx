import type { ConversationMessage } from '@walrus/client/bindings';
import { useWalrus, type ChatResult } from '@walrus/react';
import { useReading } from '../hooks.js';
import { Confirmed } from '../parts/dialog.js';
import { Bar } from '../parts/progress.js';
import { Failure } from '../parts/states.js';
import { Link, operationAddress } from '../router.js';
import { advice, duration } from '../words.js';

type Source = NonNullable<ConversationMessage['sources']>[number];

/** Opens the passage over what is shown now, with an address of its own. */
const passageAddress = (chunkId: string): string => `${location.pathname}?passage=${encodeURIComponent(chunkId)}`;

export const Question = ({ text }: { text: string }) => (
  <li className="message question">
    <span className="unseen">You asked:</span>
    <p>{text}</p>
  </li>
);

/** The answer that is coming, or what is there of one that did not come to its end. */
export function Answer({ chat }: { chat: ChatResult }) {
  const { text, status, isAnswering, error, reconnecting } = chat;
  return (
    <li className="message answer">
      <span className="unseen">Walrus answers:</span>
      {text !== '' && (
        <div className={isAnswering ? 'answer-text growing' : 'answer-text'} aria-busy={isAnswering}>
          <Text text={text} sources={chat.sources} />
        </div>
      )}
      {isAnswering && (
        <div className="step-line">
          {status && <Bar status={status} />}
          <p role="status">{reconnecting ? 'Reconnecting; the answer is written on meanwhile…' : (status?.status_message ?? 'Sending the question…')}</p>
        </div>
      )}
      {!isAnswering && error && (
        <>
          <Failure message={error.message} advice={status ? advice(status) : ''} />
          <div className="answer-actions">
            <Confirmed icon="retry" label="Ask again" of="the last question" question="Ask again?" consequence="The answer begins anew." act={chat.retry} />
          </div>
        </>
      )}
    </li>
  );
}

/** An answer of the history; where its sources did not come with it, they are kept with its operation. */
export function StoredAnswer({ message }: { message: ConversationMessage }) {
  const client = useWalrus();
  const { operation_id: id } = message;
  const read = useReading(id ?? '', async (signal) => {
    if (message.sources !== undefined || id === undefined) return message.sources;
    return (await client.operations.status(id, { signal })).status_metadata['sources'] as readonly Source[] | undefined;
  });
  const sources = message.sources ?? read.value ?? [];
  return (
    <li className="message answer">
      <span className="unseen">Walrus answered:</span>
      <div className="answer-text">
        <Text text={message.text} sources={sources} />
      </div>
      <Sources sources={sources} />
      <p className="quiet answer-facts">
        {[message.model_id, message.latency_ms && duration(message.latency_ms / 1000)].filter(Boolean).join(' · ')}
        {id !== undefined && <Link href={operationAddress(id)}>Steps</Link>}
      </p>
    </li>
  );
}

/** Text as it is, never as markup: it comes from documents that others wrote. `[1]` leads to its source. */
function Text({ text, sources }: { text: string; sources: readonly Source[] }) {
  return text.split(/(\[\d+\])/).map((part, i) => {
    const source = i % 2 === 1 ? sources[Number(part.slice(1, -1)) - 1] : undefined;
    if (source === undefined) return part;
    return (
      <Link key={i} className="citation" href={passageAddress(source.chunk_id)} aria-label={`Source ${part.slice(1, -1)}`}>
        {part.slice(1, -1)}
      </Link>
    );
  });
}

function Sources({ sources }: { sources: readonly Source[] }) {
  if (sources.length === 0) return null;
  return (
    <ol className="sources" aria-label="Sources">
      {sources.map((source, i) => (
        <li key={source.chunk_id}>
          <Link href={passageAddress(source.chunk_id)} title={source.snippet}>
            <span className="source-number">{i + 1}</span>
            <span className="source-name">{source.filename ?? source.url}</span>
            {source.page !== undefined && <span className="quiet">p. {source.page}</span>}
          </Link>
        </li>
      ))}
    </ol>
  );
}
