import type { DocumentStore } from './document_store.js';
import { failureOf } from './errors.js';
import type { Transport } from './follow.js';
import { deleteJson, getJson, query, randomId, type CallOptions, type Http } from './http.js';
import type { Operations } from './operations.js';
import { jsonOf } from './sse.js';
import { initialState, type OperationState } from './state.js';
import type { StatusCache } from './status_cache.js';
import type { Listener, Snapshot } from './store.js';
import type {
  Chunk,
  CrawlAccepted,
  CrawledPage,
  CrawlRequest,
  Document,
  DocumentDeleted,
  DocumentRow,
  DocumentStatus,
  DocumentStatuses,
  UploadAccepted,
} from './types.js';
import { sendForm } from './upload.js';

/** How far an upload or a crawl is, from the first byte that is sent to the last step. */
export interface Progress {
  readonly phase: 'sending' | 'processing';
  /** Of the request's body; 0 of 0 for a crawl. */
  readonly bytes_sent: number;
  readonly bytes_total: number;
  /** 0 to 100 over both: the bytes fill what is below the first step's percentage. It never falls. */
  readonly progress: number;
  readonly state: OperationState;
  readonly transport: Transport | null;
}

export interface WorkOptions extends CallOptions {
  onProgress?: ((progress: Progress) => void) | undefined;
  /** By which the server knows the request again. A new one for each by default. */
  idempotencyKey?: string | undefined;
}

export interface UploadOptions extends WorkOptions {
  /** The File's own by default. */
  filename?: string;
  /** Kept with the document, and usable in `retrieval_filter`. */
  metadata?: Record<string, unknown>;
}

/** The state of a document's operation. */
export interface DocumentState extends OperationState {
  readonly operation_id: string;
  readonly document_id: string;
}

/** How the work ended; it is rejected with an OperationFailedError where it failed. */
export interface Work extends Promise<DocumentState> {
  /** Ends it as cancelled, as soon as the server has it. False where it had ended already. */
  cancel(): Promise<boolean>;
}

/** The percentage of an upload's first step. */
const sendingShare = 10;

const pathOf = (id: string): string => `/v1/documents/${encodeURIComponent(id)}`;

interface Accepted {
  readonly document_id: string;
  readonly operation_id: string;
}

interface PageOptions extends CallOptions {
  limit?: number;
  cursor?: string;
}

/** One page of a list; `cursor` is the next one's, undefined on the last. */
export interface Page<T> {
  readonly items: T[];
  readonly cursor: string | undefined;
}

/** Documents: files and crawled sites. */
export class Documents {
  readonly #http: Http;
  readonly #operations: Operations;
  readonly #store: DocumentStore;
  readonly #statuses: StatusCache;

  constructor(http: Http, operations: Operations, store: DocumentStore, statuses: StatusCache) {
    this.#http = http;
    this.#operations = operations;
    this.#store = store;
    this.#statuses = statuses;
  }

  // --- The store

  /** Listens to a document's latest operation. See OperationStore.subscribe. */
  subscribe = (id: string, listener: Listener): (() => void) => this.#store.subscribe(id, listener);

  /** See OperationStore.snapshot. */
  snapshot = (id: string): Snapshot => this.#store.snapshot(id);

  // --- Work

  /** Sends a file, and follows what the server makes of it to the end. */
  upload(file: Blob, options: UploadOptions = {}): Work {
    return this.#sendFile('POST', '/v1/documents/', file, options);
  }

  /** As `upload`, in the place of a document's content; the old one serves until the new one is ready. */
  replace(id: string, file: Blob, options: UploadOptions = {}): Work {
    return this.#sendFile('PATCH', pathOf(id), file, options);
  }

  crawl(request: CrawlRequest, options: WorkOptions = {}): Work {
    const accepted = this.#http.post<CrawlAccepted>('/v1/documents/crawl', request, options);
    return this.#work(accepted, new Joined(options.onProgress, 0), options.signal);
  }

  #sendFile(method: 'POST' | 'PATCH', path: string, file: Blob, options: UploadOptions): Work {
    const filename = options.filename ?? (file as Partial<File>).name ?? 'file';
    const idempotencyKey = options.idempotencyKey ?? randomId();
    const joined = new Joined(options.onProgress, sendingShare);
    const form = { method, path, file, filename, metadata: options.metadata, idempotencyKey };
    const answer = sendForm(this.#http, form, joined.sent, options.signal);
    return this.#work(answer.then(jsonOf<UploadAccepted>), joined, options.signal);
  }

  #work(accepted: Promise<Accepted>, joined: Joined, signal: AbortSignal | undefined): Work {
    const end = this.#finish(accepted, joined, signal);
    return Object.assign(end, { cancel: async () => this.#operations.cancel((await accepted).operation_id) });
  }

  async #finish(accepted: Promise<Accepted>, joined: Joined, signal: AbortSignal | undefined): Promise<DocumentState> {
    const { document_id, operation_id } = await accepted;
    this.#store.move(document_id, operation_id);
    joined.accepted({ ...initialState, document_id, operation_id });
    let last: Snapshot | undefined;
    for await (last of this.#operations.watch([operation_id], { signal })) joined.told(last);
    if (last === undefined || last.failure !== null) throw last?.failure;
    if (last.state.status === 'failed') throw failureOf(last.state);
    return { ...last.state, document_id, operation_id };
  }

  // --- Requests

  /** Of its latest operation. With its ETag: what has not changed is the same object as before. */
  status(id: string, options?: CallOptions): Promise<DocumentStatus> {
    return this.#statuses.get(`${pathOf(id)}/status`, false, options);
  }

  /** Of up to 100 at once. */
  statuses(ids: readonly string[], options?: CallOptions): Promise<DocumentStatuses> {
    return getJson(this.#http, `/v1/documents/status?ids=${ids.map(encodeURIComponent).join()}`, options);
  }

  /** Every status event of its latest operation so far, all attempts, oldest first. */
  history(id: string, options?: CallOptions): Promise<DocumentStatus[]> {
    return getJson(this.#http, `${pathOf(id)}/status/history`, options);
  }

  list(options: PageOptions & { document_type?: 'file_upload' | 'web_crawl' } = {}): Promise<Page<DocumentRow>> {
    const { document_type, limit, cursor } = options;
    return this.#page(`/v1/documents/${query({ document_type, limit, cursor })}`, options);
  }

  get(id: string, options?: CallOptions): Promise<Document> {
    return getJson(this.#http, pathOf(id), options);
  }

  delete(id: string, options?: CallOptions): Promise<DocumentDeleted> {
    return deleteJson(this.#http, pathOf(id), options);
  }

  chunks(id: string, options: PageOptions = {}): Promise<Page<Chunk>> {
    const { limit, cursor } = options;
    return this.#page(`${pathOf(id)}/chunks${query({ limit, cursor })}`, options);
  }

  chunk(id: string, chunkId: string, options?: CallOptions): Promise<Chunk> {
    return getJson(this.#http, `${pathOf(id)}/chunks/${encodeURIComponent(chunkId)}`, options);
  }

  /** A crawled site's pages and what became of each. */
  pages(id: string, options: PageOptions = {}): Promise<Page<CrawledPage>> {
    const { limit, cursor } = options;
    return this.#page(`${pathOf(id)}/pages${query({ limit, cursor })}`, options);
  }

  /** The original, byte for byte. */
  async content(id: string, options?: CallOptions): Promise<Blob> {
    return (await this.#http.send('GET', `${pathOf(id)}/content`, options)).blob();
  }

  async #page<T>(path: string, options: CallOptions): Promise<Page<T>> {
    const response = await this.#http.send('GET', path, { signal: options.signal });
    return { items: await jsonOf<T[]>(response), cursor: response.headers.get('X-Next-Cursor') ?? undefined };
  }
}

/** Joins the bytes that are sent and the server's steps to one progress. */
class Joined {
  readonly #listener: ((progress: Progress) => void) | undefined;
  readonly #share: number;
  #last: Progress;

  constructor(listener: ((progress: Progress) => void) | undefined, share: number) {
    this.#listener = listener;
    this.#share = share;
    const phase = share > 0 ? 'sending' : 'processing';
    this.#last = { phase, bytes_sent: 0, bytes_total: 0, progress: 0, state: initialState, transport: null };
  }

  sent = (sent: number, total: number): void => {
    if (this.#last.phase === 'sending') this.#tell({ bytes_sent: sent, bytes_total: total }, Math.floor((sent / total) * this.#share));
  };

  accepted(state: OperationState): void {
    this.#tell({ phase: 'processing', bytes_sent: this.#last.bytes_total, state }, this.#share);
  }

  told({ state, transport }: Snapshot): void {
    this.#tell({ state, transport }, state.progress ?? 0);
  }

  #tell(changes: Partial<Progress>, progress: number): void {
    this.#last = { ...this.#last, ...changes, progress: Math.max(this.#last.progress, progress) };
    this.#listener?.(this.#last);
  }
}
