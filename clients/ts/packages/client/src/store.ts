/**
 * The states of operations, kept up to date while somebody listens: what `watch` stands on, and what
 * bindings to React, Vue and others stand on. It is made for `useSyncExternalStore`.
 */
import { dropOldest } from './bounded.js';
import { NotFoundError, RateLimitedError, WalrusError, walrusErrorOf } from './errors.js';
import { Follower, type Followed, type Transport } from './follow.js';
import type { Http } from './http.js';
import { initialState, isAboutStream, isLast, reduce, type OperationState, type WireEvent } from './state.js';

/** Never changed: where something is new there is a new object, and else the very same. */
export interface Snapshot {
  readonly state: OperationState;
  /** How its events come now; null while nothing is connected, as before the start and after the end. */
  readonly transport: Transport | null;
  /** The connection was lost, or none could be had yet, and it is tried again. */
  readonly reconnecting: boolean;
  /** Why nothing more will come, although it has not ended. */
  readonly failure: WalrusError | null;
  /** Nothing more will come: all was told, or `failure` says why not. */
  readonly settled: boolean;
}

/** Told of each new snapshot, with the event that made it where there is one. */
export type Listener = (snapshot: Snapshot, event: WireEvent | undefined) => void;

/** Of what nothing is known yet. */
export const emptySnapshot: Snapshot = { state: initialState, transport: null, reconnecting: false, failure: null, settled: false };

const disconnected = { transport: null, reconnecting: false } as const;

interface Entry {
  snapshot: Snapshot;
  readonly listeners: Set<Listener>;
}

interface Stream {
  readonly ids: Set<string>;
  readonly abort: AbortController;
}

/** The server's limit for one stream. */
const idsPerStream = 100;
/** So many long polls are side by side at most: a browser has six connections to a server. */
const longPollsAtOnce = 3;
/** A proxy that holds streams back may be gone: a machine moves between networks. */
const blockedMilliseconds = 300_000;

const isIdle = ({ listeners }: Entry): boolean => listeners.size === 0;

export class OperationStore {
  readonly #http: Http;
  readonly #entries = new Map<string, Entry>();
  readonly #streams = new Set<Stream>();
  #arranging = false;
  /** Streams did not get through, so that new ones are not tried until then; milliseconds since 1970. */
  #blockedUntil = 0;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Listens to an operation. However many listen, it is followed once, on a stream that it shares with
   * the others; from the last unsubscribing on it is not. The listener is not called at once: read
   * `snapshot`. One that has ended is not asked for again.
   */
  subscribe(id: string, listener: Listener): () => void {
    const entry = this.#entry(id);
    // So that one function that listens twice is two listeners.
    const own: Listener = (snapshot, event) => listener(snapshot, event);
    entry.listeners.add(own);
    this.#arrange();
    return () => {
      entry.listeners.delete(own);
      this.#forget(id, entry);
      this.#arrange();
    };
  }

  /** What is known of an operation: the same object as long as nothing changes. */
  snapshot(id: string): Snapshot {
    return this.#entries.get(id)?.snapshot ?? emptySnapshot;
  }

  /** Takes in a status that came another way, so that an ended operation is not asked for. */
  take(id: string, status: object): void {
    this.#tell(id, this.#entry(id), { type: 'status', ...status });
  }

  /** Follows an operation again that has ended or failed to be followed: it was retried, and stands so now. */
  restart(id: string, status: object): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#update(entry, { failure: null, settled: false });
    // Without its place, since the new attempt's events are still to come.
    this.#tell(id, entry, { type: 'status', ...status, sequence: undefined });
    this.#arrange();
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id) ?? { snapshot: emptySnapshot, listeners: new Set<Listener>() };
    this.#entries.set(id, entry);
    return entry;
  }

  /** Keeps what has ended, and nothing that would grow stale. */
  #forget(id: string, entry: Entry): void {
    if (entry.listeners.size > 0 || this.#entries.get(id) !== entry) return;
    this.#entries.delete(id);
    if (!entry.snapshot.settled || entry.snapshot.failure !== null) return;
    this.#entries.set(id, entry);
    dropOldest(this.#entries, isIdle);
  }

  // --- Streams

  /** Once for all that subscribe in one go. */
  #arrange(): void {
    if (this.#arranging) return;
    this.#arranging = true;
    queueMicrotask(() => {
      this.#arranging = false;
      for (const stream of this.#streams) this.#closeIfIdle(stream);
      const followed = new Set([...this.#streams].flatMap((stream) => [...stream.ids]));
      const missing = [...this.#entries.keys()].filter((id) => this.#isWanted(id) && !followed.has(id));
      while (missing.length > 0) this.#open(missing);
    });
  }

  #isWanted = (id: string): boolean => {
    const entry = this.#entries.get(id);
    return entry !== undefined && !entry.snapshot.settled && entry.listeners.size > 0;
  };

  #closeIfIdle(stream: Stream): void {
    if ([...stream.ids].some(this.#isWanted)) return;
    this.#streams.delete(stream);
    stream.abort.abort();
  }

  /**
   * Takes as many of `missing` as a stream has room for, with those of a stream that is not full: that
   * one is opened anew, and what it repeats changes nothing.
   */
  #open(missing: string[]): void {
    const wanted = (stream: Stream): string[] => [...stream.ids].filter(this.#isWanted);
    const open = [...this.#streams].find((stream) => wanted(stream).length < idsPerStream);
    const old = open === undefined ? [] : wanted(open);
    if (open !== undefined) this.#streams.delete(open);
    const ids = new Set([...old, ...missing.splice(0, idsPerStream - old.length)]);
    const stream = { ids, abort: new AbortController() };
    this.#streams.add(stream);
    open?.abort.abort();
    void this.#run(stream);
  }

  async #run(stream: Stream): Promise<void> {
    const ids = [...stream.ids];
    const { signal } = stream.abort;
    try {
      if (Date.now() >= this.#blockedUntil) await this.#share(ids, signal);
      const rest = ids.filter(this.#isWanted);
      const transport = rest.length > longPollsAtOnce ? 'poll' : 'long-poll';
      await Promise.all(rest.map((id) => this.#poll(id, transport, signal)));
    } catch (failure) {
      if (!signal.aborted) this.#fail(ids, failure);
    }
    if (signal.aborted) return;
    this.#streams.delete(stream);
    this.#arrange();
  }

  async #share(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const events = `/v1/events?operations=${ids.map(encodeURIComponent).join()}`;
    const follower = new Follower(this.#http, { events }, signal);
    await this.#read(follower.follow(), ids);
    if (follower.blocked) this.#blockedUntil = Date.now() + blockedMilliseconds;
  }

  async #poll(id: string, transport: 'long-poll' | 'poll', signal: AbortSignal): Promise<void> {
    const path = `/v1/operations/${encodeURIComponent(id)}`;
    const follower = new Follower(this.#http, { events: `${path}/events`, status: path }, signal);
    try {
      await this.#read(follower.follow(transport), [id]);
      this.#fail([id], new WalrusError('Its events ended before it did.'));
    } catch (failure) {
      if (!signal.aborted) this.#fail([id], failure);
    }
  }

  /** Until nobody wants more of it. */
  async #read(followed: AsyncGenerator<Followed>, ids: readonly string[]): Promise<void> {
    for await (const one of followed) {
      if ('transport' in one) this.#connect(ids, one.transport);
      else this.#take(ids, one.event);
      if (!ids.some(this.#isWanted)) return;
    }
  }

  #connect(ids: readonly string[], transport: Transport | null): void {
    for (const id of ids.filter(this.#isWanted)) this.#update(this.#entry(id), { transport, reconnecting: transport === null });
  }

  #take(ids: readonly string[], event: WireEvent): void {
    const id: unknown = event.operation_id;
    if (isAboutStream(event)) return this.#fail(typeof id === 'string' ? [id] : ids, unfollowable(event));
    const entry = this.#entries.get(id as string);
    if (entry !== undefined) this.#tell(id as string, entry, event);
  }

  #tell(id: string, entry: Entry, event: WireEvent): void {
    const before = entry.snapshot;
    const state = reduce(before.state, event);
    // Also where it is a replay, but not one of an earlier attempt.
    const last = isLast(event) && (event.attempt ?? state.attempt) === state.attempt;
    const settled = last || (before.settled && state.attempt === before.state.attempt);
    this.#update(entry, { state, settled, ...(settled && disconnected) }, event);
    this.#forget(id, entry);
    if (before.settled && !settled) this.#arrange();
  }

  #fail(ids: readonly string[], failure: unknown): void {
    const known = walrusErrorOf(failure);
    for (const id of ids.filter(this.#isWanted)) this.#update(this.#entry(id), { ...disconnected, failure: known, settled: true });
  }

  #update(entry: Entry, changes: Partial<Snapshot>, event?: WireEvent): void {
    const { snapshot } = entry;
    const names = Object.keys(changes) as (keyof Snapshot)[];
    if (names.every((name) => changes[name] === snapshot[name])) return;
    entry.snapshot = { ...snapshot, ...changes };
    for (const listener of [...entry.listeners]) listener(entry.snapshot, event);
  }
}

function unfollowable(event: WireEvent): WalrusError {
  const { error, error_type: errorType, operation_id: operationId } = event;
  const kind = errorType === 'not_found' ? NotFoundError : RateLimitedError;
  return new kind(error, { errorType, operationId });
}
