/**
 * What follows operations and answers, without the rest of the API: what bindings are made of, and
 * what a page needs that only shows statuses or chats.
 */
export { ChatStream, type AskOptions, type ChatStreamEvent, type TransportEvent } from './chat.js';
export {
  CancelledError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  GoneError,
  NotFoundError,
  OperationFailedError,
  RateLimitedError,
  RequestError,
  ServerError,
  TimeoutError,
  TooLargeError,
  UnauthorizedError,
  UnavailableError,
  UnsupportedTypeError,
  UpstreamError,
  ValidationError,
  WalrusError,
} from './errors.js';
export { Follower, type Followed, type Source, type Transport, type TransportChange } from './follow.js';
export { Http, type CallOptions, type ClientOptions } from './http.js';
export type { Message } from './sse.js';
export { initialState, reduce, type OperationError, type OperationState, type OrOther, type WireEvent } from './state.js';
export { OperationStore, emptySnapshot, type Listener, type Snapshot } from './store.js';
