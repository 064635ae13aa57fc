import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as walrus from '../src/index.js';
import { plans } from '../src/generated/plans.js';
import { Proxy } from './support/proxy.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

describe.skipIf(!serverIsBuilt)('documents', () => {
  let server: WalrusServer;
  let proxy: Proxy;
  let client: walrus.WalrusClient;

  beforeAll(async () => {
    server = await WalrusServer.start('--crawl-allow', '127.0.0.0/8');
    proxy = await Proxy.start(server.url);
    client = new walrus.WalrusClient({ baseUrl: proxy.url, random: () => 0 });
  });
  afterAll(async () => {
    proxy?.stop();
    await server?.stop();
  });

  const text = (words: number): string => Array.from({ length: words }, (_, index) => `word${index}`).join(' ') + '. ';

  it('are sent and followed as one progress', async () => {
    const told: walrus.Progress[] = [];
    // Many bytes, and little work.
    const file = new File([`<!-- ${text(200_000)} --><p>${text(2000)}</p>`], 'größe "a".html');
    const end = await client.documents.upload(file, { metadata: { year: 1896 }, onProgress: (progress) => told.push(progress) });
    expect(end).toMatchObject({ status: 'completed', kind: 'document_upload', progress: 100, step: 'finished' });

    const sending = told.filter(({ phase }) => phase === 'sending');
    expect(sending.length).toBeGreaterThan(2);
    expect(sending.at(-1)?.bytes_sent).toBe(sending.at(-1)?.bytes_total);
    expect(sending.at(-1)?.bytes_total).toBeGreaterThan(file.size);
    expect(sending.some(({ progress }) => progress > 0 && progress < 10)).toBe(true);
    const bars = told.map(({ progress }) => progress);
    expect(bars).toEqual([...bars].sort((a, b) => a - b));
    const steps = [...new Set(told.map(({ state }) => state.step).filter((step) => step !== null))];
    expect(steps).toEqual(plans.document_upload.map(({ name }) => name));
    expect(told.some(({ transport }) => transport === 'sse')).toBe(true);

    const document = await client.documents.get(end.document_id);
    expect(document.metadata).toMatchObject({ custom: { year: 1896 }, size_bytes: file.size });
    expect(document.metadata.filename).toContain('größe');
    expect(await (await client.documents.content(end.document_id)).text()).toBe(await file.text());
  });

  it('are one document where the answer to the upload is lost', async () => {
    let lost = 0;
    proxy.fate = ({ method }) => ({ lost: method === 'POST' && lost++ === 0 });
    const before = (await client.documents.list()).items.length;
    const end = await client.documents.upload(new Blob([text(50)]), { filename: 'lost.txt' });
    expect(end.status).toBe('completed');
    expect(lost).toBe(2);
    expect((await client.documents.list()).items.length).toBe(before + 1);
    proxy.fate = () => ({});
  });

  it('are refused by their class of error', async () => {
    await expect(client.documents.upload(new Blob([]), { filename: 'a.txt' })).rejects.toBeInstanceOf(walrus.ValidationError);
    const odd = new Blob([new Uint8Array([0, 1, 2, 3, 255])]);
    await expect(client.documents.upload(odd, { filename: 'a.bin' })).rejects.toBeInstanceOf(walrus.UnsupportedTypeError);
    await expect(client.documents.get('nonsense')).rejects.toMatchObject({ name: 'NotFoundError', errorType: 'not_found', status: 404 });
    await expect(client.chat.ask({ query: '', session_id: 'a' })).rejects.toMatchObject({ name: 'ValidationError', fields: [{ pointer: '/query' }] });
  });

  it('are cancelled, and left alone where the caller only leaves', async () => {
    const long = new Blob([text(1_000_000)]);
    let last: walrus.Progress | undefined;
    const cancelled = client.documents.upload(long, { filename: 'long.txt', onProgress: (progress) => void (last = progress) });
    const caught = cancelled.catch((error: unknown) => error);
    expect(await cancelled.cancel()).toBe(true);
    expect(await caught).toBeInstanceOf(walrus.CancelledError);
    expect(last?.state).toMatchObject({ status: 'failed', error: { type: 'cancelled' } });

    const leaving = new AbortController();
    let id = '';
    const left = client.documents.upload(long, {
      filename: 'long.txt',
      signal: leaving.signal,
      onProgress: ({ state }) => {
        id = state.document_id ?? id;
        if (id !== '') leaving.abort(new Error('gone'));
      },
    });
    await expect(left).rejects.toThrow('gone');
    expect((await client.documents.status(id)).error).toBeNull();
    await client.documents.delete(id);
  });

  it('have statuses in one batch, history, chunks and pages of lists', async () => {
    const ends = await Promise.all([1, 2, 3].map((n) => client.documents.upload(new Blob([text(100) + n]), { filename: `${n}.txt` })));
    const ids = ends.map(({ document_id }) => document_id);
    const { statuses, not_found } = await client.documents.statuses([...ids, 'nonsense']);
    expect(Object.keys(statuses).sort()).toEqual([...ids].sort());
    expect(not_found).toEqual(['nonsense']);
    expect((await client.documents.history(ids[0]!)).at(-1)?.processing_status).toBe('completed');
    const first = await client.documents.list({ limit: 2 });
    const second = await client.documents.list({ limit: 2, cursor: first.cursor! });
    expect([...first.items, ...second.items].map(({ document_id }) => document_id)).toHaveLength(4);
    const { items } = await client.documents.chunks(ids[0]!);
    expect(await client.documents.chunk(ids[0]!, items[0]!.chunk_id)).toEqual(items[0]);
    expect((await client.search({ query: 'word7', k: 1 })).results).toHaveLength(1);
    expect((await client.documents.delete(ids[0]!)).status).toBe('deleted');
  });

  it('are crawled', async () => {
    const site = createServer((request, response) => {
      response.writeHead(request.url === '/robots.txt' ? 404 : 200, { 'Content-Type': 'text/html' });
      response.end(`<h1>Page ${request.url}</h1><p>${text(60)} ${request.url}</p><a href="/one">one</a><a href="/two">two</a>`);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const bars: number[] = [];
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    const end = await client.documents.crawl({ url, max_pages: 3 }, { onProgress: ({ progress }) => bars.push(progress) });
    expect(end).toMatchObject({ kind: 'web_crawl', status: 'completed', metadata: { pages_crawled: 3 } });
    expect(bars).toEqual([...bars].sort((a, b) => a - b));
    const { items } = await client.documents.pages(end.document_id);
    expect(items.map(({ state }) => state)).toEqual(['crawled', 'crawled', 'crawled']);
    site.closeAllConnections();
    site.close();
  });

  it('are asked about, and conversations listed and deleted', async () => {
    const answer = await client.chat.ask({ query: 'What is word7?', session_id: 'asked', user_id: 'me' });
    expect(answer.response).not.toBe('');
    const { conversations } = await client.chat.conversations('me');
    expect(conversations.map(({ conversation_id }) => conversation_id)).toContain('conv#asked');
    const { messages } = await client.chat.history('me', 'conv#asked');
    expect(messages.at(-1)?.text).toBe(answer.response);
    expect((await client.chat.statuses('me', 'asked')).at(-1)?.status).toBe('completed');
    expect((await client.chat.delete('me', 'asked')).status).toBe('deleted');
    const list = await client.operations.list({ kind: 'document_upload', status: 'completed', limit: 1 });
    expect(list.operations).toHaveLength(1);
    expect((await client.operations.history(list.operations[0]!.operation_id)).length).toBeGreaterThan(1);
  });
});
