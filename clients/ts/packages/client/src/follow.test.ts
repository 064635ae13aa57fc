import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { NotFoundError } from './errors.js';
import { Follower, type Followed, type Source } from './follow.js';
import { Http } from './http.js';

const single: Source = { events: '/events', status: '/status' };
const first = { type: 'status', operation_id: 'a', sequence: 1, attempt: 1, status: 'processing', step: 'initializing', message: '' };
const last = { type: 'complete', operation_id: 'a', sequence: 2, attempt: 1, metadata: {} };

const told = (id: number, event: object): string => `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;

/** A stream of this text, which then ends, breaks off or goes silent. */
function stream(text: string, then: 'ends' | 'breaks' | 'stalls' = 'ends'): Response {
  let given = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!given && text !== '') controller.enqueue(new TextEncoder().encode(text));
      else if (then === 'ends') controller.close();
      else if (then === 'breaks') controller.error(new TypeError('terminated'));
      else return new Promise(() => {});
      given = true;
      return undefined;
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
}

const status = (value: object): Response => new Response(JSON.stringify(value));
const refused = (code: number, headers: Record<string, string> = {}): Response => new Response('', { status: code, headers });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What following tells, each request with its time and position, and how it ended. */
async function follow(source: Source, answers: readonly (Response | Error)[], random = 0) {
  const asked: { at: number; path: string; position: string | undefined }[] = [];
  const queue = [...answers];
  const began = Date.now();
  const fetch: typeof globalThis.fetch = (url, init) => {
    const headers = init?.headers as Record<string, string>;
    asked.push({ at: Date.now() - began, path: String(url as string), position: headers['Last-Event-ID'] });
    const next = queue.shift();
    return next instanceof Response ? Promise.resolve(next) : Promise.reject(next ?? new Error('nothing left'));
  };
  const http = new Http({ baseUrl: '', fetch, random: () => random, stallSeconds: 30 });
  const got: Followed[] = [];
  let end: unknown;
  const following = (async () => {
    for await (const one of new Follower(http, source, new AbortController().signal).follow()) got.push(one);
    return 'ended';
  })().catch((error: unknown) => error);
  void following.then((value) => (end = value));
  while (end === undefined) await vi.advanceTimersToNextTimerAsync();
  const events = got.flatMap((one) => ('event' in one ? [one.event] : []));
  const transports = got.flatMap((one) => ('transport' in one ? [one.transport] : []));
  return { asked, events, transports, end, http };
}

describe('following', () => {
  it('goes on behind the last event, whether a stream broke off or ended too early', async () => {
    const { events, asked, transports, end } = await follow(single, [stream(told(1, first), 'breaks'), stream(''), stream(told(2, last))]);
    expect(events).toEqual([first, last]);
    expect(asked.map(({ position }) => position)).toEqual([undefined, '1', '1']);
    expect(transports).toEqual(['sse', null, 'sse', null, 'sse']);
    expect(end).toBe('ended');
  });

  it('waits as retry: says, and twice as long with each failure until something comes', async () => {
    const gone = new TypeError('refused');
    const answers = [stream(`retry: 100\n\n${told(1, first)}`, 'breaks'), gone, gone, stream(told(2, { ...first, sequence: 2 })), stream(told(3, last))];
    const { asked } = await follow(single, answers, 1);
    expect(asked.map(({ at }, index) => at - (asked[index - 1]?.at ?? 0))).toEqual([0, 100, 200, 400, 100]);
  });

  it('waits as long as Retry-After asks for', async () => {
    const { asked, end } = await follow(single, [refused(503, { 'Retry-After': '7' }), refused(429, { 'Retry-After': '3' }), stream(told(2, last))]);
    expect(asked.map(({ at }) => at)).toEqual([0, 7000, 10_000]);
    expect(end).toBe('ended');
  });

  it('ends with a 204', async () => {
    expect((await follow(single, [stream(told(1, first)), new Response(null, { status: 204 })])).end).toBe('ended');
  });

  it('throws what asking again will not change', async () => {
    const { end, asked } = await follow(single, [refused(404)]);
    expect(end).toBeInstanceOf(NotFoundError);
    expect(asked).toHaveLength(1);
  });

  it('takes a silent stream for lost after half a minute, and after two of them polls', async () => {
    const document = { type: 'status', document_id: 'd', sequence: 5, processing_status: 'processing' };
    const done = { ...document, sequence: 6, processing_status: 'completed' };
    const { asked, transports, events } = await follow(single, [stream('', 'stalls'), stream('', 'stalls'), status(document), status(done)]);
    expect(asked.map(({ at }) => at)).toEqual([0, 30_000, 60_000, 60_000]);
    expect(asked.map(({ path }) => path)).toEqual(['/events', '/events', '/status', '/status?wait=20&after=5']);
    expect(transports).toEqual(['sse', null, 'sse', null, 'long-poll', 'long-poll']);
    expect(events).toEqual([document, done]);
  });

  it('is not put off streams by what cuts or refuses any request', async () => {
    const cut = (): Response => stream('', 'breaks');
    const answers = [cut(), refused(503), cut(), new TypeError('refused'), cut(), stream(told(2, last))];
    expect((await follow(single, answers)).transports).not.toContain('long-poll');
  });

  it('gives what it has of a stream of many that does not get through', async () => {
    const { end, asked } = await follow({ events: '/events' }, [refused(504), refused(502)]);
    expect(end).toBe('ended');
    expect(asked).toHaveLength(2);
  });

  it('shows the steps of a text while it polls, and its text once it is whole', async () => {
    const chat = { operation_id: 'a', kind: 'chat', attempt: 1, processing_step: 'generating_response' };
    const chunk = { type: 'chunk', sequence: 2, content: 'Whole.' };
    const answers = [
      refused(504),
      refused(504),
      status({ ...chat, sequence: 3, processing_status: 'processing' }),
      status({ ...chat, sequence: 9, processing_status: 'completed' }),
      stream(told(1, first) + told(2, chunk) + told(3, last)),
    ];
    const { events, end } = await follow(single, answers);
    expect(events).toEqual([{ type: 'status', ...chat, processing_status: 'processing', sequence: undefined }, chunk, last]);
    expect(end).toBe('ended');
  });
});
