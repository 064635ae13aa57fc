/** The wire's shapes by their names. They are generated from contract/openapi.yaml. */
import type { components } from './generated/openapi.js';

type Schemas = components['schemas'];

export type ChatMessage = Schemas['Message'];
export type ChatMetadata = Schemas['ChatMetadata'];
export type ChatRequest = Omit<Schemas['ChatRequest'], 'stream'>;
export type ChatResponse = Schemas['ChatResponse'];
export type ChatStatusItem = Schemas['ChatStatusItem'];
export type Chunk = Schemas['Chunk'];
export type ChunkEvent = Schemas['ChunkEvent'];
export type CompleteEvent = Schemas['CompleteEvent'];
export type ConversationDeleted = Schemas['ConversationDeleted'];
export type ConversationHistory = Schemas['ConversationHistory'];
export type ConversationList = Schemas['ConversationList'];
export type CrawlAccepted = Schemas['CrawlAccepted'];
export type CrawlRequest = Schemas['CrawlRequest'];
export type CrawledPage = Schemas['CrawledPage'];
export type Document = Schemas['Document'];
export type DocumentDeleted = Schemas['DocumentDeleted'];
export type DocumentRow = Schemas['DocumentRow'];
export type DocumentStatus = Schemas['DocumentStatus'];
export type DocumentStatuses = Schemas['DocumentStatuses'];
export type ErrorEvent = Schemas['ErrorEvent'];
export type FieldError = Schemas['FieldError'];
export type NewOperation = Schemas['NewOperation'];
export type OperationList = Schemas['OperationList'];
export type OperationStatus = Schemas['OperationStatus'];
export type Problem = Schemas['Problem'];
export type Report = Schemas['Report'];
export type ReportTaken = Schemas['ReportTaken'];
export type SearchRequest = Schemas['SearchRequest'];
export type SearchResponse = Schemas['SearchResponse'];
export type SnapshotEvent = Schemas['SnapshotEvent'];
export type SourceChunk = Schemas['Source'];
export type StreamErrorEvent = Schemas['StreamErrorEvent'];
export type UploadAccepted = Schemas['UploadAccepted'];

/** What a chat's stream tells. */
export type ChatEvent = Schemas['ChatEvent'] | SnapshotEvent;
/** Whatever a stream may hold; a later server may send types that are not among these. */
export type Event = Schemas['Event'] | StreamErrorEvent;
