import { cleanup, render, waitFor } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { useChat, useCrawl, useDocumentStatus, useDocumentStatuses, useOperation, useOperations, useUpload, WalrusProvider } from '../src/index.js';
import { completed, scriptOf, statusOf, type Script } from './support/script.js';

afterEach(cleanup);

/** Shows something of every hook. */
function Everything(): ReactNode {
  const status = useDocumentStatus('a');
  const statuses = useDocumentStatuses(['a', 'b']);
  const operation = useOperation('operation-of-a');
  const upload = useUpload();
  const crawl = useCrawl({ documentId: 'b' });
  const chat = useChat({ conversationId: 'c' });
  const { operations } = useOperations();
  const shown = {
    status: status.progress,
    statuses: Object.keys(statuses.statuses),
    operation: operation.step,
    upload: upload.phase,
    crawl: crawl.counters.pages_crawled,
    chat: chat.messages.map(({ text }) => text),
    operations: operations.map(({ operation_id }) => operation_id),
  };
  return <pre>{JSON.stringify(shown)}</pre>;
}

const page = (script: Script): ReactNode => (
  <StrictMode>
    <WalrusProvider client={script.client}>
      <Everything />
    </WalrusProvider>
  </StrictMode>
);

const unknown = { status: 0, statuses: [], operation: null, upload: 'idle', crawl: 0, chat: [], operations: [] };

function script(): Script {
  const known = scriptOf({ a: statusOf('a', 3, completed), b: statusOf('b', 3, { ...completed, status_metadata: { pages_crawled: 7 } }) });
  const { answer } = known;
  known.answer = (request) => {
    if (request.path.startsWith('/v1/chat/')) return { messages: [{ role: 'user', text: 'When?' }, { role: 'assistant', text: 'In 1896.' }] };
    return request.path.startsWith('/v1/operations') ? { operations: [statusOf('a', 3, completed)], next_cursor: null } : answer(request);
  };
  return known;
}

describe('a page that a server draws', () => {
  it('shows what there is before anything is known, and asks for nothing', async () => {
    const drawn = script();
    expect(renderToString(page(drawn))).toBe(`<pre>${JSON.stringify(unknown).replaceAll('"', '&quot;')}</pre>`);
    await new Promise((resolve) => setTimeout(resolve));
    expect(drawn.asked).toEqual([]);
  });

  it('is taken over without a warning, also by a client that knows more', async () => {
    const warnings = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
    const container = document.createElement('div');
    document.body.append(container);
    container.innerHTML = renderToString(page(script()));
    const drawn = container.innerHTML;
    const knowing = script();
    const stop = knowing.client.documents.subscribe('a', () => {});
    await waitFor(() => expect(knowing.client.documents.snapshot('a').settled).toBe(true));

    const errors: unknown[] = [];
    render(page(knowing), { container, hydrate: true, onRecoverableError: (error) => errors.push(error) });
    await waitFor(() => expect(JSON.parse(container.textContent ?? '')).toEqual({
      status: 100,
      statuses: ['a', 'b'],
      operation: 'finished',
      upload: 'idle',
      crawl: 7,
      chat: ['When?', 'In 1896.'],
      operations: ['operation-of-a'],
    }));
    expect(container.innerHTML).not.toBe(drawn);
    expect(errors).toEqual([]);
    for (const warning of warnings) expect(warning).not.toHaveBeenCalled();
    stop();
    vi.restoreAllMocks();
  });
});
