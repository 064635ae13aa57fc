import { CancelledError, environmentManager, InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/query-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { NotFoundError, WalrusClient } from '../src/index.js';
import * as options from '../src/query.js';
import { Proxy } from './support/proxy.js';
import { serverIsBuilt, WalrusServer } from './support/server.js';

describe.skipIf(!serverIsBuilt)('TanStack Query', () => {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let server: WalrusServer;
  let proxy: Proxy;
  let client: WalrusClient;
  let ids: string[];

  beforeAll(async () => {
    // It asks for nothing again on servers, which Node is taken for.
    environmentManager.setIsServer(() => false);
    server = await WalrusServer.start();
    proxy = await Proxy.start(server.url);
    client = new WalrusClient({ baseUrl: proxy.url, random: () => 0 });
    const ends = await Promise.all([1, 2, 3].map((n) => client.documents.upload(new Blob([`The lighthouse ${n}.`]), { filename: `${n}.txt` })));
    ids = ends.map(({ document_id }) => document_id);
    await client.chat.ask({ query: 'Which lighthouse?', session_id: 'asked', user_id: 'me' });
  });
  afterAll(async () => {
    queries.clear();
    proxy?.stop();
    await server?.stop();
  });

  it('asks for one of anything', async () => {
    const id = ids[0]!;
    const { operation_id } = await queries.fetchQuery(options.statusQuery(client, id));
    expect(await queries.fetchQuery(options.documentQuery(client, id))).toMatchObject({ document_id: id, chunk_count: 1 });
    expect((await queries.fetchQuery(options.statusesQuery(client, [id, 'nonsense']))).not_found).toEqual(['nonsense']);
    expect((await queries.fetchQuery(options.statusHistoryQuery(client, id))).length).toBeGreaterThan(1);
    expect(await queries.fetchQuery(options.operationQuery(client, operation_id))).toMatchObject({ operation_id, document_id: id });
    expect((await queries.fetchQuery(options.conversationsQuery(client, 'me'))).total).toBe(1);
    expect((await queries.fetchQuery(options.historyQuery(client, 'me', 'asked'))).messages).toHaveLength(2);
    expect((await queries.fetchQuery(options.searchQuery(client, { query: 'lighthouse', k: 2 }))).results).toHaveLength(2);
    await expect(queries.fetchQuery(options.documentQuery(client, 'nonsense'))).rejects.toBeInstanceOf(NotFoundError);
    const keys = queries.getQueryCache().getAll().map(({ queryKey, queryHash }) => [queryKey[0], queryHash]);
    expect(keys.map(([first]) => first)).toEqual(Array(9).fill('walrus'));
    expect(new Set(keys.map(([, hash]) => hash)).size).toBe(9);
  });

  it('reads lists page by page', async () => {
    const documents = new InfiniteQueryObserver(queries, options.documentsQuery(client, { limit: 2 }));
    const stop = documents.subscribe(() => {});
    await expect.poll(() => documents.getCurrentResult().data?.pages.length).toBe(1);
    await documents.fetchNextPage();
    const { data, hasNextPage } = documents.getCurrentResult();
    expect(data?.pages.flatMap(({ items }) => items.map(({ document_id }) => document_id)).sort()).toEqual([...ids].sort());
    expect(hasNextPage).toBe(false);
    stop();

    const operations = await queries.fetchInfiniteQuery({ ...options.operationsQuery(client, { kind: 'document_upload', limit: 2 }), pages: 2 });
    expect(operations.pages.map((page) => page.operations.length)).toEqual([2, 1]);
    const chunks = await queries.fetchInfiniteQuery(options.chunksQuery(client, ids[0]!));
    expect(chunks.pages[0]?.items).toHaveLength(1);
    await expect(queries.fetchInfiniteQuery(options.pagesQuery(client, ids[0]!))).rejects.toBeInstanceOf(NotFoundError);
  });

  it('asks for a status again until the work has ended', async () => {
    const { operation_id } = await client.operations.begin({ kind: 'import', steps: [{ name: 'load', percent: 0 }] });
    const observer = new QueryObserver(queries, options.operationQuery(client, operation_id));
    const stop = observer.subscribe(() => {});
    await expect.poll(() => observer.getCurrentResult().data?.processing_status).toBe('processing');
    await client.operations.report(operation_id, { status: 'completed' });
    await expect.poll(() => observer.getCurrentResult().data?.processing_status).toBe('completed');
    const { refetchInterval } = options.operationQuery(client, operation_id);
    expect(refetchInterval({ state: { data: observer.getCurrentResult().data } })).toBe(false);
    expect(refetchInterval({ state: { data: undefined } })).toBe(false);
    stop();
  });

  it('leaves the request of a query that nobody waits for any more', async () => {
    let asked = 0;
    let left = 0;
    const hanging = new WalrusClient({
      baseUrl: '',
      fetch: (_url, init) => new Promise((_resolve, reject) => {
        asked++;
        init?.signal?.addEventListener('abort', () => reject(new Error(`left ${++left}`)));
      }),
    });
    const query = options.documentQuery(hanging, 'a');
    const waiting = queries.fetchQuery(query).catch((error: unknown) => error);
    await expect.poll(() => asked).toBe(1);
    await queries.cancelQueries({ queryKey: query.queryKey });
    expect(left).toBe(1);
    expect(await waiting).toBeInstanceOf(CancelledError);
  });
});
