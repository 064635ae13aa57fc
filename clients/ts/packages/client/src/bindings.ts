/** What bindings to React, Vue and others show, as values that are kept up to date while somebody listens. */
export { documentActions, operationActions, type Actions } from './bindings/actions.js';
export { Conversation, type ConversationMessage, type ConversationView, type QuestionOptions } from './bindings/conversation.js';
export { followDocuments, type DocumentStatuses } from './bindings/document_statuses.js';
export { Live, type Readable } from './bindings/live.js';
export { OperationList, type OperationFilter, type OperationsView } from './bindings/operation_list.js';
export { PageList, crawlCountersOf, type CrawlCounters, type PagesView } from './bindings/page_list.js';
export { SentWork, type SentWorkView } from './bindings/sent_work.js';
export { conversationOf, operationListOf } from './bindings/shared.js';
export { follow, statusOf, viewOf, type Status, type View } from './bindings/view.js';
