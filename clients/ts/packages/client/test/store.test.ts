import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ConnectionError, emptySnapshot, NotFoundError, WalrusClient, type Snapshot } from '../src/index.js';
import { Proxy } from './support/proxy.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

const unknown = '01980d3a-0000-7000-8000-000000000000';
const steps = [{ name: 'load', percent: 0 }];

describe.skipIf(!serverIsBuilt)('the store', () => {
  let server: WalrusServer;
  let proxy: Proxy;
  let client: WalrusClient;

  beforeAll(async () => {
    server = await WalrusServer.start();
    proxy = await Proxy.start(server.url);
  });
  afterAll(async () => {
    proxy?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    proxy.seen.length = 0;
    client = new WalrusClient({ baseUrl: proxy.url, random: () => 0 });
  });

  const begin = async (): Promise<string> => (await client.operations.begin({ kind: 'import', steps })).operation_id;
  const settled = (source: Pick<WalrusClient['operations'], 'subscribe' | 'snapshot'>, id: string): Promise<Snapshot> =>
    until(source, id, ({ settled }) => settled);

  function until(
    source: Pick<WalrusClient['operations'], 'subscribe' | 'snapshot'>,
    id: string,
    enough: (snapshot: Snapshot) => boolean,
  ): Promise<Snapshot> {
    return new Promise((resolve) => {
      const check = (): void => {
        const snapshot = source.snapshot(id);
        if (!enough(snapshot)) return;
        stop();
        resolve(snapshot);
      };
      const stop = source.subscribe(id, check);
      check();
    });
  }

  it('follows an operation once, however many listen', async () => {
    const id = await begin();
    const calls = [0, 0, 0];
    const listener = (index: number) => (): void => void calls[index]!++;
    const same = listener(0);
    const stops = [client.operations.subscribe(id, same), client.operations.subscribe(id, same)];
    stops.push(client.operations.subscribe(id, listener(1)), client.operations.subscribe(id, listener(2)));
    await until(client.operations, id, ({ transport }) => transport === 'sse');
    stops[3]!();
    const before = [...calls];
    await client.operations.report(id, { step: 'load', done: 1, total: 2 });
    await until(client.operations, id, ({ state }) => state.sequence === 1);
    expect(proxy.count('GET', '/v1/events')).toBe(1);
    expect(calls[0]! - before[0]!).toBe(2 * (calls[1]! - before[1]!));
    expect(calls[2]).toBe(before[2]);
    for (const stop of stops) stop();
  });

  it('gives the same snapshot as long as nothing changes, and shows what it has when listening ends', async () => {
    const id = await begin();
    expect(client.operations.snapshot(id)).toBe(emptySnapshot);
    const seen: Snapshot[] = [];
    const stop = client.operations.subscribe(id, (snapshot) => seen.push(snapshot));
    await client.operations.report(id, { status: 'completed' });
    const end = await settled(client.operations, id);
    expect(end).toMatchObject({ transport: null, failure: null, state: { status: 'completed' } });
    expect(new Set(seen).size).toBe(seen.length);
    expect(client.operations.snapshot(id)).toBe(end);
    stop();
    expect(client.operations.snapshot(id)).toBe(end);
    client.operations.subscribe(id, () => expect.unreachable())();
    expect(proxy.count('GET', '/v1/events')).toBe(1);
  });

  it('closes a stream that nobody listens to, and forgets what would grow stale', async () => {
    const id = await begin();
    const stop = client.operations.subscribe(id, () => {});
    await until(client.operations, id, ({ transport }) => transport === 'sse');
    expect(proxy.open).toBe(1);
    stop();
    expect(client.operations.snapshot(id)).toBe(emptySnapshot);
    await expect.poll(() => proxy.open).toBe(0);
    await client.operations.report(id, { step: 'load', done: 1, total: 2 });
    expect((await until(client.operations, id, ({ state }) => state.sequence === 1)).state.progress).toBeGreaterThan(0);
    expect(proxy.count('GET', '/v1/events')).toBe(2);
  });

  it('shares a stream among a hundred, and takes another for the next', async () => {
    const ids = await Promise.all(Array.from({ length: 130 }, begin));
    const watching = (async () => {
      const ends = new Set<string>();
      for await (const { operation_id, state } of client.operations.watch(ids)) if (state.ended) ends.add(operation_id);
      return ends;
    })();
    await until(client.operations, ids[129]!, ({ transport }) => transport === 'sse');
    expect(proxy.count('GET', '/v1/events')).toBe(2);
    await Promise.all(ids.map((id) => client.operations.report(id, { status: 'completed' })));
    expect((await watching).size).toBe(130);
    expect(proxy.count('GET', '/v1/events')).toBe(2);
  });

  it('takes one more to a stream that has room, without losing what it knows', async () => {
    const [first, second] = [await begin(), await begin()];
    await client.operations.report(first, [{ content: 'one ' }, { content: 'two ' }]);
    const stop = client.operations.subscribe(first, () => {});
    await until(client.operations, first, ({ state }) => state.text === 'one two ');
    const known = client.operations.snapshot(first);
    const stopSecond = client.operations.subscribe(second, () => {});
    await until(client.operations, second, ({ transport }) => transport === 'sse');
    expect(proxy.seen.at(-1)?.path).toContain(`${first},${second}`);
    await client.operations.report(second, { content: 'here' });
    await until(client.operations, second, ({ state }) => state.text === 'here');
    expect(client.operations.snapshot(first)).toBe(known);
    await client.operations.report(first, { content: 'three' });
    await until(client.operations, first, ({ state }) => state.text === 'one two three');
    stop();
    stopSecond();
  });

  it('says why one cannot be followed, and goes on with the others', async () => {
    const id = await begin();
    const states = new Map<string, Snapshot>();
    await client.operations.report(id, { status: 'completed' });
    for await (const watched of client.operations.watch([unknown, id])) states.set(watched.operation_id, watched);
    expect(states.get(unknown)?.failure).toBeInstanceOf(NotFoundError);
    expect(states.get(id)?.state.status).toBe('completed');
  });

  it('stops watching where it is aborted', async () => {
    const id = await begin();
    const leaving = new AbortController();
    const watching = (async () => {
      for await (const { transport } of client.operations.watch([id], { signal: leaving.signal })) {
        if (transport === 'sse') setTimeout(() => leaving.abort(new Error('gone')));
      }
    })();
    await expect(watching).rejects.toThrow('gone');
    expect(client.operations.snapshot(id)).toBe(emptySnapshot);
  });

  it('finds the operations of documents in one request, and goes on with the one that replaces', async () => {
    const ends = await Promise.all([1, 2, 3].map((n) => client.documents.upload(new Blob([`Text ${n}.`]), { filename: `${n}.txt` })));
    const ids = ends.map(({ document_id }) => document_id);
    const fresh = new WalrusClient({ baseUrl: proxy.url, random: () => 0 });
    proxy.seen.length = 0;
    const found = await Promise.all([...ids, unknown, 'nonsense'].map((id) => settled(fresh.documents, id)));
    expect(found.slice(0, 3).map(({ state }) => state.status)).toEqual(['completed', 'completed', 'completed']);
    expect(found.slice(3).map(({ failure }) => failure instanceof NotFoundError)).toEqual([true, true]);
    expect(proxy.seen).toHaveLength(1);

    const seen: Snapshot[] = [];
    const stop = fresh.documents.subscribe(ids[0]!, (snapshot) => seen.push(snapshot));
    await fresh.documents.replace(ids[0]!, new Blob(['Other text.']), { filename: '1.txt' });
    stop();
    expect(seen.at(-1)?.state).toMatchObject({ status: 'completed', document_id: ids[0] });
    expect(seen.at(-1)?.state.operation_id).not.toBe(ends[0]!.operation_id);
    expect(fresh.documents.snapshot(ids[0]!)).toBe(seen.at(-1));
  });

  it('tells of documents what is new alone, and says when one is gone or cannot be looked up', async () => {
    const { document_id: id } = await client.documents.upload(new Blob(['Text.']), { filename: 'gone.txt' });
    const known = await settled(client.documents, id);
    const seen: Snapshot[] = [];
    const stop = client.documents.subscribe(id, (snapshot) => seen.push(snapshot));
    await expect.poll(() => proxy.count('GET', '/v1/documents/status')).toBe(2);
    await expect.poll(() => proxy.open).toBe(0);
    expect(seen).toEqual([]);
    expect(client.documents.snapshot(id)).toBe(known);
    stop();

    await client.documents.delete(id);
    const gone = await until(client.documents, id, ({ failure }) => failure !== null);
    expect(gone).toMatchObject({ settled: true, state: known.state });
    expect(gone.failure).toBeInstanceOf(NotFoundError);

    const away = new WalrusClient({ baseUrl: 'http://127.0.0.1:1', random: () => 0, retries: 0 });
    expect((await settled(away.documents, id)).failure).toBeInstanceOf(ConnectionError);
  });

  it('goes on listening through a retry', async () => {
    const failing = client.documents.upload(new Blob(['%PDF-1.4 broken']), { filename: 'broken.pdf' });
    const failure = await failing.catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'OperationFailedError', errorType: 'extraction_failed' });
    const id = (failure as { operationId: string }).operationId;
    const attempts: number[] = [];
    const stop = client.operations.subscribe(id, ({ state }) => attempts.push(state.attempt));
    await client.operations.retry(id);
    await until(client.operations, id, ({ state, settled }) => state.attempt === 2 && settled);
    expect(attempts).toContain(2);
    stop();
  });

  it('asks with the ETag, and not at all for what is completed', async () => {
    const id = await begin();
    const first = await client.operations.status(id);
    expect(await client.operations.status(id)).toBe(first);
    expect(proxy.seen.slice(1).map(({ status }) => status)).toEqual([200, 304]);
    await client.operations.report(id, { status: 'completed' });
    const end = await client.operations.status(id);
    expect(end.processing_status).toBe('completed');
    const asked = proxy.seen.length;
    expect(await client.operations.status(id)).toBe(end);
    expect(proxy.seen).toHaveLength(asked);
  });

  it('tells every event of all operations, also of those that begin later', async () => {
    const leaving = new AbortController();
    const transports: unknown[] = [];
    const listening = (async () => {
      const told: [string | null | undefined, number | undefined][] = [];
      const events = client.operations.events({ signal: leaving.signal, onTransport: (transport) => transports.push(transport) });
      for await (const { event, state } of events) {
        told.push([event.operation_id, (event as { sequence?: number }).sequence]);
        if (state?.status === 'completed') return told;
      }
      return told;
    })();
    await expect.poll(() => transports).toContain('sse');
    const id = await begin();
    await client.operations.report(id, [{ step: 'load', done: 1, total: 2 }, { content: 'half' }, { status: 'completed' }]);
    const told = (await listening).filter(([operation]) => operation === id);
    expect(told).toEqual([1, 2, 3].map((sequence) => [id, sequence]));
    leaving.abort();
  });
});
