import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ConflictError, emptySnapshot, WalrusClient, type ChatStreamEvent, type Snapshot, ValidationError, type WireEvent } from '../src/index.js';
import { Model } from './support/model.js';
import { Proxy, type Fate, type Seen } from './support/proxy.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

const isStream = ({ path }: Seen): boolean => path.includes('/events');
const isAnswer = ({ path }: Seen): boolean => path === '/v1/chat/';
const isLongPoll = ({ path }: Seen): boolean => path.includes('wait=20');

describe.skipIf(!serverIsBuilt)('transports', () => {
  let model: Model;
  let server: WalrusServer;
  let proxy: Proxy;

  beforeAll(async () => {
    model = await Model.start();
    server = await WalrusServer.start(...model.options);
    proxy = await Proxy.start(server.url);
  });
  afterAll(async () => {
    proxy?.stop();
    model?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    model.pieces = ['The ', 'lighthouse ', 'was lit ', 'in 1896.'];
    model.pause = 800;
    proxy.seen.length = 0;
  });

  const client = (): WalrusClient => new WalrusClient({ baseUrl: proxy.url, random: () => 0, stallSeconds: 1 });

  /** A turn whose stream is cut after its first bytes, and the transports it says it goes on by. */
  async function turn(name: string, fate: (seen: Seen) => Fate): Promise<{ transports: unknown[]; events: ChatStreamEvent[] }> {
    proxy.fate = (seen) => (isAnswer(seen) ? { cutAfter: 200 } : fate(seen));
    const stream = client().chat.stream({ query: 'When was the lighthouse lit?', session_id: name });
    const events: ChatStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    expect(await stream.text()).toBe(model.pieces.join(''));
    expect(stream.state).toMatchObject({ status: 'completed', step: 'finished', ended: true });
    const chunks = events.filter((event) => event.type === 'chunk').map((event) => event.content);
    expect(chunks.join('')).toBe(model.pieces.join(''));
    const transports = events.filter((event) => event.type === 'transport').map(({ transport }) => transport);
    return { transports: [...new Set(transports)], events };
  }

  it('goes on by long polls where a proxy holds streams back', async () => {
    const { transports, events } = await turn('held', (seen) => (isStream(seen) ? { buffered: true } : {}));
    expect(transports).toEqual(['sse', null, 'long-poll']);
    expect(events.at(-2)).toMatchObject({ type: 'complete' });
    expect(proxy.seen.some(isLongPoll)).toBe(true);
    expect(proxy.count('POST', '/')).toBe(1);
  });

  it('goes on by polls where long polls are cut off, too', async () => {
    const timeout = { refused: { status: 504 } };
    const { transports } = await turn('polled', (seen) => (isLongPoll(seen) ? timeout : isStream(seen) ? { buffered: true } : {}));
    expect(transports).toEqual(['sse', null, 'long-poll', 'poll']);
  });

  it('polls a document where nothing that streams gets through', async () => {
    proxy.fate = (seen) => (isStream(seen) ? { refused: { status: 502 } } : {});
    const told = new Set<unknown>();
    const content = new Blob(['The lighthouse was lit in 1896. '.repeat(2000)]);
    const end = await client().documents.upload(content, { filename: 'a.txt', onProgress: ({ transport }) => told.add(transport) });
    expect(end).toMatchObject({ status: 'completed', progress: 100 });
    expect(told).toContain('long-poll');
    expect(told).not.toContain('sse');
  });

  it('polls many in turn, so as not to hold a connection for each', async () => {
    proxy.fate = (seen) => (isStream(seen) && seen.method === 'GET' ? { refused: { status: 502 } } : {});
    const one = client();
    const begun = await Promise.all(Array.from({ length: 5 }, () => one.operations.begin({ kind: 'import', steps: [{ name: 'load', percent: 0 }] })));
    const ids = begun.map(({ operation_id }) => operation_id);
    const transports = new Set<unknown>();
    const watching = (async () => {
      for await (const { transport } of one.operations.watch(ids)) transports.add(transport);
    })();
    await expect.poll(() => one.operations.snapshot(ids[4]!).transport).toBe('poll');
    proxy.fate = () => ({});
    await Promise.all(ids.map((id) => one.operations.report(id, [{ content: 'text of ' }, { content: id }, { status: 'completed' }])));
    await watching;
    expect(transports).not.toContain('long-poll');
    expect(ids.map((id) => one.operations.snapshot(id).state.text)).toEqual(ids.map((id) => `text of ${id}`));
  });

  it('takes a stream that says nothing for lost', async () => {
    model.pause = 0;
    const silent = { 'Content-Type': 'text/event-stream' };
    let stalls = 0;
    const fetchStalled: typeof fetch = (url, init) => {
      if (!String(url).includes('/v1/events') || stalls++ > 0) return fetch(url, init);
      return Promise.resolve(new Response(new ReadableStream(), { headers: silent }));
    };
    const one = new WalrusClient({ baseUrl: server.url, random: () => 0, stallSeconds: 1, fetch: fetchStalled });
    const end = await one.documents.upload(new Blob(['Some text.']), { filename: 'b.txt' });
    expect(end.status).toBe('completed');
    expect(stalls).toBe(2);
  });

  it('ends a turn where it is told to, and only detaches where it is aborted', async () => {
    proxy.fate = () => ({});
    model.pieces = Array.from({ length: 100 }, () => 'word ');
    model.pause = 20;
    const one = client();
    const leaving = new AbortController();
    const left = one.chat.stream({ query: 'Long?', session_id: 'left' }, { signal: leaving.signal });
    for await (const event of left) if (event.type === 'chunk') break;
    leaving.abort(new Error('gone'));
    await expect(left.text()).rejects.toThrow('gone');
    const id = await left.operationId;
    expect((await one.operations.status(id)).processing_status).toBe('processing');
    await expect(one.chat.stream({ query: 'Busy?', session_id: 'left' }).text()).rejects.toThrow(ConflictError);

    expect(await left.cancel()).toBe(true);
    const seen: WireEvent[] = [];
    for await (const { event } of one.operations.watch([id])) if (event) seen.push(event);
    expect(seen.at(-1)).toMatchObject({ type: 'error', error_type: 'cancelled' });
    expect(await left.cancel()).toBe(false);
  });

  it('tells listeners of a turn, each change as a new snapshot', async () => {
    proxy.fate = () => ({});
    model.pause = 5;
    const stream = client().chat.stream({ query: 'Listen?', session_id: 'listened' });
    const seen: Snapshot[] = [];
    const listen = (): void => void seen.push(stream.snapshot());
    const stops = [stream.subscribe(listen), stream.subscribe(listen)];
    stops[1]!();
    expect(stream.snapshot()).toBe(emptySnapshot);
    await stream.text();
    expect(new Set(seen).size).toBe(seen.length);
    expect(stream.snapshot()).toBe(seen.at(-1));
    expect(seen.at(-1)).toMatchObject({ settled: true, transport: null, failure: null, state: { ended: true, text: model.pieces.join('') } });
    const refused = client().chat.stream({ query: '', session_id: 'listened' });
    const failure = await refused.text().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ValidationError);
    expect(refused.snapshot()).toMatchObject({ settled: true, failure });
  });

  it('is the same turn for the same key', async () => {
    proxy.fate = () => ({});
    model.pause = 20;
    const ask = () => client().chat.stream({ query: 'Once?', session_id: 'once' }, { idempotencyKey: 'one-question' });
    const [one, other] = [ask(), ask()];
    expect(await one.operationId).toBe(await other.operationId);
    expect(await one.text()).toBe(await other.text());
  });

  it('says why a turn failed', async () => {
    model.breakAfter = 2;
    model.pause = 0;
    const stream = client().chat.stream({ query: 'Broken?', session_id: 'broken' });
    await expect(stream.text()).rejects.toMatchObject({ name: 'OperationFailedError', errorType: 'model_failed', retryable: true });
    expect(stream.state.text).toBe('The lighthouse ');
    model.breakAfter = Infinity;
    const id = await stream.operationId;
    await client().operations.retry(id);
    const ends = [];
    for await (const watched of client().operations.watch([id])) ends.push(watched.state);
    expect(ends.at(-1)).toMatchObject({ attempt: 2, status: 'completed' });
  });
});
