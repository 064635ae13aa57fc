/**
 * Follows streams across drops: by server-sent events and, where those do not get through (a proxy
 * that holds them back), by long polls, and where those are cut off, by polls.
 */
import { ConnectionError, TimeoutError, UpstreamError, WalrusError } from './errors.js';
import { sleep, type Http } from './http.js';
import { jsonOf, messages, within, type Message } from './sse.js';
import { isLast, type WireEvent } from './state.js';

export type Transport = 'sse' | 'long-poll' | 'poll';

/** How events come from now on; null while nothing is connected. */
export interface TransportChange {
  readonly transport: Transport | null;
}

export type Followed = Message | TransportChange;

export interface Source {
  /** Path of the stream. */
  readonly events: string;
  /** Path of the one operation's status, to be polled. A stream of many has none. */
  readonly status?: string;
}

/** So often in a row a transport has to fail by its own fault until the next one is taken. */
const faultsUntilNext = 2;
/** Seconds a long poll waits on the server. */
const longPollSeconds = 20;
const pollMilliseconds = 1000;

/** One following of one source: what it has seen, and how it goes on. */
export class Follower {
  readonly #http: Http;
  readonly #source: Source;
  readonly #signal: AbortSignal;
  /** The id of the last event, or a sequence. */
  #position: string | undefined;
  /** Failures since the last event. */
  #failures = 0;
  /** Those among them that speak against the transport. */
  #faults = 0;

  constructor(http: Http, source: Source, signal: AbortSignal) {
    this.#http = http;
    this.#source = source;
    this.#signal = signal;
  }

  /**
   * Every event, once and in order, until the last, by the transport or what has to take its place.
   * `first` is a stream that is open already. It ends early where streams do not get through and there
   * is no status to poll. It throws what asking again will not change, and the signal's reason.
   */
  async *follow(transport: Transport = 'sse', first?: Response): AsyncGenerator<Followed> {
    if (transport === 'sse' && (yield* this.#stream(first))) return;
    if (this.#source.status === undefined) return;
    if (transport !== 'poll' && (yield* this.#poll(this.#source.status, longPollSeconds))) return;
    yield* this.#poll(this.#source.status, 0);
  }

  /** Whether it ended since streams do not get through. */
  get blocked(): boolean {
    return this.#faults >= faultsUntilNext;
  }

  /** Whether all was told. */
  async *#stream(first: Response | undefined): AsyncGenerator<Followed, boolean> {
    let response = first;
    while (!this.blocked) {
      let failure: unknown;
      try {
        response ??= await this.#open();
        if (response.status === 204) return true;
        yield { transport: 'sse' };
        for await (const message of this.#messages(response)) {
          yield message;
          if (this.#source.status !== undefined && isLast(message.event)) return true;
        }
      } catch (error) {
        failure = error;
      }
      response = undefined;
      this.#recover(failure);
      yield { transport: null };
      await this.#pause(failure);
    }
    return false;
  }

  #open(): Promise<Response> {
    const position = this.#position === undefined ? undefined : { 'Last-Event-ID': this.#position };
    return this.#get(this.#source.events, { Accept: 'text/event-stream', ...position }, this.#http.stall);
  }

  async *#messages(response: Response): AsyncGenerator<Message> {
    if (!response.headers.get('Content-Type')?.startsWith('text/event-stream') || response.body === null) {
      throw new ConnectionError('No stream came.', { stalled: true });
    }
    const onRetry = (milliseconds: number): void => {
      this.#http.basePause = milliseconds;
    };
    for await (const message of messages(response.body, { stall: this.#http.stall, onRetry })) {
      this.#failures = this.#faults = 0;
      this.#position = message.id ?? this.#position;
      yield message;
    }
  }

  /** Counts a failure, or throws it where asking again will not change it. */
  #recover(failure: unknown): void {
    this.#signal.throwIfAborted();
    if (isFinal(failure)) throw failure;
    if (speaksAgainstTransport(failure)) this.#faults++;
  }

  #pause(failure: unknown): Promise<void> {
    const retryAfter = failure instanceof WalrusError ? failure.retryAfter : undefined;
    return this.#http.pause(this.#failures++, retryAfter, this.#signal);
  }

  /** Whether all was told. A poll that does not wait goes on until it was. */
  async *#poll(path: string, wait: number): AsyncGenerator<Followed, boolean> {
    this.#faults = 0;
    let known: number | undefined;
    while (wait === 0 || !this.blocked) {
      try {
        const status = await this.#status(path, wait, known);
        this.#failures = this.#faults = 0;
        yield { transport: wait === 0 ? 'poll' : 'long-poll' };
        if (status !== undefined) {
          known = status.sequence;
          yield* this.#told(status);
          if (status.processing_status !== 'processing') return true;
        }
        if (wait === 0) await sleep(pollMilliseconds * (1 + this.#http.random()), this.#signal);
      } catch (failure) {
        this.#recover(failure);
        yield { transport: null };
        await this.#pause(failure);
      }
    }
    return false;
  }

  /** Undefined where it is the known one. */
  async #status(path: string, wait: number, known: number | undefined): Promise<WireEvent | undefined> {
    const asked = known === undefined ? path : `${path}?wait=${wait}&after=${known}`;
    const timeout = this.#http.stall + wait * 1000;
    const response = await this.#get(asked, {}, timeout);
    return response.status === 304 ? undefined : { type: 'status', ...(await within(timeout, jsonOf<object>(response))) };
  }

  #get(path: string, headers: Record<string, string>, timeout: number): Promise<Response> {
    return this.#http.send('GET', path, { headers, signal: this.#signal, repeatable: false, timeout });
  }

  /**
   * What a polled status tells. One of a document is an event like any. What has a text gets its steps
   * while it runs, without their place, so that the text's events are still to come; and at the end,
   * from a stream that ends at once, the text and the end.
   */
  async *#told(status: WireEvent): AsyncGenerator<Message> {
    if (status.document_id !== undefined) {
      yield { id: undefined, event: status };
    } else if (status.processing_status === 'processing') {
      yield { id: undefined, event: { ...status, sequence: undefined } };
    } else {
      yield* this.#rest();
    }
  }

  async *#rest(): AsyncGenerator<Message> {
    const response = await this.#open();
    if (response.status === 204) return;
    for await (const message of this.#messages(response)) {
      // The steps were shown already, further than these.
      if ((message.event.processing_status ?? message.event.status) !== 'processing') yield message;
      if (isLast(message.event)) return;
    }
    throw new ConnectionError('The answer broke off.');
  }
}

const passing = new Set([408, 425, 429]);

/** Whether asking again does not change it. A stream that ended too early is no failure at all. */
function isFinal(failure: unknown): boolean {
  if (failure === undefined) return false;
  if (!(failure instanceof WalrusError)) return true;
  const status = failure.status ?? 0;
  return status >= 400 && status < 500 && !passing.has(status);
}

/** A stream that is held back says nothing, or a proxy gives up on it; a cut happens to any. */
function speaksAgainstTransport(failure: unknown): boolean {
  return (failure instanceof ConnectionError && failure.stalled) || failure instanceof UpstreamError || failure instanceof TimeoutError;
}
