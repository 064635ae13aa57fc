/**
 * Every operation that is shown, kept up to date by one stream, whatever is shown of it and how often:
 * a browser has six connections to a server for all of its tabs.
 */
import { initialState, reduce, type ListOptions, type OperationState, type OperationStatus, type Told, type Transport, type WalrusClient } from '@walrus/client';
import { newestFirst, Store } from './store.js';

/** An operation as it stands. Never changed, only replaced. */
export interface Operation {
  readonly id: string;
  readonly state: OperationState;
  /** Milliseconds since 1970: of the current attempt, and of the latest event. */
  readonly started: number;
  readonly updated: number;
  /** Of somebody else's pipeline. */
  readonly title: string | null;
}

export interface Connection {
  readonly transport: Transport | null;
  /** Before the first connection nothing was lost. */
  readonly was: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface Snapshot {
  /** Newest first. */
  readonly operations: readonly Operation[];
  readonly connection: Connection;
  /** The newest have been read, with those that go on. */
  readonly read: boolean;
  /** Why they could not be read. */
  readonly failure: Error | null;
}

/** Where streams do not get through, the newest are read again so often; milliseconds. */
const pollPause = 2000;
const pageSize = 50;

export class Ledger {
  readonly #client: WalrusClient;
  readonly #known = new Map<string, Operation>();
  readonly #asked = new Set<string>();
  readonly #store = new Store<Snapshot>({ operations: [], connection: { transport: null, was: false, since: Date.now() }, read: false, failure: null });

  constructor(client: WalrusClient) {
    this.#client = client;
  }

  snapshot = this.#store.get;
  subscribe = this.#store.subscribe;
  operation = (id: string): Operation | undefined => this.#known.get(id);

  /** Follows until it is aborted. The stream is there before the list is asked for, so that no end falls between. */
  async follow(signal: AbortSignal): Promise<void> {
    try {
      for await (const told of this.#client.operations.events({ signal, onTransport: this.#connect })) this.#take(told);
    } catch {
      await this.#poll(signal);
    }
  }

  #connect = (transport: Transport | null): void => {
    const was = this.#store.get().connection.was || this.#store.get().connection.transport !== null;
    this.#store.change({ connection: { transport, was, since: Date.now() } });
    if (transport !== null && !this.#store.get().read) void this.read();
  };

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.read();
      this.#store.change({ connection: { transport: this.#store.get().failure === null ? 'poll' : null, was: true, since: Date.now() } });
      await new Promise((resolve) => setTimeout(resolve, pollPause));
    }
  }

  /** Reads the newest. */
  async read(): Promise<void> {
    try {
      await this.list({});
      this.#store.change({ read: true, failure: null });
    } catch (failure) {
      this.#store.change({ failure: failure as Error });
    }
  }

  /** Reads some of them, newest first; gives where the next older ones begin, null where there are none. */
  async list(options: ListOptions): Promise<string | null> {
    const { operations, next_cursor } = await this.#client.operations.list({ limit: pageSize, ...options });
    for (const status of operations) this.take(status);
    return next_cursor;
  }

  /** Reads one that is not among those known; once, however many ask. */
  async seek(id: string): Promise<void> {
    if (this.#known.has(id) || this.#asked.has(id)) return;
    this.#asked.add(id);
    try {
      this.take(await this.#client.operations.status(id));
    } finally {
      this.#asked.delete(id);
    }
  }

  take(status: OperationStatus): void {
    const state = reduce(initialState, { type: 'status', ...status });
    const title = 'title' in status ? (status.title ?? null) : null;
    const read: Operation = { id: status.operation_id, state, started: Date.parse(status.started_at), updated: Date.parse(status.updated_at), title };
    const before = this.#known.get(read.id);
    // A status has no text, which the stream has from the attempt's first event on.
    if (before === undefined || isNewer(state, before.state)) this.#put(read);
    else this.#put({ ...before, started: read.started, title, state: identified(before.state, state) });
  }

  #take({ event, state }: Told): void {
    if (state === null || state.operation_id === null) return;
    const id = state.operation_id;
    const before = this.#known.get(id);
    if (before !== undefined && !isNewer(state, before.state) && state.text.length <= before.state.text.length) return;
    const times = event as { started_at?: string; updated_at?: string };
    const started = times.started_at === undefined ? (before?.started ?? Date.now()) : Date.parse(times.started_at);
    const updated = times.updated_at === undefined ? Date.now() : Date.parse(times.updated_at);
    const known = before === undefined ? state : identified(state, before.state);
    this.#put({ id, state: known, started, updated, title: before?.title ?? null });
    // Not every event says what its operation is of.
    if (known.document_id === null && known.conversation_id === null && before === undefined) void this.#identify(id);
  }

  async #identify(id: string): Promise<void> {
    const status = await this.#client.operations.status(id).catch(() => null);
    if (status !== null) this.take(status);
  }

  #put(operation: Operation): void {
    this.#known.set(operation.id, operation);
    this.#store.change({ operations: newestFirst(this.#known) });
  }
}

const isNewer = (state: OperationState, than: OperationState): boolean =>
  state.attempt > than.attempt || (state.attempt === than.attempt && state.sequence > than.sequence);

const identified = (state: OperationState, source: OperationState): OperationState => ({
  ...state,
  kind: state.kind ?? source.kind,
  document_id: state.document_id ?? source.document_id,
  conversation_id: state.conversation_id ?? source.conversation_id,
});
