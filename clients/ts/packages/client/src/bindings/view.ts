import type { WalrusClient } from '../client.js';
import { failureOf, type WalrusError } from '../errors.js';
import type { OperationState } from '../state.js';
import { emptySnapshot, type Snapshot } from '../store.js';
import type { Readable } from './live.js';

/** How an operation stands, named as on the wire. */
export interface Status {
  readonly operation_id: string | null;
  readonly kind: OperationState['kind'];
  readonly document_id: string | null;
  readonly conversation_id: string | null;
  readonly sequence: number;
  readonly attempt: number;
  readonly processing_status: NonNullable<OperationState['status']>;
  readonly processing_step: OperationState['step'];
  /** 0 to 100, null for a chat. It never falls within an attempt. */
  readonly progress_percentage: number | null;
  readonly status_message: string | null;
  readonly eta_seconds: number | null;
  readonly status_metadata: OperationState['metadata'];
  readonly error: OperationState['error'];
}

/** What is shown of an operation. */
export interface View {
  /** Null until something is known. */
  readonly status: Status | null;
  /** False once it has ended, or `error` says why it cannot be followed. */
  readonly isLoading: boolean;
  /** Why it failed (an OperationFailedError), was cancelled, or cannot be followed. */
  readonly error: WalrusError | null;
  /** 0 to 100, to draw: 0 until something is known, and for a chat. */
  readonly progress: number;
  /** Seconds to the end; null until there is something to estimate from. */
  readonly eta: number | null;
  readonly step: OperationState['step'];
  /** The connection was lost, or could not be had yet, and it is tried again. */
  readonly reconnecting: boolean;
}

export function statusOf(state: OperationState): Status | null {
  if (state.status === null) return null;
  const { operation_id, kind, document_id, conversation_id, sequence, attempt, eta_seconds, error } = state;
  return {
    operation_id,
    kind,
    document_id,
    conversation_id,
    sequence,
    attempt,
    processing_status: state.status,
    processing_step: state.step,
    progress_percentage: state.progress,
    status_message: state.message,
    eta_seconds,
    status_metadata: state.metadata,
    error,
  };
}

const views = new WeakMap<Snapshot, View>();

/** The same object for the same snapshot. */
export function viewOf(snapshot: Snapshot): View {
  const known = views.get(snapshot);
  if (known !== undefined) return known;
  const { state, failure, settled, reconnecting } = snapshot;
  const view: View = {
    status: statusOf(state),
    isLoading: !settled,
    error: failure ?? (settled && state.status === 'failed' ? failureOf(state) : null),
    progress: state.progress ?? 0,
    eta: state.eta_seconds,
    step: state.step,
    reconnecting,
  };
  views.set(snapshot, view);
  return view;
}

/** Something that is followed by its id: `client.operations` or `client.documents`. */
type Followable = Pick<WalrusClient['operations'], 'subscribe' | 'snapshot'>;

/** One of them, as a value to show; of no id nothing is ever known. */
export function follow(source: Followable, id: string | null | undefined): Readable<Snapshot> {
  return {
    subscribe: (listener) => (id ? source.subscribe(id, listener) : () => {}),
    snapshot: () => (id ? source.snapshot(id) : emptySnapshot),
    initial: emptySnapshot,
  };
}
