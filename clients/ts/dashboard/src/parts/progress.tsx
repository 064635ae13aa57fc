import type { OperationState } from '@walrus/client';
import { plans, type PlannedStep } from '@walrus/client/plans';
import { numberIn, place, remaining, sentence, standingOf, type Standing } from '../words.js';

const badges: Record<Standing, string> = {
  unknown: 'Unknown',
  queued: 'Queued',
  working: 'Working',
  completed: 'Completed',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

export const Badge = ({ standing }: { standing: Standing }) => <span className={`badge ${standing}`}>{badges[standing]}</span>;

interface Segment {
  readonly name: string;
  /** Percentages where it begins and ends. */
  readonly from: number;
  readonly to: number;
}

/** Each step between its percentage and the next one's; before the first one, work waits or is sent. */
function segmentsOf(kind: string | null): Segment[] {
  const plan: readonly PlannedStep[] = plans[kind as keyof typeof plans] ?? [];
  const steps = plan.slice(0, -1);
  if (kind === 'chat') return steps.map(({ name }, i) => ({ name, from: (100 * i) / steps.length, to: (100 * (i + 1)) / steps.length }));
  if (steps.length === 0) return [{ name: 'progress', from: 0, to: 100 }];
  const from = steps.map(({ percent }) => percent ?? 0);
  return [{ name: 'accepted', from: 0, to: from[0] ?? 0 }, ...steps.map(({ name }, i) => ({ name, from: from[i] ?? 0, to: from[i + 1] ?? 100 }))];
}

/** 0 to 100 also for what has no percentage: an answer is as far as the step it is in. */
function positionOf(state: OperationState, segments: readonly Segment[]): number {
  if (state.status === 'completed') return 100;
  return state.progress ?? segments.find(({ name }) => name === state.step)?.from ?? 0;
}

const filled = (at: number, { from, to }: Segment): number => Math.min(1, Math.max(0, (at - from) / (to - from)));

/** A bar of the steps; it only ever grows within an attempt. */
export function Bar({ state }: { state: OperationState }) {
  const standing = standingOf(state);
  const segments = segmentsOf(state.kind);
  const at = positionOf(state, segments);
  const current = standing === 'queued' ? undefined : segments.findLast(({ from }) => from <= at && at < 100);
  return (
    <div
      className={`bar ${standing}`}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at)}
      aria-valuetext={state.message ?? ''}
      aria-label="Progress"
    >
      {segments.map((segment) => (
        <span key={segment.name} className={segment === current ? 'segment current' : 'segment'} style={{ flexGrow: segment.to - segment.from }}>
          <span className="fill" style={{ transform: `scaleX(${filled(at, segment)})` }} />
        </span>
      ))}
    </div>
  );
}

/** The steps by their names, for who wants to know what comes. */
export function StepNames({ state }: { state: OperationState }) {
  const plan: readonly PlannedStep[] = plans[state.kind as keyof typeof plans] ?? [];
  const reached = plan.findIndex(({ name }) => name === state.step);
  return (
    <ol className="step-names">
      {plan.slice(0, -1).map(({ name }, i) => (
        <li key={name} className={i < reached ? 'done' : i === reached && !state.ended ? 'current' : ''}>
          {sentence(name)}
        </li>
      ))}
    </ol>
  );
}

/** What happens now, in one line: the words, what is left, how far. */
export function Now({ state }: { state: OperationState }) {
  const queued = standingOf(state) === 'queued';
  return (
    <p className="now">
      <span className="now-message">{queued ? place(state) : (state.message ?? 'Waiting for the first word…')}</span>
      {counted(state) !== '' && !queued && <span className="now-count">{counted(state)}</span>}
      {state.eta_seconds !== null && !state.ended && <span className="now-eta">{remaining(state.eta_seconds)}</span>}
      {state.progress !== null && <span className="now-percent">{state.progress} %</span>}
    </p>
  );
}

/** The work that is counted inside the step. */
function counted(state: OperationState): string {
  const of = (done: string, total: string, what: string): string => {
    const all = numberIn(state, total);
    return all === null || all < 2 ? '' : `${numberIn(state, done) ?? 0} of ${all} ${what}`;
  };
  if (state.step === 'creating_embeddings') return of('chunks_embedded', 'chunks_created', 'chunks');
  if (state.step === 'extracting_text') return of('pages_done', 'pages_total', 'pages');
  const crawled = numberIn(state, 'pages_crawled');
  return state.step === 'crawling' && crawled !== null ? `${crawled} pages so far` : '';
}
