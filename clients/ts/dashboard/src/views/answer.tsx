import type { ConversationHistory } from '@walrus/client';
import { useOperation } from '../hooks.js';
import type { Operation } from '../ledger.js';
import { Actions } from '../parts/actions.js';
import { Bar } from '../parts/progress.js';
import { Failure } from '../parts/states.js';
import { Link, operationAddress } from '../router.js';
import { advice, duration } from '../words.js';

type Message = ConversationHistory['messages'][number];

/** A passage that was retrieved for an answer. */
interface Source {
  readonly chunk_id: string;
  readonly filename?: string;
  readonly url?: string;
  readonly page?: number;
  readonly heading?: string;
  readonly snippet: string;
}

const sourcesOf = (operation: Operation | undefined): readonly Source[] => (operation?.state.metadata['sources'] as Source[] | undefined) ?? [];

/** Opens the passage over what is shown now, with an address of its own. */
const passageAddress = (chunkId: string): string => `${location.pathname}?passage=${encodeURIComponent(chunkId)}`;

export const Question = ({ text }: { text: string }) => (
  <li className="message question">
    <span className="unseen">You asked:</span>
    <p>{text}</p>
  </li>
);

/** The answer of a turn as it comes, or why there is none. */
export function Answer({ operation }: { operation: Operation }) {
  const { state } = operation;
  return (
    <li className="message answer">
      <span className="unseen">Walrus answers:</span>
      {state.text !== '' && (
        <div className={state.ended ? 'answer-text' : 'answer-text growing'} aria-busy={!state.ended}>
          <Text text={state.text} sources={sourcesOf(operation)} />
        </div>
      )}
      {!state.ended && (
        <div className="step-line">
          <Bar state={state} />
          <p role="status">{state.message ?? 'Sending the question…'}</p>
        </div>
      )}
      {state.error && (
        <>
          <Failure message={state.error.message} advice={advice(state)} />
          <div className="answer-actions">
            <Actions operation={operation} name="this answer" />
          </div>
        </>
      )}
      <Sources sources={sourcesOf(operation)} />
    </li>
  );
}

/** An answer of the history; what it stands on is kept with its operation. */
export function StoredAnswer({ message }: { message: Message }) {
  const { operation } = useOperation(message.operation_id ?? null);
  const sources = sourcesOf(operation);
  return (
    <li className="message answer">
      <span className="unseen">Walrus answered:</span>
      <div className="answer-text">
        <Text text={message.text} sources={sources} />
      </div>
      <Sources sources={sources} />
      <p className="quiet answer-facts">
        {[message.model_id, message.latency_ms && duration(message.latency_ms / 1000)].filter(Boolean).join(' · ')}
        {message.operation_id && <Link href={operationAddress(message.operation_id)}>Steps</Link>}
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
