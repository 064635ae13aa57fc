/** The documents: what each is called and holds. How far each is, the ledger knows. */
import { NotFoundError, type DocumentRow, type WalrusClient } from '@walrus/client';
import { newestFirst, Store } from './store.js';

export interface Shelved {
  /** Newest first. */
  readonly rows: readonly DocumentRow[];
  readonly read: boolean;
  readonly older: string | null;
  readonly failure: Error | null;
}

const pageSize = 50;

export class Shelf {
  readonly #client: WalrusClient;
  readonly #known = new Map<string, DocumentRow>();
  readonly #asked = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #store = new Store<Shelved>({ rows: [], read: false, older: null, failure: null });

  constructor(client: WalrusClient) {
    this.#client = client;
  }

  snapshot = this.#store.get;
  subscribe = this.#store.subscribe;
  row = (id: string): DocumentRow | undefined => this.#known.get(id);

  read = (): Promise<void> => this.#page(undefined);

  async readOlder(): Promise<void> {
    const { older } = this.#store.get();
    if (older !== null) await this.#page(older);
  }

  async #page(cursor: string | undefined): Promise<void> {
    try {
      const page = await this.#client.documents.list({ limit: pageSize, ...(cursor !== undefined && { cursor }) });
      for (const row of page.items) this.#known.set(row.document_id, row);
      const older = cursor === undefined && this.#store.get().read ? this.#store.get().older : (page.cursor ?? null);
      this.#store.set({ rows: newestFirst(this.#known), read: true, older, failure: null });
    } catch (failure) {
      this.#store.change({ failure: failure as Error });
    }
  }

  /** Reads one that is not known, or known no longer as it is; once, however many ask. */
  async seek(id: string, anew = false): Promise<void> {
    if ((this.#known.has(id) && !anew) || this.#asked.has(id) || this.#gone.has(id)) return;
    this.#asked.add(id);
    try {
      this.#known.set(id, await this.#client.documents.get(id));
      this.#tell();
    } catch (error) {
      if (error instanceof NotFoundError) this.#forget(id);
    } finally {
      this.#asked.delete(id);
    }
  }

  async delete(id: string): Promise<void> {
    await this.#client.documents.delete(id);
    this.#forget(id);
  }

  #forget(id: string): void {
    this.#gone.add(id);
    this.#known.delete(id);
    this.#tell();
  }

  #tell(): void {
    this.#store.change({ rows: newestFirst(this.#known) });
  }
}
