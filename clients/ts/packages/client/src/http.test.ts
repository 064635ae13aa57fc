import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import * as errors from './errors.js';
import { Http, query, type ClientOptions } from './http.js';

const problem = (status: number, error_type: string, headers: Record<string, string> = {}): Response =>
  new Response(
    JSON.stringify({ detail: 'Not so.', status, error_type, request_id: 'r-1', errors: [{ pointer: '/query', message: 'too long' }] }),
    { status, headers: { 'Content-Type': 'application/problem+json', ...headers } },
  );

/** A server that gives these answers in turn; an Error is none. */
function answers(...given: (Response | Error)[]): { fetch: typeof globalThis.fetch; asked: { url: string; init: RequestInit }[] } {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch: typeof globalThis.fetch = (url, init = {}) => {
    asked.push({ url: String(url as string), init });
    const next = given.shift();
    return next instanceof Response ? Promise.resolve(next) : Promise.reject(next ?? new Error('nothing left'));
  };
  return { fetch, asked };
}

const http = (options: ClientOptions): Http => new Http({ baseUrl: 'http://walrus.test/', ...options });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets time go on until a promise is settled, and says how much of it went by, in milliseconds. */
async function duration(promise: Promise<unknown>): Promise<number> {
  const began = Date.now();
  let took: number | undefined;
  const settle = (): void => void (took = Date.now() - began);
  promise.then(settle, settle);
  while (took === undefined) await vi.advanceTimersToNextTimerAsync();
  return took;
}

describe('errors', () => {
  it.each([
    [400, 'bad_request', errors.RequestError],
    [401, 'unauthorized', errors.UnauthorizedError],
    [403, 'forbidden', errors.ForbiddenError],
    [404, 'not_found', errors.NotFoundError],
    [405, 'method_not_allowed', errors.RequestError],
    [409, 'conflict', errors.ConflictError],
    [410, 'gone', errors.GoneError],
    [413, 'payload_too_large', errors.TooLargeError],
    [415, 'unsupported_media_type', errors.UnsupportedTypeError],
    [421, 'misdirected_request', errors.RequestError],
    [422, 'validation_error', errors.ValidationError],
    [429, 'rate_limited', errors.RateLimitedError],
    [500, 'internal_error', errors.ServerError],
    [502, 'upstream_error', errors.UpstreamError],
    [503, 'not_ready', errors.UnavailableError],
    [504, 'timeout', errors.TimeoutError],
  ])('%i is one of its own', async (status, errorType, kind) => {
    const server = answers(problem(status, errorType, { 'Retry-After': '7' }));
    const error = await http({ ...server, retries: 0 }).send('GET', '/').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ name: kind.name, status, errorType, detail: 'Not so.', requestId: 'r-1', retryAfter: 7 });
    expect(error).toMatchObject({ message: 'Not so.', fields: [{ pointer: '/query', message: 'too long' }] });
  });

  it('are made of what a proxy answers, too', async () => {
    const server = answers(new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'X-Request-Id': 'r-2' } }));
    const error = await http({ ...server, retries: 0 }).send('GET', '/').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UpstreamError', status: 502, requestId: 'r-2', errorType: undefined, fields: [] });
  });

  it('read a date in Retry-After', async () => {
    const later = new Date(Date.now() + 90_000).toUTCString();
    const server = answers(problem(503, 'not_ready', { 'Retry-After': later }));
    const error = await http({ ...server, retries: 0 }).send('GET', '/').catch((thrown: unknown) => thrown);
    expect((error as errors.WalrusError).retryAfter).toBeCloseTo(90, -1);
  });
});

describe('repeats', () => {
  it('wait with full jitter, twice as long at most each time', () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 10 }), (jitter, failures) => {
        void http({ random: () => jitter }).pause(failures);
        expect(timers.mock.lastCall?.[1]).toBe(jitter * Math.min(30_000, 1000 * 2 ** failures));
      }),
    );
  });

  it('wait as long as the server asks for', async () => {
    const server = answers(problem(503, 'not_ready', { 'Retry-After': '5' }), problem(429, 'rate_limited', { 'Retry-After': '2' }), new Response('{}'));
    expect(await duration(http({ ...server, random: () => 0 }).send('GET', '/'))).toBe(7000);
    expect(server.asked).toHaveLength(3);
  });

  it('come to an end', async () => {
    const server = answers(...Array.from({ length: 9 }, () => new TypeError('refused')));
    const sending = http({ ...server, random: () => 0, retries: 2 }).send('GET', '/');
    await duration(sending);
    await expect(sending).rejects.toBeInstanceOf(errors.ConnectionError);
    expect(server.asked).toHaveLength(3);
  });

  it('of a POST have the same key', async () => {
    const server = answers(new TypeError('lost'), problem(503, 'not_ready'), new Response('{"a":1}'));
    const posting = http({ ...server, random: () => 0 }).post('/v1/chat/', { query: 'x' });
    await duration(posting);
    expect(await posting).toEqual({ a: 1 });
    const keys = server.asked.map(({ init }) => (init.headers as Record<string, string>)['Idempotency-Key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['DELETE', new TypeError('lost')],
    ['POST', problem(500, 'internal_error')],
    ['GET', problem(404, 'not_found')],
  ])('are not made of a %s that may have been done, or will not change', async (method, answer) => {
    const server = answers(answer);
    await expect(http({ ...server, random: () => 0 }).send(method, '/')).rejects.toBeInstanceOf(errors.WalrusError);
    expect(server.asked).toHaveLength(1);
  });

  it('end where they are aborted, with the reason', async () => {
    const leaving = new AbortController();
    const server = answers(problem(503, 'not_ready', { 'Retry-After': '60' }));
    const sending = http(server).send('GET', '/', { signal: leaving.signal });
    const caught = sending.catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(1000);
    leaving.abort(new Error('enough'));
    expect(await caught).toMatchObject({ message: 'enough' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('requests', () => {
  it('go to the server with the headers of the moment', async () => {
    let token = 'first';
    const server = answers(new Response('{}'), new Response('{}'));
    const one = http({ ...server, headers: () => ({ Authorization: `Bearer ${token}` }) });
    await one.send('GET', '/health');
    token = 'second';
    await one.send('GET', '/health');
    expect(server.asked.map(({ url }) => url)).toEqual(['http://walrus.test/health', 'http://walrus.test/health']);
    expect(server.asked.map(({ init }) => (init.headers as Record<string, string>).Authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('give up on an answer that does not come in time', async () => {
    const never: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const sending = http({ fetch: never, retries: 0 }).send('GET', '/', { timeout: 500 });
    expect(await duration(sending)).toBe(500);
    await expect(sending).rejects.toMatchObject({ name: 'ConnectionError', stalled: true });
  });

  it('leave out what has no value', () => {
    expect(query({ limit: 5, cursor: undefined, kind: 'a b&c' })).toBe('?limit=5&kind=a+b%26c');
    expect(query({ cursor: undefined })).toBe('');
  });
});
