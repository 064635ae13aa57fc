import { ConnectionError, walrusErrorOf, type WalrusError } from '../errors.js';
import type { WalrusClient } from '../client.js';
import { sleep } from '../http.js';
import type { ListOptions, Told } from '../operations.js';
import type { OperationStatus } from '../types.js';
import { Live } from './live.js';
import { statusOf } from './view.js';

export type OperationFilter = Pick<ListOptions, 'kind' | 'status' | 'limit'>;

/** The caller's operations, newest first. */
export interface OperationsView {
  readonly operations: readonly OperationStatus[];
  /** Whether older ones can be read. */
  readonly hasMore: boolean;
  /** Whether they are being read. */
  readonly isLoading: boolean;
  readonly error: WalrusError | null;
  readonly reconnecting: boolean;
}

const nothing: OperationsView = { operations: [], hasMore: false, isLoading: true, error: null, reconnecting: false };

/** How often the list is read where streams do not get through. */
const pollMilliseconds = 3000;

/** What is heard on the stream of all of the caller's operations, which all lists of a client share. */
class OperationFeed extends Live<{ readonly reconnecting: boolean }> {
  readonly #client: WalrusClient;
  readonly #lists = new Set<OperationList>();
  #leaving = new AbortController();
  #connected = false;
  /** Why it is not heard, nor ever will be. */
  #failure: unknown;

  constructor(client: WalrusClient) {
    super({ reconnecting: false });
    this.#client = client;
  }

  /** Tells a list of what happens, and to read anew whenever it may have missed something. */
  add(list: OperationList): () => void {
    this.#lists.add(list);
    const stop = this.subscribe(() => list.connected(this.snapshot().reconnecting));
    if (this.#connected) void list.reload();
    if (this.#failure !== undefined) list.fail(this.#failure);
    return () => {
      this.#lists.delete(list);
      stop();
    };
  }

  protected override begin(): void {
    this.#leaving = new AbortController();
    this.#failure = undefined;
    void this.#run(this.#leaving.signal);
  }

  protected override end(): void {
    this.#connected = false;
    this.#leaving.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      const onTransport = (transport: string | null): void => this.#connect(transport !== null);
      for await (const told of this.#client.operations.events({ signal, onTransport })) this.#tell(told);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ConnectionError) return void this.#poll(signal).catch(() => {});
      this.#failure = error;
      for (const list of this.#lists) list.fail(error);
    }
  }

  #connect(connected: boolean): void {
    this.#connected = connected;
    this.change({ reconnecting: !connected });
    if (connected) this.#reload();
  }

  #tell(told: Told): void {
    for (const list of this.#lists) list.take(told);
  }

  #reload(): void {
    for (const list of this.#lists) void list.reload();
  }

  /** Until the signal is aborted, which it throws. */
  async #poll(signal: AbortSignal): Promise<never> {
    this.#connected = true;
    this.change({ reconnecting: false });
    for (;;) {
      this.#reload();
      await sleep(pollMilliseconds, signal);
    }
  }
}

const feeds = new WeakMap<WalrusClient, OperationFeed>();

function feedOf(client: WalrusClient): OperationFeed {
  const feed = feeds.get(client) ?? new OperationFeed(client);
  feeds.set(client, feed);
  return feed;
}

/** A list of operations that stays true while somebody listens. */
export class OperationList extends Live<OperationsView> {
  readonly #client: WalrusClient;
  readonly #filter: OperationFilter;
  readonly #rows = new Map<string, OperationStatus>();
  #cursor: string | undefined;
  #last: Promise<void> = Promise.resolve();
  /** One that has not begun yet. */
  #reloading: Promise<void> | undefined;
  #stop: (() => void) | undefined;

  constructor(client: WalrusClient, filter: OperationFilter = {}) {
    super(nothing);
    this.#client = client;
    this.#filter = filter;
  }

  /** Reads the next older ones. */
  more = (): Promise<void> => this.#afterLast(() => this.#readMore());

  /** Reads again what was read. */
  reload = (): Promise<void> => {
    this.#reloading ??= this.#afterLast(() => this.#readAgain());
    return this.#reloading;
  };

  connected(reconnecting: boolean): void {
    this.change({ reconnecting });
  }

  fail(error: unknown): void {
    this.change({ error: walrusErrorOf(error), isLoading: false });
  }

  take({ event, state }: Told): void {
    const id = state?.operation_id;
    if (id == null || state === null || event.type === 'chunk') return;
    const known = this.#rows.get(id);
    if (known !== undefined && state.sequence <= known.sequence) return;
    const { updated_at = new Date().toISOString(), started_at = updated_at, title } = event as Partial<OperationStatus & { title: string }>;
    const times = { updated_at, started_at: state.attempt === known?.attempt ? known.started_at : started_at };
    this.#put({ ...known, ...statusOf(state), ...times, ...(title !== undefined && { title }) } as OperationStatus);
    this.#show();
  }

  protected override begin(): void {
    this.#stop = feedOf(this.#client).add(this);
  }

  protected override end(): void {
    this.#stop?.();
    // It would grow stale.
    this.#rows.clear();
    this.#cursor = undefined;
    this.change(nothing);
  }

  #afterLast(read: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      this.change({ isLoading: true });
      const error = await read().then(() => null, walrusErrorOf);
      this.change({ error, isLoading: false });
    });
    return this.#last;
  }

  async #readMore(): Promise<void> {
    if (this.#cursor !== undefined) await this.#read(this.#cursor, 1, new Set());
  }

  #readAgain(): Promise<void> {
    this.#reloading = undefined;
    return this.#read(undefined, this.#rows.size, new Set(this.#rows.keys()));
  }

  /** Takes in pages until there are so many rows, or no more. Of `replaced` stays what is still there. */
  async #read(from: string | undefined, atLeast: number, replaced: ReadonlySet<string>): Promise<void> {
    const read: OperationStatus[] = [];
    let cursor = from;
    do {
      const page = await this.#client.operations.list({ ...this.#filter, ...(cursor !== undefined && { cursor }) });
      read.push(...page.operations);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined && read.length < atLeast);
    const heard = new Map(this.#rows);
    for (const id of replaced) this.#rows.delete(id);
    for (const row of read) this.#put(newerOf(row, heard.get(row.operation_id)));
    this.#cursor = cursor;
    this.#show();
  }

  #put(row: OperationStatus): void {
    const { kind, status } = this.#filter;
    const fits = (kind ?? row.kind) === row.kind && (status ?? row.processing_status) === row.processing_status;
    if (fits) this.#rows.set(row.operation_id, row);
    else this.#rows.delete(row.operation_id);
  }

  /** Ids grow with time. */
  #show(): void {
    const operations = [...this.#rows.values()].sort((a, b) => (a.operation_id < b.operation_id ? 1 : -1));
    this.change({ operations, hasMore: this.#cursor !== undefined });
  }
}

/** Of a list's row and what was heard of it while the list was on its way. */
const newerOf = (row: OperationStatus, heard: OperationStatus | undefined): OperationStatus =>
  heard !== undefined && heard.sequence > row.sequence ? { ...row, ...heard } : row;
