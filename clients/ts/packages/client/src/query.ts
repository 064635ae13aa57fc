/** Options for TanStack Query, whichever framework it is used with. They are plain objects; nothing of it is needed here. */
import type { WalrusClient } from './client.js';
import type { Page } from './documents.js';
import type { CallOptions } from './http.js';
import type {
  Chunk,
  ConversationHistory,
  ConversationList,
  CrawledPage,
  Document,
  DocumentRow,
  DocumentStatus,
  DocumentStatuses,
  OperationList,
  OperationStatus,
  SearchRequest,
  SearchResponse,
} from './types.js';

/** For `useQuery` and the like. */
export interface Query<T> {
  readonly queryKey: readonly unknown[];
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<T>;
}

/** Asked for again as long as the work goes on. */
export interface PolledQuery<T> extends Query<T> {
  /** Milliseconds, or false once there is nothing to wait for. */
  readonly refetchInterval: (query: { readonly state: { readonly data: T | undefined } }) => number | false;
}

type Cursor = string | undefined;

/** For `useInfiniteQuery` and the like. */
export interface PagedQuery<T> {
  readonly queryKey: readonly unknown[];
  readonly queryFn: (context: { readonly signal: AbortSignal; readonly pageParam: Cursor }) => Promise<T>;
  readonly initialPageParam: Cursor;
  readonly getNextPageParam: (last: T) => Cursor;
}

/** Begins the keys of all that is asked of Walrus, as for `invalidateQueries({ queryKey: walrusKey })`. */
export const walrusKey = ['walrus'] as const;

const refetchMilliseconds = 1500;

const one = <T>(key: readonly unknown[], ask: (options: CallOptions) => Promise<T>): Query<T> => ({
  queryKey: [...walrusKey, ...key],
  queryFn: ({ signal }) => ask({ signal }),
});

const polled = <T>(query: Query<T>, goesOn: (data: T) => boolean): PolledQuery<T> => ({
  ...query,
  refetchInterval: ({ state: { data } }) => (data !== undefined && goesOn(data) ? refetchMilliseconds : false),
});

type PageOptions = CallOptions & { cursor?: string };

const paged = <T>(key: readonly unknown[], ask: (options: PageOptions) => Promise<T>, next: (last: T) => Cursor): PagedQuery<T> => ({
  queryKey: [...walrusKey, ...key],
  queryFn: ({ signal, pageParam }) => ask({ signal, ...(pageParam !== undefined && { cursor: pageParam }) }),
  initialPageParam: undefined,
  getNextPageParam: next,
});

const isRunning = (status: { readonly processing_status: string }): boolean => status.processing_status === 'processing';

// --- Documents

export const documentQuery = (client: WalrusClient, id: string): Query<Document> =>
  one(['documents', id], (options) => client.documents.get(id, options));

type DocumentFilter = Pick<NonNullable<Parameters<WalrusClient['documents']['list']>[0]>, 'document_type' | 'limit'>;

export const documentsQuery = (client: WalrusClient, filter: DocumentFilter = {}): PagedQuery<Page<DocumentRow>> =>
  paged(['documents', filter], (options) => client.documents.list({ ...filter, ...options }), ({ cursor }) => cursor);

/** Of a document's latest operation. */
export const statusQuery = (client: WalrusClient, id: string): PolledQuery<DocumentStatus> =>
  polled(one(['documents', id, 'status'], (options) => client.documents.status(id, options)), isRunning);

/** Of up to 100 at once. */
export const statusesQuery = (client: WalrusClient, ids: readonly string[]): PolledQuery<DocumentStatuses> =>
  polled(one(['documents', 'statuses', ids], (options) => client.documents.statuses(ids, options)), ({ statuses }) =>
    Object.values(statuses).some(isRunning),
  );

export const statusHistoryQuery = (client: WalrusClient, id: string): Query<DocumentStatus[]> =>
  one(['documents', id, 'status', 'history'], (options) => client.documents.history(id, options));

export const chunksQuery = (client: WalrusClient, id: string): PagedQuery<Page<Chunk>> =>
  paged(['documents', id, 'chunks'], (options) => client.documents.chunks(id, options), ({ cursor }) => cursor);

/** A crawled site's. */
export const pagesQuery = (client: WalrusClient, id: string): PagedQuery<Page<CrawledPage>> =>
  paged(['documents', id, 'pages'], (options) => client.documents.pages(id, options), ({ cursor }) => cursor);

// --- Operations

export const operationQuery = (client: WalrusClient, id: string): PolledQuery<OperationStatus> =>
  polled(one(['operations', id], (options) => client.operations.status(id, options)), isRunning);

type OperationFilter = Pick<NonNullable<Parameters<WalrusClient['operations']['list']>[0]>, 'kind' | 'status' | 'limit'>;

export const operationsQuery = (client: WalrusClient, filter: OperationFilter = {}): PagedQuery<OperationList> =>
  paged(['operations', filter], (options) => client.operations.list({ ...filter, ...options }), (last) => last.next_cursor ?? undefined);

// --- Conversations

export const conversationsQuery = (client: WalrusClient, userId: string): Query<ConversationList> =>
  one(['conversations', userId], (options) => client.chat.conversations(userId, options));

export const historyQuery = (client: WalrusClient, userId: string, conversationId: string): Query<ConversationHistory> =>
  one(['conversations', userId, conversationId, 'history'], (options) => client.chat.history(userId, conversationId, options));

// --- Search

export const searchQuery = (client: WalrusClient, request: SearchRequest): Query<SearchResponse> =>
  one(['search', request], (options) => client.search(request, options));
