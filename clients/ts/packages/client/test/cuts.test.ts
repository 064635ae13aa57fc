import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { WalrusClient, type ChatStreamEvent, type WireEvent } from '../src/index.js';
import { Model } from './support/model.js';
import { Proxy } from './support/proxy.js';
import { Random } from './support/random.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

const cutsWanted = 1000;
const turnsAtOnce = 8;

describe.skipIf(!serverIsBuilt)('connections that are cut', () => {
  let model: Model;
  let server: WalrusServer;
  let proxy: Proxy;
  const random = new Random();
  console.log(`cuts: WALRUS_SEED=${random.seed}`);

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

  /** Without pauses, so that a thousand cuts take seconds. */
  const client = (): WalrusClient => new WalrusClient({ baseUrl: proxy.url, random: () => 0 });
  const sequences = (events: readonly WireEvent[]): unknown[] => events.map((event) => event.sequence);
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  async function turn(name: string): Promise<void> {
    const stream = client().chat.stream({ query: 'When was the lighthouse lit?', session_id: name });
    const events: ChatStreamEvent[] = [];
    for await (const event of stream) if (event.type !== 'transport') events.push(event);
    const told = events as WireEvent[];
    expect(sequences(told), name).toEqual(upTo(told.length));
    expect(told.at(-1)?.type).toBe('complete');
    const chunks = told.filter((event) => event.type === 'chunk').map((event) => event.content as string);
    expect(chunks.join('')).toBe(model.pieces.join(''));
    expect(await stream.text()).toBe(model.pieces.join(''));
  }

  it('lose no event, repeat none, and send no second POST, a thousand times', async () => {
    model.pieces = Array.from({ length: 60 }, (_, index) => `piece ${index} of é 海象 🦭. `);
    model.pause = 3;
    proxy.fate = ({ path }) =>
      path.includes('/events') || path === '/v1/chat/' ? { cutAfter: 1 + random.exponential(700), cleanly: random.next() < 0.1 } : {};
    let turns = 0;
    const work = async (): Promise<void> => {
      while (proxy.cuts < cutsWanted) await turn(`cut-${turns++}`);
    };
    await Promise.all(Array.from({ length: turnsAtOnce }, work));
    expect(proxy.cuts).toBeGreaterThanOrEqual(cutsWanted);
    expect(proxy.count('POST', '/')).toBe(turns);
    console.log(`cuts: ${proxy.cuts} in ${turns} turns`);
  });

  it('that lose the answer to a POST make no second turn of it', async () => {
    model.pieces = ['One ', 'answer.'];
    proxy.seen.length = 0;
    const lost = new Set<string>();
    proxy.fate = ({ method, key = '' }) => ({ lost: method === 'POST' && lost.size < 20 && !lost.has(key) && Boolean(lost.add(key)) });
    for (let count = 0; count < 20; count++) await turn(`lost-${count}`);
    const posts = proxy.seen.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(40);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(20);
    const { messages } = await server.json<{ messages: { role: string }[] }>('/v1/chat/conversations/me/lost-7/history');
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('of a stream of many lose no event and repeat none', async () => {
    proxy.fate = ({ path }) => (path.startsWith('/v1/events') ? { cutAfter: 1 + random.exponential(1500) } : {});
    const before = proxy.cuts;
    const one = client();
    const operations = await Promise.all(
      upTo(30).map((number) => one.operations.begin({ kind: 'import', steps: [{ name: `load`, percent: 0 }], metadata: { number } })),
    );
    const ids = operations.map(({ operation_id }) => operation_id);
    const told = new Map(ids.map((id) => [id, [] as WireEvent[]]));
    const report = async (id: string): Promise<void> => {
      for (let done = 1; done <= 20; done++) await one.operations.report(id, { step: 'load', done, total: 20, content: `${done} ` });
      await one.operations.report(id, { status: 'completed' });
    };
    const reports = Promise.all(ids.map(report));
    for await (const { operation_id, event } of one.operations.watch(ids)) if (event) told.get(operation_id)?.push(event);
    await reports;
    for (const [id, events] of told) {
      expect(sequences(events), id).toEqual(upTo(events.length));
      expect(one.operations.snapshot(id).state).toMatchObject({ status: 'completed', progress: 100, text: upTo(20).join(' ') + ' ' });
    }
    expect(proxy.cuts - before).toBeGreaterThan(30);
  });
});
