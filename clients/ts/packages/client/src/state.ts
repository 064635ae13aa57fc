/**
 * What is known of an operation, as the fold of its events. The rules are those of
 * contract/golden/README.md; the traces beside it hold every client to them.
 */
import type { Kind, OperationErrorType, Step } from './generated/plans.js';

/** The words that are known, and what another pipeline or a later server may say. */
export type OrOther<Word extends string> = Word | (string & Record<never, never>);

/** The error that ended an operation. */
export interface OperationError {
  readonly type: OrOther<OperationErrorType>;
  /** For the person who uploaded or asked. */
  readonly message: string;
  readonly step: OrOther<Step>;
  /** Whether the same can succeed later. */
  readonly retryable: boolean;
}

/** Its members are named as on the wire. States are never changed, only replaced. */
export interface OperationState {
  readonly operation_id: string | null;
  readonly kind: OrOther<Kind> | null;
  readonly document_id: string | null;
  readonly conversation_id: string | null;
  /** Counts what users asked for, from 1; 0 before the first event. */
  readonly attempt: number;
  readonly sequence: number;
  readonly status: 'processing' | 'completed' | 'failed' | null;
  readonly step: OrOther<Step> | null;
  /** 0 to 100, null for a chat. It never falls within an attempt. */
  readonly progress: number | null;
  readonly message: string | null;
  readonly eta_seconds: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly error: OperationError | null;
  /** The answer so far, or what a worker reported. */
  readonly text: string;
  /** Whether `status` is no longer `processing`. */
  readonly ended: boolean;
}

export const initialState: OperationState = {
  operation_id: null,
  kind: null,
  document_id: null,
  conversation_id: null,
  attempt: 0,
  sequence: 0,
  status: null,
  step: null,
  progress: null,
  message: null,
  eta_seconds: null,
  metadata: {},
  error: null,
  text: '',
  ended: false,
};

/** Any members, since a later server may send more. */
type Members = { readonly [name: string]: any };

/** An event as it comes off the wire. */
export type WireEvent = Members & { readonly type: string };

/** Whether an event tells what a stream cannot tell of, and not how an operation ended. */
export const isAboutStream = (event: WireEvent): boolean => event.type === 'error' && event.step === undefined;

/** Whether nothing follows an event on its operation's stream. */
export function isLast(event: WireEvent): boolean {
  if (event.type === 'complete' || event.type === 'error') return true;
  if (event.type === 'snapshot') return event.kind !== 'chat' && isEnd(event.status);
  return event.type === 'status' && isEnd(event);
}

const isEnd = (status: WireEvent): boolean =>
  status.processing_status !== undefined && status.processing_status !== 'processing';

const knownTypes = new Set(['status', 'chunk', 'complete', 'error', 'snapshot']);

/**
 * The state after an event; the very same object where the event is a replay. `id` is that of the
 * event's line, which is its sequence on the stream of one operation; a cursor is none.
 */
export function reduce(state: OperationState, event: WireEvent, id?: string): OperationState {
  if (isAboutStream(event)) return state;
  const sequence = sequenceOf(event, id);
  const same = isSame(state, event);
  if (event.type === 'snapshot') return replace(state, event, sequence ?? 0, same);
  if (same && sequence !== undefined && sequence <= state.sequence) return state;
  if (!knownTypes.has(event.type)) return same ? { ...state, sequence: sequence ?? state.sequence } : state;
  const attempt: number = event.attempt ?? (same ? state.attempt : 0);
  if (same && attempt < state.attempt) return state;
  const begun = same && attempt === state.attempt ? state : begin(state, same, attempt);
  return { ...change(identify(begun, event), event), sequence: sequence ?? begun.sequence };
}

function sequenceOf(event: WireEvent, id: string | undefined): number | undefined {
  if (event.sequence !== undefined) return event.sequence;
  return id !== undefined && /^\d+$/.test(id) ? Number(id) : undefined;
}

function isSame(state: OperationState, event: WireEvent): boolean {
  return state.operation_id === null || event.operation_id === undefined || event.operation_id === state.operation_id;
}

/** Before the first event of another operation, or of a later attempt of the same. */
const begin = (state: OperationState, same: boolean, attempt: number): OperationState =>
  identify({ ...initialState, attempt }, same ? state : {});

const identity = ['operation_id', 'kind', 'document_id', 'conversation_id'] as const;

function identify(state: OperationState, source: Members): OperationState {
  const known = { ...state };
  for (const name of identity) known[name] = source[name] ?? state[name];
  return known;
}

/** What an event of a known type changes, within its attempt. */
function change(state: OperationState, event: WireEvent): OperationState {
  if (event.type === 'complete') return complete(state, event.metadata);
  if (state.ended) return state;
  if (event.type === 'status') return withStatus(state, event);
  if (event.type === 'chunk') return { ...state, text: state.text + event.content };
  const { error_type: type, error: message, step, retryable } = event;
  return { ...state, status: 'failed', error: { type, message, step, retryable }, ended: true };
}

function complete(state: OperationState, metadata: OperationState['metadata']): OperationState {
  return { ...state, kind: 'chat', metadata, status: state.ended ? state.status : 'completed', ended: true };
}

/** Of either shape: the document's, or the chat's. */
function withStatus(state: OperationState, source: WireEvent): OperationState {
  const status = source.processing_status ?? source.status;
  const ended = status !== 'processing';
  if (source.processing_status === undefined) {
    const metadata = source.metadata ?? state.metadata;
    return { ...state, kind: 'chat', status, step: source.step, message: source.message, metadata, ended };
  }
  return {
    ...state,
    status,
    step: source.processing_step,
    progress: higher(state.progress, source.progress_percentage),
    message: source.status_message,
    eta_seconds: source.eta_seconds,
    metadata: source.status_metadata,
    error: source.error,
    ended,
  };
}

function higher(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

function replace(state: OperationState, event: WireEvent, sequence: number, same: boolean): OperationState {
  const attempt: number = event.status.attempt ?? (same ? state.attempt : 0);
  const older = attempt < state.attempt || (attempt === state.attempt && sequence < state.sequence);
  if (same && older) return state;
  const { operation_id, kind } = event;
  const begun = identify({ ...initialState, attempt }, { kind, ...event.status, operation_id });
  return { ...withStatus(begun, event.status), sequence, text: event.content };
}
