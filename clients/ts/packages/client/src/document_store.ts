import { dropOldest } from './bounded.js';
import { NotFoundError, walrusErrorOf, type WalrusError } from './errors.js';
import { getJson, type Http } from './http.js';
import { emptySnapshot, type Listener, type OperationStore, type Snapshot } from './store.js';
import type { DocumentStatus, DocumentStatuses } from './types.js';

interface Entry {
  readonly listeners: Set<Listener>;
  operationId: string | undefined;
  /** In place of the operation's, where it cannot be found. */
  failed: Snapshot | undefined;
  /** Ends the listening to the operation. */
  stop: (() => void) | undefined;
}

/** The server's limit for one request. */
const idsPerRequest = 100;

/**
 * Documents by the operation that works on them, which is looked up for all that ask in one go. It is
 * looked up again with each first listener, since the document may have been replaced.
 */
export class DocumentStore {
  readonly #http: Http;
  readonly #operations: OperationStore;
  readonly #entries = new Map<string, Entry>();
  readonly #sought = new Set<string>();

  constructor(http: Http, operations: OperationStore) {
    this.#http = http;
    this.#operations = operations;
  }

  subscribe(id: string, listener: Listener): () => void {
    const entry = this.#entry(id);
    const own: Listener = (snapshot, event) => listener(snapshot, event);
    if (entry.listeners.size === 0) this.#seek(id);
    entry.listeners.add(own);
    this.#listen(entry);
    return () => {
      entry.listeners.delete(own);
      if (entry.listeners.size > 0) return;
      entry.stop?.();
      entry.stop = undefined;
      this.#forget(id, entry);
    };
  }

  snapshot(id: string): Snapshot {
    const entry = this.#entries.get(id);
    if (entry?.failed !== undefined) return entry.failed;
    return entry?.operationId === undefined ? emptySnapshot : this.#operations.snapshot(entry.operationId);
  }

  /** Goes on with a document's operation, which may be another one: that replaces its content. */
  move(id: string, operationId: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const before = this.snapshot(id);
    entry.failed = undefined;
    if (entry.operationId !== operationId) {
      entry.stop?.();
      entry.stop = undefined;
      entry.operationId = operationId;
    }
    this.#listen(entry);
    if (this.snapshot(id) !== before) this.#tell(id, entry);
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id) ?? { listeners: new Set<Listener>(), operationId: undefined, failed: undefined, stop: undefined };
    this.#entries.set(id, entry);
    return entry;
  }

  /** What has ended is still shown to who comes back. */
  #forget(id: string, entry: Entry): void {
    if (this.#entries.get(id) !== entry) return;
    if (this.snapshot(id).state.ended) dropOldest(this.#entries, ({ listeners }) => listeners.size === 0);
    else this.#entries.delete(id);
  }

  #listen(entry: Entry): void {
    if (entry.stop !== undefined || entry.operationId === undefined || entry.listeners.size === 0) return;
    entry.stop = this.#operations.subscribe(entry.operationId, (snapshot, event) => {
      for (const listener of [...entry.listeners]) listener(snapshot, event);
    });
  }

  #tell(id: string, entry: Entry): void {
    for (const listener of [...entry.listeners]) listener(this.snapshot(id), undefined);
  }

  #seek(id: string): void {
    if (this.#sought.size === 0) queueMicrotask(() => this.#seekAll());
    this.#sought.add(id);
  }

  #seekAll(): void {
    const ids = [...this.#sought];
    this.#sought.clear();
    while (ids.length > 0) void this.#find(ids.splice(0, idsPerRequest));
  }

  async #find(ids: readonly string[]): Promise<void> {
    try {
      const path = `/v1/documents/status?ids=${ids.map(encodeURIComponent).join()}`;
      const { statuses } = await getJson<DocumentStatuses>(this.#http, path);
      for (const id of ids) this.#found(id, statuses[id]);
    } catch (error) {
      const failure = walrusErrorOf(error);
      // What is known already is followed all the same.
      for (const id of ids) if (this.#entries.get(id)?.operationId === undefined) this.#missed(id, failure);
    }
  }

  #found(id: string, status: DocumentStatus | undefined): void {
    if (!this.#entries.has(id)) return;
    if (status === undefined) return this.#missed(id, new NotFoundError(`Document '${id}' was not found.`, { errorType: 'not_found' }));
    this.move(id, status.operation_id);
    this.#operations.take(status.operation_id, status);
  }

  #missed(id: string, failure: WalrusError): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.failed = { ...this.snapshot(id), transport: null, reconnecting: false, failure, settled: true };
    this.#tell(id, entry);
  }
}
