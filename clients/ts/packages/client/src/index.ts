export type { Chat } from './chat.js';
export { WalrusClient } from './client.js';
export * from './core.js';
export type { Documents, DocumentState, Page, Progress, UploadOptions, Work, WorkOptions } from './documents.js';
export type { HttpErrorType, Kind, OperationErrorType, Step } from './generated/plans.js';
export type { ListOptions, Operations, Told, Watched } from './operations.js';
export type * from './types.js';
