import { ConnectionError, RateLimitedError, UnavailableError, errorOf } from './errors.js';
import { jsonOf } from './sse.js';

export interface ClientOptions {
  /** Where the server is; the page's own origin in a browser, else http://localhost:8000. */
  baseUrl?: string;
  /** Sent with every request: `Authorization`, for one. A function is asked each time. */
  headers?: Record<string, string> | (() => Record<string, string>);
  /** Instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** How often a request that is safe to repeat is repeated. 4 by default. */
  retries?: number;
  /** Seconds a stream may be silent; the server says something at least every 15. 30 by default. */
  stallSeconds?: number;
  /** Where the jitter comes from: 0 to 1. `Math.random` by default. */
  random?: () => number;
}

export interface CallOptions {
  /** Aborting it detaches: nobody listens any more, the work goes on. */
  signal?: AbortSignal | undefined;
}

export interface RequestOptions extends CallOptions {
  /** A function makes it anew for each try. */
  body?: BodyInit | (() => BodyInit) | undefined;
  /** Sent as JSON. */
  json?: unknown;
  headers?: Record<string, string> | undefined;
  /** Whether it is sent again where no answer came. True for what the server does not do twice. */
  repeatable?: boolean;
  /** Milliseconds until the answer's head has to be there. */
  timeout?: number;
  /** Instead of the client's. */
  fetch?: typeof fetch;
}

const longestPause = 30_000;

/** Requests to one server: errors by their class, pauses with jitter, and what may be repeated. */
export class Http {
  readonly stall: number;
  readonly random: () => number;
  /** Milliseconds; a stream's `retry:` sets it. */
  basePause = 1000;
  readonly #baseUrl: string;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    const origin = (globalThis.location as Location | undefined)?.origin;
    this.#baseUrl = (options.baseUrl ?? origin ?? 'http://localhost:8000').replace(/\/+$/, '');
    this.#options = options;
    this.stall = (options.stallSeconds ?? 30) * 1000;
    this.random = options.random ?? Math.random;
  }

  #headers(more: Record<string, string>): Record<string, string> {
    const { headers } = this.#options;
    return { ...(typeof headers === 'function' ? headers() : headers), ...more };
  }

  /** A POST of JSON, with a key by which the server knows it again. */
  async post<T>(path: string, json?: unknown, options?: CallOptions & { idempotencyKey?: string | undefined }): Promise<T> {
    const headers = { 'Idempotency-Key': options?.idempotencyKey ?? randomId() };
    return jsonOf<T>(await this.send('POST', path, { signal: options?.signal, json, headers }));
  }

  /** The answer, where it is 2xx or 304. */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const tries = (options.repeatable ?? method !== 'DELETE') ? (this.#options.retries ?? 4) : 0;
    for (let failures = 0; ; failures++) {
      try {
        return await this.#once(method, path, options);
      } catch (error) {
        if (failures >= tries || !wasNotTaken(error)) throw error;
        await this.pause(failures, error.retryAfter, options.signal);
      }
    }
  }

  async #once(method: string, path: string, options: RequestOptions): Promise<Response> {
    const { signal, json } = options;
    signal?.throwIfAborted();
    const headers = this.#headers({ ...(json !== undefined && { 'Content-Type': 'application/json' }), ...options.headers });
    const given = typeof options.body === 'function' ? options.body() : options.body;
    const body = json !== undefined ? JSON.stringify(json) : given;
    // A streamed body needs `duplex`, which DOM's types do not know yet.
    const init = { method, headers, ...(body !== undefined && { body, duplex: 'half' }) } as RequestInit;
    const response = await this.#answer(path, init, options);
    if (response.ok || response.status === 304) return response;
    throw await errorOf(response);
  }

  /** Of any status. The signal goes on to hold for the answer's body. */
  async #answer(path: string, init: RequestInit, options: RequestOptions): Promise<Response> {
    const { signal, timeout } = options;
    const send = options.fetch ?? this.#options.fetch ?? fetch;
    const late = new AbortController();
    const timer = timeout === undefined ? undefined : setTimeout(() => late.abort(), timeout);
    const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    try {
      return await send(this.#baseUrl + path, { ...init, signal: either });
    } catch (cause) {
      signal?.throwIfAborted();
      const stalled = late.signal.aborted;
      throw new ConnectionError('No answer came.', { cause, stalled });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits with full jitter, but not shorter than the server asks for. */
  async pause(failures: number, retryAfter = 0, signal?: AbortSignal): Promise<void> {
    const longest = Math.min(longestPause, this.basePause * 2 ** failures);
    await sleep(Math.max(retryAfter * 1000, this.random() * longest), signal);
  }
}

export const getJson = async <T>(http: Http, path: string, options?: CallOptions): Promise<T> =>
  jsonOf<T>(await http.send('GET', path, { signal: options?.signal }));

export const deleteJson = async <T>(http: Http, path: string, options?: CallOptions): Promise<T> =>
  jsonOf<T>(await http.send('DELETE', path, { signal: options?.signal }));

/** Whether the server did not begin with a request, or is not known to have. */
function wasNotTaken(error: unknown): error is ConnectionError | RateLimitedError | UnavailableError {
  return error instanceof ConnectionError || error instanceof RateLimitedError || error instanceof UnavailableError;
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** `crypto.randomUUID` is not there on pages that came by plain http. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A path's query; members without a value are left out. */
export function query(members: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(members).filter((pair): pair is [string, string | number] => pair[1] !== undefined);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()}`;
}
