/** Files on their way to the server, until it has them; then the document is on the shelf. */
import type { WalrusClient } from '@walrus/client';
import type { Shelf } from './shelf.js';
import { Store } from './store.js';

export interface Parcel {
  readonly key: number;
  readonly file: File;
  readonly sent: number;
  readonly total: number;
  /** Why the server does not take it. */
  readonly failure: Error | null;
  readonly abort: AbortController;
}

/** So many are sent side by side; the others wait. */
const sentAtOnce = 2;

export class Outbox {
  readonly #client: WalrusClient;
  readonly #shelf: Shelf;
  readonly #store = new Store<readonly Parcel[]>([]);
  readonly #waiting: number[] = [];
  #sending = 0;
  #next = 1;

  constructor(client: WalrusClient, shelf: Shelf) {
    this.#client = client;
    this.#shelf = shelf;
  }

  snapshot = this.#store.get;
  subscribe = this.#store.subscribe;

  add(files: Iterable<File>): void {
    for (const file of files) {
      const parcel = { key: this.#next++, file, sent: 0, total: file.size, failure: null, abort: new AbortController() };
      this.#store.set([...this.#store.get(), parcel]);
      this.#waiting.push(parcel.key);
    }
    this.#sendNext();
  }

  /** Sends again what was not taken. */
  again(key: number): void {
    this.#change(key, { failure: null, sent: 0, abort: new AbortController() });
    this.#waiting.push(key);
    this.#sendNext();
  }

  /** Takes it away; while it is being sent, that ends. */
  remove(key: number): void {
    const parcels = this.#store.get();
    parcels.find((parcel) => parcel.key === key)?.abort.abort();
    this.#store.set(parcels.filter((parcel) => parcel.key !== key));
  }

  #change(key: number, changes: Partial<Parcel>): void {
    this.#store.set(this.#store.get().map((parcel) => (parcel.key === key ? { ...parcel, ...changes } : parcel)));
  }

  #sendNext(): void {
    while (this.#sending < sentAtOnce && this.#waiting.length > 0) {
      const key = this.#waiting.shift();
      const parcel = this.#store.get().find((one) => one.key === key);
      if (parcel !== undefined) void this.#send(parcel);
    }
  }

  async #send({ key, file, abort }: Parcel): Promise<void> {
    this.#sending++;
    let taken: string | null = null;
    try {
      await this.#client.documents.upload(file, {
        signal: abort.signal,
        onProgress: ({ phase, bytes_sent, bytes_total, state }) => {
          if (phase === 'sending') return this.#change(key, { sent: bytes_sent, total: bytes_total });
          taken = state.document_id;
          // From here on the ledger follows it; this only leaves.
          abort.abort();
        },
      });
    } catch (failure) {
      if (!abort.signal.aborted) this.#change(key, { failure: failure as Error });
    } finally {
      this.#sending--;
      this.#sendNext();
    }
    if (taken === null) return;
    await this.#shelf.seek(taken);
    this.remove(key);
  }
}
