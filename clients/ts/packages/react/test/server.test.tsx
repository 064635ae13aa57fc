/** The hooks against the real server, with proxies and models that do what a test says. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { CancelledError, WalrusClient } from '@walrus/client';
import { cleanup, renderHook, waitFor } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Model } from '../../client/test/support/model.js';
import { Proxy } from '../../client/test/support/proxy.js';
import { serverIsBuilt, WalrusServer } from '../../client/test/support/server.js';
import { useChat, useCrawl, useDocumentStatus, useOperations, useUpload, WalrusProvider } from '../src/index.js';

const words = (count: number): string => Array.from({ length: count }, (_, index) => `word${index}`).join(' ');
const patient = { timeout: 20_000 };

describe.skipIf(!serverIsBuilt)('with the real server', () => {
  let server: WalrusServer;
  let model: Model;
  let proxy: Proxy;
  let site: Server;
  let client: WalrusClient;

  beforeAll(async () => {
    model = await Model.start();
    server = await WalrusServer.start('--crawl-allow', '127.0.0.0/8', ...model.options);
    proxy = await Proxy.start(server.url);
    site = createServer((request, response) => {
      response.writeHead(request.url === '/robots.txt' ? 404 : 200, { 'Content-Type': 'text/html' });
      response.end(`<h1>Page ${request.url}</h1><p>${words(60)} ${request.url}</p><a href="/one">one</a><a href="/two">two</a>`);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    site?.close();
    site?.closeAllConnections();
    proxy?.stop();
    await server?.stop();
    model?.stop();
  });
  beforeEach(() => {
    client = new WalrusClient({ baseUrl: proxy.url, random: () => 0 });
    proxy.seen.length = 0;
    model.pause = 0;
  });
  afterEach(async () => {
    cleanup();
    await expect.poll(() => proxy.open, { message: 'streams are closed behind a page' }).toBe(0);
  });

  const wrapper = ({ children }: { children: ReactNode }): ReactNode => (
    <StrictMode>
      <WalrusProvider client={client}>{children}</WalrusProvider>
    </StrictMode>
  );

  it('an upload is shown from its first byte to its end', async () => {
    const bars: number[] = [];
    const { result } = renderHook(() => {
      const upload = useUpload();
      bars.push(upload.progress);
      return upload;
    }, { wrapper });
    expect(result.current).toMatchObject({ phase: 'idle', isLoading: false, documentId: null });
    const id = await result.current.upload(new File([words(20_000)], 'words.txt'));
    await waitFor(() => expect(result.current.isLoading).toBe(false), patient);
    expect(result.current).toMatchObject({ phase: 'processing', documentId: id, progress: 100, step: 'finished', error: null });
    expect(result.current.bytesSent).toBe(result.current.bytesTotal);
    expect(result.current.bytesSent).toBeGreaterThan(20_000);
    expect(bars).toEqual([...bars].sort((a, b) => a - b));
    expect(proxy.count('GET', '/v1/events')).toBe(1);

    const { result: status } = renderHook(() => useDocumentStatus(id), { wrapper });
    await waitFor(() => expect(status.current).toMatchObject({ isLoading: false, progress: 100 }));
    result.current.reset();
    await waitFor(() => expect(result.current).toMatchObject({ phase: 'idle', progress: 0, status: null }));
  });

  it('an upload that is refused, or whose answer never comes, says so, and is sent again under the same key', async () => {
    const { result } = renderHook(() => useUpload(), { wrapper });
    expect(await result.current.upload(new Blob([]))).toBeNull();
    await waitFor(() => expect(result.current.error).toMatchObject({ name: 'ValidationError', retryable: false }));
    proxy.fate = ({ method }) => ({ lost: method === 'POST' });
    expect(await result.current.upload(new File(['Once.'], 'once.txt'))).toBeNull();
    await waitFor(() => expect(result.current.error).toMatchObject({ name: 'ConnectionError', retryable: true }));
    proxy.fate = () => ({});
    await result.current.retry();
    await waitFor(() => expect(result.current).toMatchObject({ isLoading: false, progress: 100 }), patient);
    const keys = proxy.seen.filter(({ method }) => method === 'POST').map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
  });

  it('an upload goes on without its page', async () => {
    const { result, unmount } = renderHook(() => useUpload(), { wrapper });
    const id = await result.current.upload(new File([words(300_000)], 'long.txt'));
    unmount();
    await expect.poll(() => proxy.open).toBe(0);
    const { result: status } = renderHook(() => useDocumentStatus(id), { wrapper });
    await waitFor(() => expect(status.current.step).not.toBeNull(), patient);
    expect(await status.current.cancel()).toBe(true);
    await waitFor(() => expect(status.current.error).toBeInstanceOf(CancelledError), patient);
  });

  it('a crawl is shown with what it counts, and its pages are read', async () => {
    const { result } = renderHook(() => useCrawl(), { wrapper });
    expect(result.current.pages).toMatchObject({ items: [], hasMore: false });
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    const id = await result.current.crawl({ url, max_pages: 3 });
    await waitFor(() => expect(result.current.isLoading).toBe(false), patient);
    expect(result.current).toMatchObject({ documentId: id, progress: 100, counters: { pages_crawled: 3, pages_failed: 0 } });
    await result.current.pages.more();
    await waitFor(() => expect(result.current.pages.items.map(({ state }) => state)).toEqual(['crawled', 'crawled', 'crawled']));
    expect(result.current.pages.hasMore).toBe(false);

    const { result: reloaded } = renderHook(() => useCrawl({ documentId: id }), { wrapper });
    await waitFor(() => expect(reloaded.current.counters.pages_crawled).toBe(3));
    await reloaded.current.pages.more();
    await waitFor(() => expect(reloaded.current.pages.items).toHaveLength(3));
    expect(reloaded.current).toMatchObject({ documentId: id, isLoading: false });
  });

  it('a question gets its answer, with sources, and the history has both', async () => {
    await client.documents.upload(new Blob(['The lighthouse of Vardoe was lit in 1896.']), { filename: 'vardoe.txt' });
    const lines: (string | null | undefined)[] = [];
    const texts: string[] = [];
    const { result } = renderHook(() => {
      const chat = useChat();
      lines.push(chat.status?.status_message);
      texts.push(chat.text);
      return chat;
    }, { wrapper });
    expect(result.current).toMatchObject({ conversationId: null, isLoading: false, isAnswering: false });
    model.pause = 30;
    expect(await result.current.send('When was the lighthouse lit?')).toBe(true);
    await waitFor(() => expect(result.current.isAnswering).toBe(true));
    expect(await result.current.send('And why?')).toBe(false);
    await waitFor(() => expect(result.current.messages).toHaveLength(2), patient);
    expect(result.current).toMatchObject({ text: '', isAnswering: false, step: 'finished', error: null });
    expect(result.current.messages.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'user: When was the lighthouse lit?',
      'assistant: The lighthouse was lit in 1896.',
    ]);
    expect(result.current.sources[0]).toMatchObject({ filename: 'vardoe.txt' });
    expect(result.current.messages[1]?.sources).toBe(result.current.sources);
    expect(lines).toContain('Generating response...');
    expect(new Set(texts).size).toBeGreaterThan(2);

    const { conversationId } = result.current;
    client = new WalrusClient({ baseUrl: proxy.url, random: () => 0 });
    const { result: reloaded } = renderHook(() => useChat({ conversationId }), { wrapper });
    expect(reloaded.current.isLoading).toBe(true);
    await waitFor(() => expect(reloaded.current.messages.map(({ text }) => text)).toEqual(result.current.messages.map(({ text }) => text)));
    expect(reloaded.current).toMatchObject({ isLoading: false, isAnswering: false });
  });

  it('an answer in flight is taken up by a page that is loaded anew, and can be cancelled there', async () => {
    model.pause = 200;
    model.pieces = Array.from({ length: 200 }, (_, index) => `piece${index} `);
    const conversationId = 'in-flight';
    const { result, unmount } = renderHook(() => useChat({ conversationId }), { wrapper });
    await result.current.send('When was the lighthouse lit?');
    await waitFor(() => expect(result.current.text).toContain('piece0'), patient);
    unmount();
    await expect.poll(() => proxy.open).toBe(0);

    client = new WalrusClient({ baseUrl: proxy.url, random: () => 0 });
    const { result: reloaded } = renderHook(() => useChat({ conversationId }), { wrapper });
    await waitFor(() => expect(reloaded.current.text).toMatch(/^piece0 piece1 piece2 /), patient);
    expect(reloaded.current).toMatchObject({ isAnswering: true, step: 'generating_response' });
    expect(reloaded.current.messages.map(({ role }) => role)).toEqual(['user']);
    expect(await reloaded.current.cancel()).toBe(true);
    await waitFor(() => expect(reloaded.current.isAnswering).toBe(false), patient);
    expect(reloaded.current.error).toBeInstanceOf(CancelledError);
    expect(reloaded.current.text).toContain('piece0');

    model.pause = 0;
    model.pieces = ['In 1896.'];
    await reloaded.current.retry();
    await waitFor(() => expect(reloaded.current.messages.at(-1)?.text).toBe('In 1896.'), patient);
    expect(reloaded.current).toMatchObject({ isAnswering: false, error: null, text: '' });
    expect(proxy.count('POST', '/v1/chat/')).toBe(1);
  });

  it('a page that is left and comes back goes on with the same answer', async () => {
    model.pause = 100;
    model.pieces = Array.from({ length: 20 }, (_, index) => `part${index} `);
    const { result, unmount } = renderHook(() => useChat({ conversationId: 'left' }), { wrapper });
    await result.current.send('When was the lighthouse lit?');
    await waitFor(() => expect(result.current.text).toContain('part0'), patient);
    unmount();
    const { result: back } = renderHook(() => useChat({ conversationId: 'left' }), { wrapper });
    await waitFor(() => expect(back.current.messages).toHaveLength(2), patient);
    expect(back.current.messages[1]?.text.trim()).toBe(model.pieces.join('').trim());
  });

  it('all operations are listed, live, with those that begin later', async () => {
    const first = await client.operations.begin({ kind: 'import', title: 'First', steps: [{ name: 'load', percent: 10 }] });
    const { result } = renderHook(() => [useOperations({ kind: 'import' }), useOperations({ kind: 'import', status: 'processing' })] as const, { wrapper });
    await waitFor(() => expect(result.current[0].operations.map(({ operation_id }) => operation_id)).toEqual([first.operation_id]));
    expect(result.current[0]).toMatchObject({ isLoading: false, hasMore: false, error: null, reconnecting: false });
    const second = await client.operations.begin({ kind: 'import', title: 'Second', steps: [{ name: 'load', percent: 10 }] });
    await client.operations.report(second.operation_id, { step: 'load', done: 1, total: 2 });
    await waitFor(() => expect(result.current[1].operations.map(({ operation_id }) => operation_id)).toEqual([second.operation_id, first.operation_id]));
    expect(result.current[0].operations[0]).toMatchObject({ title: 'Second', progress_percentage: 54 });
    await client.operations.report(first.operation_id, { status: 'completed' });
    await waitFor(() => expect(result.current[1].operations.map(({ operation_id }) => operation_id)).toEqual([second.operation_id]));
    expect(result.current[0].operations.map(({ processing_status }) => processing_status)).toEqual(['processing', 'completed']);
    expect(result.current[0].operations[1]).toMatchObject({ title: 'First', progress_percentage: 100 });
    expect(proxy.count('GET', '/v1/events')).toBe(1);
    await client.operations.report(second.operation_id, { status: 'completed' });
  });
});
