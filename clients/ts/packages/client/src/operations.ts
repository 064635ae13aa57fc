import { Bell } from './bell.js';
import { cancel } from './chat.js';
import { ConnectionError } from './errors.js';
import { Follower, type Transport } from './follow.js';
import { getJson, query, randomId, type CallOptions, type Http } from './http.js';
import { initialState, isAboutStream, isLast, reduce, type OperationState, type WireEvent } from './state.js';
import type { Listener, OperationStore, Snapshot } from './store.js';
import type { StatusCache } from './status_cache.js';
import type { Event, NewOperation, OperationList, OperationStatus, Report, ReportTaken } from './types.js';

/** An operation of `watch`, as it is now, and the event that made it so where there is one. */
export interface Watched extends Snapshot {
  readonly operation_id: string;
  readonly event: Event | undefined;
}

/** An event of any of the caller's operations, and what it makes of its operation. */
export interface Told {
  readonly event: Event;
  /** Null where the event is about the stream. */
  readonly state: OperationState | null;
}

export interface ListOptions extends CallOptions {
  kind?: string;
  status?: 'processing' | 'completed' | 'failed';
  limit?: number;
  cursor?: string;
}

const pathOf = (id: string): string => `/v1/operations/${encodeURIComponent(id)}`;

/** The one resource behind every status. */
export class Operations {
  readonly #http: Http;
  readonly #store: OperationStore;
  readonly #statuses: StatusCache;

  constructor(http: Http, store: OperationStore, statuses: StatusCache) {
    this.#http = http;
    this.#store = store;
    this.#statuses = statuses;
  }

  // --- The store

  /** See OperationStore.subscribe. */
  subscribe = (id: string, listener: Listener): (() => void) => this.#store.subscribe(id, listener);

  /** See OperationStore.snapshot. */
  snapshot = (id: string): Snapshot => this.#store.snapshot(id);

  /**
   * How each of any number of operations stands, again and again until all have ended, over one
   * stream for each hundred of them. One that cannot be followed says so in `failure`.
   */
  async *watch(ids: readonly string[], options: CallOptions = {}): AsyncGenerator<Watched> {
    const queue: Watched[] = [];
    const news = new Bell();
    const ring = (): void => news.ring();
    const tell = (id: string, snapshot: Snapshot, event?: WireEvent): void => {
      queue.push({ operation_id: id, ...snapshot, event: event as Event | undefined });
      ring();
    };
    const open = new Set(ids);
    const stops = [...open].map((id) => this.#store.subscribe(id, (snapshot, event) => tell(id, snapshot, event)));
    for (const id of open) if (this.snapshot(id).settled) tell(id, this.snapshot(id));
    options.signal?.addEventListener('abort', ring);
    try {
      while (open.size > 0) {
        options.signal?.throwIfAborted();
        const next = queue.shift();
        if (next === undefined) await news.next();
        else yield next;
        if (next?.settled) open.delete(next.operation_id);
      }
    } finally {
      for (const stop of stops) stop();
      options.signal?.removeEventListener('abort', ring);
    }
  }

  /**
   * Every event of all the caller's operations, those that begin later too, until it is aborted. Told
   * of lost connections by the callback.
   */
  async *events(options: CallOptions & { onTransport?: (transport: Transport | null) => void } = {}): AsyncGenerator<Told> {
    const signal = options.signal ?? new AbortController().signal;
    const states = new Map<string, OperationState>();
    for await (const followed of new Follower(this.#http, { events: '/v1/events' }, signal).follow()) {
      if ('transport' in followed) {
        options.onTransport?.(followed.transport);
        continue;
      }
      const event = followed.event as Event;
      if (isAboutStream(followed.event)) yield { event, state: null };
      else yield* this.#told(states, event);
    }
    throw new ConnectionError('Streams do not get through to here, and there is no other way to be told of all.');
  }

  /** Nothing where it is a replay. What has ended is forgotten. */
  *#told(states: Map<string, OperationState>, event: Event): Generator<Told> {
    const id = event.operation_id ?? '';
    const before = states.get(id) ?? initialState;
    const state = reduce(before, event);
    if (state === before) return;
    if (isLast(event)) states.delete(id);
    else states.set(id, state);
    yield { event, state };
  }

  // --- Requests

  status(id: string, options?: CallOptions): Promise<OperationStatus> {
    return this.#statuses.get(pathOf(id), true, options);
  }

  list(options: ListOptions = {}): Promise<OperationList> {
    const { kind, status, limit, cursor } = options;
    return getJson(this.#http, `/v1/operations${query({ kind, status, limit, cursor })}`, options);
  }

  /** Every status event so far, all attempts, oldest first. */
  history(id: string, options?: CallOptions): Promise<readonly Record<string, unknown>[]> {
    return getJson(this.#http, `${pathOf(id)}/history`, options);
  }

  /** Ends it as cancelled. False where it had ended already. */
  cancel(id: string, options?: CallOptions): Promise<boolean> {
    return cancel(this.#http, id, options);
  }

  /** Another attempt of one that failed; whoever listens to it goes on listening. */
  async retry(id: string, options?: CallOptions): Promise<OperationStatus> {
    const status = await this.#http.post<OperationStatus>(`${pathOf(id)}/retry`, undefined, options);
    this.#store.restart(id, status);
    return status;
  }

  /** Begins an operation of a pipeline of one's own. */
  begin(operation: NewOperation, options?: CallOptions & { idempotencyKey?: string }): Promise<OperationStatus> {
    return this.#http.post('/v1/operations', operation, options);
  }

  /** Reports how far it is. A report gets a `report_id` where it has none, so that a repeat is harmless. */
  report(id: string, reports: Report | readonly Report[], options?: CallOptions): Promise<ReportTaken> {
    const all = Array.isArray(reports) ? (reports as readonly Report[]) : [reports as Report];
    const named = all.map((report) => ({ report_id: randomId(), ...report }));
    return this.#http.post(`${pathOf(id)}/events`, named, options);
  }
}
