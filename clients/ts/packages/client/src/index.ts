export { ChatStream, type AskOptions, type Chat, type ChatStreamEvent, type TransportEvent } from './chat.js';
export { WalrusClient } from './client.js';
export type { Documents, DocumentState, Page, Progress, UploadOptions, Work, WorkOptions } from './documents.js';
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
export type { Transport } from './follow.js';
export type { HttpErrorType, Kind, OperationErrorType, Step } from './generated/plans.js';
export type { CallOptions, ClientOptions } from './http.js';
export type { ListOptions, Operations, Told, Watched } from './operations.js';
export { initialState, reduce, type OperationError, type OperationState, type OrOther, type WireEvent } from './state.js';
export { emptySnapshot, type Listener, type Snapshot } from './store.js';
export type * from './types.js';
