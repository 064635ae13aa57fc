import { plans, type PlannedStep } from '@walrus/client/plans';
import { hasEnded, numberIn, place, remaining, sentence, standingOf, type Standing, type Status } from '../words.js';

const badges: Record<Standing, string> = {
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
function positionOf(status: Status, segments: readonly Segment[]): number {
  if (status.processing_status === 'completed') return 100;
  return status.progress_percentage ?? segments.find(({ name }) => name === status.processing_step)?.from ?? 0;
}

const filled = (at: number, { from, to }: Segment): number => Math.min(1, Math.max(0, (at - from) / (to - from)));

/** A bar of the steps; it only ever grows within an attempt. */
export function Bar({ status }: { status: Status }) {
  const standing = standingOf(status);
  const segments = segmentsOf(status.kind);
  const at = positionOf(status, segments);
  const current = standing === 'queued' ? undefined : segments.findLast(({ from }) => from <= at && at < 100);
  return (
    <div
      className={`bar ${standing}`}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(at)}
      aria-valuetext={status.status_message ?? ''}
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
export function StepNames({ status }: { status: Status }) {
  const plan: readonly PlannedStep[] = plans[status.kind as keyof typeof plans] ?? [];
  const reached = plan.findIndex(({ name }) => name === status.processing_step);
  return (
    <ol className="step-names">
      {plan.slice(0, -1).map(({ name }, i) => (
        <li key={name} className={i < reached ? 'done' : i === reached && !hasEnded(status) ? 'current' : ''}>
          {sentence(name)}
        </li>
      ))}
    </ol>
  );
}

/** What happens now, in one line: the words, what is left, how far. */
export function Now({ status }: { status: Status }) {
  const queued = standingOf(status) === 'queued';
  return (
    <p className="now">
      <span className="now-message">{queued ? place(status) : (status.status_message ?? 'Waiting for the first word…')}</span>
      {counted(status) !== '' && !queued && <span className="now-count">{counted(status)}</span>}
      {status.eta_seconds !== null && !hasEnded(status) && <span className="now-eta">{remaining(status.eta_seconds)}</span>}
      {status.progress_percentage !== null && <span className="now-percent">{status.progress_percentage} %</span>}
    </p>
  );
}

/** The work that is counted inside the step. */
function counted(status: Status): string {
  const of = (done: string, total: string, what: string): string => {
    const all = numberIn(status, total);
    return all === null || all < 2 ? '' : `${numberIn(status, done) ?? 0} of ${all} ${what}`;
  };
  if (status.processing_step === 'creating_embeddings') return of('chunks_embedded', 'chunks_created', 'chunks');
  if (status.processing_step === 'extracting_text') return of('pages_done', 'pages_total', 'pages');
  const crawled = numberIn(status, 'pages_crawled');
  return status.processing_step === 'crawling' && crawled !== null ? `${crawled} pages so far` : '';
}
