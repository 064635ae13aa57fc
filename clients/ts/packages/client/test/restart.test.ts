/** The server is killed in the middle of work, as by a power cut, and comes back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OperationFailedError, WalrusClient, type WireEvent } from '../src/index.js';
import { Model } from './support/model.js';
import { Proxy } from './support/proxy.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

describe.skipIf(!serverIsBuilt)('a server that is killed', () => {
  let model: Model;
  let server: WalrusServer;
  let proxy: Proxy;
  let client: WalrusClient;

  beforeAll(async () => {
    model = await Model.start();
    server = await WalrusServer.start(...model.options);
    proxy = await Proxy.start(server.url);
    client = new WalrusClient({ baseUrl: proxy.url });
  });
  afterAll(async () => {
    proxy?.stop();
    model?.stop();
    await server?.stop();
  });

  async function restart(): Promise<void> {
    await server.restart();
    proxy.target = server.url;
  }

  it('finishes an upload, in one progress', async () => {
    const bars: number[] = [];
    const transports = new Set<unknown>();
    let restarting: Promise<void> | undefined;
    const text = Array.from({ length: 8000 }, (_, index) => `word${index}`).join(' ');
    const end = await client.documents.upload(new Blob([text]), {
      filename: 'a.txt',
      onProgress: ({ progress, transport, state }) => {
        bars.push(progress);
        transports.add(transport);
        if (state.step === 'creating_embeddings') restarting ??= restart();
      },
    });
    await restarting;
    expect(end).toMatchObject({ status: 'completed', attempt: 1, progress: 100 });
    expect(bars).toEqual([...bars].sort((a, b) => a - b));
    expect([...transports]).toEqual([null, 'sse']);
    expect(proxy.count('POST', '/')).toBe(1);
  });

  it('ends an answer as interrupted, with the text that is stored, and answers it anew', async () => {
    model.pieces = Array.from({ length: 200 }, (_, index) => `piece ${index} `);
    model.pause = 10;
    proxy.seen.length = 0;
    const stream = client.chat.stream({ query: 'Long?', session_id: 'killed', user_id: 'me' });
    let restarting: Promise<void> | undefined;
    let last: WireEvent | undefined;
    for await (const event of stream) {
      if (event.type !== 'transport') last = event as WireEvent;
      if (stream.state.text.includes('piece 50')) restarting ??= restart();
    }
    await restarting;
    expect(last).toMatchObject({ type: 'error', error_type: 'interrupted', retryable: true });
    await expect(stream.text()).rejects.toBeInstanceOf(OperationFailedError);
    expect(proxy.count('POST', '/')).toBe(1);

    // What was shown and lost is not shown any more: a reader who comes now has the same text.
    const id = await stream.operationId;
    const other = new WalrusClient({ baseUrl: server.url });
    for await (const { state } of other.operations.watch([id])) if (state.ended) expect(state.text).toBe(stream.state.text);
    expect(model.pieces.join('').startsWith(stream.state.text)).toBe(true);

    model.pieces = ['Short.'];
    await client.operations.retry(id);
    for await (const { state } of client.operations.watch([id])) if (state.ended && state.attempt === 2) expect(state.text).toBe('Short.');
    expect(client.operations.snapshot(id).state).toMatchObject({ attempt: 2, status: 'completed', text: 'Short.' });
  });
});
