import { dropOldest } from './bounded.js';
import { jsonOf } from './sse.js';
import type { CallOptions, Http } from './http.js';

interface Cached {
  readonly tag: string;
  readonly status: { readonly processing_status: string };
}

/**
 * Statuses by path, asked for with their ETag: one that has not changed costs an answer without a
 * body, and gives the same object as before. A completed operation is not asked for again at all.
 */
export class StatusCache {
  readonly #http: Http;
  readonly #cached = new Map<string, Cached>();

  constructor(http: Http) {
    this.#http = http;
  }

  /** `final` says that what is completed under this path stays so. */
  async get<T extends Cached['status']>(path: string, final: boolean, options?: CallOptions): Promise<T> {
    const cached = this.#cached.get(path);
    if (final && cached?.status.processing_status === 'completed') return cached.status as T;
    const headers = cached && { 'If-None-Match': cached.tag };
    const response = await this.#http.send('GET', path, { signal: options?.signal, headers });
    if (response.status === 304 && cached !== undefined) return cached.status as T;
    const status = await jsonOf<T>(response);
    this.#keep(path, { tag: response.headers.get('ETag') ?? '', status });
    return status;
  }

  #keep(path: string, cached: Cached): void {
    this.#cached.delete(path);
    this.#cached.set(path, cached);
    dropOldest(this.#cached);
  }
}
