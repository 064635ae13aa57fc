import type { HttpErrorType, OperationErrorType } from './generated/plans.js';
import type { OperationState, OrOther } from './state.js';
import type { FieldError, Problem } from './types.js';

const passingStatuses = new Set([429, 502, 503, 504]);

/** Whatever goes wrong with Walrus. What a class cannot know is undefined. */
export class WalrusError extends Error {
  /** Of the HTTP answer. */
  declare readonly status: number | undefined;
  declare readonly errorType: OrOther<HttpErrorType | OperationErrorType> | undefined;
  /** What was wrong and what to do; the same as `message`. */
  readonly detail: string;
  declare readonly requestId: string | undefined;
  /** Seconds after which asking again makes sense. */
  declare readonly retryAfter: number | undefined;
  /** The operation that it is about, or that stands in the way. */
  declare readonly operationId: string | undefined;
  /** The fields that are not as they must be. */
  declare readonly fields: readonly FieldError[];

  constructor(detail: string, facts: ErrorFacts = {}) {
    super(detail, { cause: facts.cause });
    this.name = new.target.name;
    this.detail = detail;
    const { status, errorType, requestId, retryAfter, operationId, fields = [] } = facts;
    Object.assign(this, { status, errorType, requestId, retryAfter, operationId, fields });
  }

  /** Whether the same can succeed later. */
  get retryable(): boolean {
    return passingStatuses.has(this.status ?? 0);
  }
}

export interface ErrorFacts {
  status?: number | undefined;
  errorType?: string | undefined;
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  operationId?: string | undefined;
  fields?: readonly FieldError[] | undefined;
  cause?: unknown;
}

/** No answer came, or it broke off; or nothing came for too long (`stalled`). */
export class ConnectionError extends WalrusError {
  readonly stalled: boolean;

  constructor(detail: string, facts: ErrorFacts & { stalled?: boolean } = {}) {
    super(detail, facts);
    this.stalled = facts.stalled ?? false;
  }

  override get retryable(): boolean {
    return true;
  }
}
/** The request is broken: 400 and what else has no class of its own. */
export class RequestError extends WalrusError {}
/** 401: no key, or a wrong one. */
export class UnauthorizedError extends WalrusError {}
/** 403: a page of another origin, or a key without the scope. */
export class ForbiddenError extends WalrusError {}
/** 404: the id may be wrong, the thing not exist yet, or be gone. */
export class NotFoundError extends WalrusError {}
/** 409: something else is going on; `operationId` names it where there is one. */
export class ConflictError extends WalrusError {}
/** 410: it is no longer kept. */
export class GoneError extends WalrusError {}
/** 413: the body is too large. */
export class TooLargeError extends WalrusError {}
/** 415: a type that is not supported. */
export class UnsupportedTypeError extends WalrusError {}
/** 422: a value is not as it must be; `fields` says which. */
export class ValidationError extends WalrusError {}
/** 429: too many requests; `retryAfter` says when again. */
export class RateLimitedError extends WalrusError {}
/** 502: a model failed, or a proxy did not reach the server. */
export class UpstreamError extends WalrusError {}
/** 503: not now; `retryAfter` says when again. */
export class UnavailableError extends WalrusError {}
/** 504: a model was too slow, or a proxy waited for too long. */
export class TimeoutError extends WalrusError {}
/** 500: a fault of the server; its log has more under `requestId`. */
export class ServerError extends WalrusError {}

/** An operation ended as failed. `errorType` says why, `state` is how it stood. */
export class OperationFailedError extends WalrusError {
  readonly state: OperationState;

  constructor(state: OperationState) {
    const error = state.error;
    super(error?.message ?? 'The operation failed.', {
      errorType: error?.type,
      operationId: state.operation_id ?? undefined,
    });
    this.state = state;
  }

  override get retryable(): boolean {
    return this.state.error?.retryable ?? false;
  }
}
/** An operation ended because somebody cancelled it. */
export class CancelledError extends OperationFailedError {}

const classes: Record<number, typeof WalrusError> = {
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  413: TooLargeError,
  415: UnsupportedTypeError,
  422: ValidationError,
  429: RateLimitedError,
  502: UpstreamError,
  503: UnavailableError,
  504: TimeoutError,
};

/** The error that an answer is; also one that comes from a proxy and is no problem document. */
export async function errorOf(response: Response): Promise<WalrusError> {
  const { status, headers } = response;
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  const kind = classes[status] ?? (status >= 500 ? ServerError : RequestError);
  return new kind(problem?.detail ?? `The server answered ${status}.`, {
    status,
    errorType: problem?.error_type,
    requestId: problem?.request_id ?? headers.get('X-Request-Id') ?? undefined,
    retryAfter: secondsOf(headers.get('Retry-After')),
    operationId: problem?.operation_id,
    fields: problem?.errors,
  });
}

/** `Retry-After` is in seconds or a date. */
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** What was thrown, as an error of ours; the reason of a signal becomes the cause of one. */
export const walrusErrorOf = (thrown: unknown): WalrusError =>
  thrown instanceof WalrusError ? thrown : new WalrusError('It is followed no more.', { cause: thrown });

export function failureOf(state: OperationState): OperationFailedError {
  return state.error?.type === 'cancelled' ? new CancelledError(state) : new OperationFailedError(state);
}
