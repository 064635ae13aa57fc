export type { ConversationMessage, DocumentStatuses, OperationFilter, PagesView, QuestionOptions, Status } from '@walrus/client/bindings';
export { useWalrus, WalrusProvider, type HookOptions, type WalrusProviderProps } from './context.js';
export { useChat, type ChatOptions, type ChatResult } from './use_chat.js';
export { useCrawl, type CrawlCounters, type CrawlOptions, type CrawlResult } from './use_crawl.js';
export {
  useDocumentStatus,
  useDocumentStatuses,
  useOperation,
  type DocumentStatusesResult,
  type OperationResult,
  type StatusResult,
} from './use_status.js';
export { useOperations, type OperationsOptions, type OperationsResult } from './use_operations.js';
export { useUpload, type UploadResult } from './use_upload.js';
