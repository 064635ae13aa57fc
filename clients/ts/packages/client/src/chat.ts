import { Bell } from './bell.js';
import { ConflictError, failureOf, walrusErrorOf } from './errors.js';
import { Follower, type Followed, type Transport } from './follow.js';
import { deleteJson, getJson, query, randomId, type CallOptions, type Http } from './http.js';
import { reduce, type OperationState } from './state.js';
import { emptySnapshot, type Snapshot } from './store.js';
import type {
  ChatEvent,
  ChatRequest,
  ChatResponse,
  ChatStatusItem,
  ConversationDeleted,
  ConversationHistory,
  ConversationList,
} from './types.js';

export interface AskOptions extends CallOptions {
  /** By which the server knows the question again. A new one for each question by default. */
  idempotencyKey?: string | undefined;
}

/** The client's own event: how the events come from now on; null while nothing is connected. */
export interface TransportEvent {
  readonly type: 'transport';
  readonly transport: Transport | null;
}

export type ChatStreamEvent = ChatEvent | TransportEvent;

/**
 * One answer as it comes. The question is sent when it is made, once: after that a lost stream is
 * taken up by GET, from the last event that was read. Only where no answer's head came is the POST
 * sent again, with the same `Idempotency-Key`, by which the server attaches it to the turn that the
 * first one may have begun. Iterating gives every event from the first, to each who iterates.
 */
export class ChatStream implements AsyncIterable<ChatStreamEvent> {
  /** The turn's operation; known as soon as the question was taken. */
  readonly operationId: Promise<string>;
  readonly #http: Http;
  readonly #signal: AbortSignal;
  readonly #events: ChatStreamEvent[] = [];
  readonly #end: Promise<void>;
  readonly #news = new Bell();
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot = emptySnapshot;

  constructor(http: Http, request: ChatRequest, options: AskOptions) {
    this.#http = http;
    this.#signal = options.signal ?? new AbortController().signal;
    const answer = this.#ask(request, options.idempotencyKey ?? randomId());
    this.operationId = answer.then((response) => response.headers.get('X-Operation-Id') ?? '');
    this.#end = this.#read(answer);
    // Whoever reads it hears of it there.
    for (const promise of [this.operationId, this.#end]) promise.catch(() => {});
  }

  get state(): OperationState {
    return this.#snapshot.state;
  }

  /** What is known of the turn: the same object as long as nothing changes. */
  snapshot = (): Snapshot => this.#snapshot;

  /** Listens to each new snapshot. Gives the function that unsubscribes. */
  subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  };

  /** The whole answer. Throws an OperationFailedError where the turn fails. */
  async text(): Promise<string> {
    return (await this.result()).text;
  }

  /** How the turn ended; its sources are in `metadata`. Throws an OperationFailedError where it fails. */
  async result(): Promise<OperationState> {
    await this.#end;
    if (this.state.status === 'failed') throw failureOf(this.state);
    return this.state;
  }

  /** Ends the turn as cancelled. False where it had ended already. */
  async cancel(): Promise<boolean> {
    return cancel(this.#http, await this.operationId);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatStreamEvent> {
    for (let next = 0; ; ) {
      while (next < this.#events.length) yield this.#events[next++] as ChatStreamEvent;
      if (this.#snapshot.settled) return this.#end;
      await this.#news.next();
    }
  }

  #ask(request: ChatRequest, key: string): Promise<Response> {
    const headers = { Accept: 'text/event-stream', 'Idempotency-Key': key };
    const json = { ...request, stream: true };
    return this.#http.send('POST', '/v1/chat/', { json, headers, signal: this.#signal, timeout: this.#http.stall });
  }

  async #read(answer: Promise<Response>): Promise<void> {
    try {
      const first = await answer;
      const path = `/v1/operations/${await this.operationId}`;
      const follower = new Follower(this.#http, { events: `${path}/events`, status: path }, this.#signal);
      for await (const followed of follower.follow('sse', first)) this.#take(followed);
      this.#connect(null, false);
      this.#change({ settled: true });
    } catch (error) {
      this.#change({ transport: null, reconnecting: false, failure: walrusErrorOf(error), settled: true });
      throw error;
    }
  }

  #take(followed: Followed): void {
    if ('transport' in followed) return this.#connect(followed.transport);
    const state = reduce(this.state, followed.event, followed.id);
    if (state === this.state) return;
    this.#events.push(followed.event as ChatEvent);
    this.#change({ state });
  }

  #connect(transport: Transport | null, reconnecting = transport === null): void {
    if (transport !== this.#snapshot.transport) this.#events.push({ type: 'transport', transport });
    this.#change({ transport, reconnecting });
  }

  #change(changes: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changes };
    this.#news.ring();
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whether it was taken; false where the operation had ended. */
export async function cancel(http: Http, operationId: string, options?: CallOptions): Promise<boolean> {
  try {
    await http.post(`/v1/operations/${encodeURIComponent(operationId)}/cancel`, undefined, options);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

export class Chat {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Asks, and gives the answer as it comes. */
  stream(request: ChatRequest, options: AskOptions = {}): ChatStream {
    return new ChatStream(this.#http, request, options);
  }

  /** Asks, and gives the whole answer. */
  ask(request: ChatRequest, options?: AskOptions): Promise<ChatResponse> {
    return this.#http.post('/v1/chat/', { ...request, stream: false }, options);
  }

  conversations(userId: string, options: CallOptions & { limit?: number; cursor?: string } = {}): Promise<ConversationList> {
    const { limit, cursor } = options;
    return getJson(this.#http, `${pathOf(userId)}${query({ limit, cursor })}`, options);
  }

  /** The newest messages, oldest first. */
  history(userId: string, conversationId: string, options: CallOptions & { limit?: number } = {}): Promise<ConversationHistory> {
    return getJson(this.#http, `${pathOf(userId, conversationId)}/history${query({ limit: options.limit })}`, options);
  }

  /** The newest statuses of all turns, oldest first. */
  statuses(userId: string, conversationId: string, options: CallOptions & { limit?: number } = {}): Promise<ChatStatusItem[]> {
    return getJson(this.#http, `${pathOf(userId, conversationId)}/status${query({ limit: options.limit })}`, options);
  }

  delete(userId: string, conversationId: string, options?: CallOptions): Promise<ConversationDeleted> {
    return deleteJson(this.#http, pathOf(userId, conversationId), options);
  }
}

const pathOf = (...labels: string[]): string => `/v1/chat/conversations/${labels.map(encodeURIComponent).join('/')}`;
