import { useNow } from '../hooks.js';
import { duration, sentence } from '../words.js';

/** An event of a history, in whichever shape it came. */
export interface HistoryEvent {
  readonly sequence: number;
  readonly attempt: number;
  readonly step: string;
  readonly time: string;
  readonly message: string;
  readonly percent: number | null;
  readonly failed: boolean;
}

/** The shape of documents and of others' pipelines, or of chats. */
export function eventOf(row: Readonly<Record<string, unknown>>): HistoryEvent {
  const text = (name: string): string => (typeof row[name] === 'string' ? (row[name] as string) : '');
  return {
    sequence: row['sequence'] as number,
    attempt: row['attempt'] as number,
    step: text('processing_step') || text('step') || (row['type'] === 'complete' ? 'finished' : ''),
    time: text('updated_at') || text('created_at'),
    message: text('status_message') || text('message') || text('error') || sentence(text('type')),
    percent: (row['progress_percentage'] as number | null | undefined) ?? null,
    failed: (row['processing_status'] ?? row['status']) === 'failed' || row['type'] === 'error',
  };
}

interface Span {
  readonly attempt: number;
  readonly step: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  readonly failed: boolean;
}

/** Each step of each attempt, from its first event to the next one's. */
function spansOf(events: readonly HistoryEvent[], ended: boolean, now: number): Span[] {
  const spans: Span[] = [];
  for (const event of events) {
    const at = Date.parse(event.time);
    const last = spans.at(-1);
    if (last && last.open) spans[spans.length - 1] = { ...last, to: at, open: last.step === event.step && last.attempt === event.attempt && !event.failed, failed: event.failed };
    const goesOn = last !== undefined && last.step === event.step && last.attempt === event.attempt;
    if (!goesOn && !event.failed && event.step !== 'finished') spans.push({ attempt: event.attempt, step: event.step, from: at, to: at, open: true, failed: false });
  }
  const last = spans.at(-1);
  if (last?.open && !ended) spans[spans.length - 1] = { ...last, to: Math.max(last.to, now) };
  return spans;
}

/** When each step was, as bars beside each other; each attempt begins a line of its own. */
export function Timeline({ events, ended }: { events: readonly HistoryEvent[]; ended: boolean }) {
  const now = useNow(ended ? null : 500);
  const spans = spansOf(events, ended, now);
  const attempts = [...new Set(spans.map(({ attempt }) => attempt))];
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {attempts.map((attempt) => (
        <Attempt key={attempt} number={attempts.length > 1 ? attempt : null} spans={spans.filter((span) => span.attempt === attempt)} />
      ))}
    </section>
  );
}

function Attempt({ number, spans }: { number: number | null; spans: readonly Span[] }) {
  const from = spans[0]?.from ?? 0;
  const whole = Math.max(1, (spans.at(-1)?.to ?? 0) - from);
  const percent = (milliseconds: number): string => `${(100 * milliseconds) / whole}%`;
  return (
    <div className="timeline">
      {number !== null && <h3>Attempt {number}</h3>}
      <ol>
        {spans.map((span, i) => (
          <li key={i}>
            <span className="timeline-step">{sentence(span.step)}</span>
            <span className="timeline-track" aria-hidden="true">
              <span
                className={`timeline-bar${span.failed ? ' failed' : ''}${span.open ? ' open' : ''}`}
                style={{ left: percent(span.from - from), width: percent(span.to - span.from) }}
              />
            </span>
            <span className="timeline-time">{duration((span.to - span.from) / 1000)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
