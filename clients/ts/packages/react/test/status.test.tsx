import { CancelledError, NotFoundError, OperationFailedError } from '@walrus/client';
import { cleanup, render, renderHook, waitFor } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { useDocumentStatus, useDocumentStatuses, useOperation, useWalrus, WalrusProvider, type StatusResult } from '../src/index.js';
import { completed, eventOf, scriptOf, statusOf, type Script } from './support/script.js';

afterEach(cleanup);

const within = (script: Script) => ({
  wrapper: ({ children }: { children: ReactNode }): ReactNode => <WalrusProvider client={script.client}>{children}</WalrusProvider>,
});

/** Until everything that is to happen at once has happened. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function Bar({ id }: { id: string }): ReactNode {
  const { progress, step } = useDocumentStatus(id);
  return <p>{`${step ?? 'nothing'} ${progress}`}</p>;
}

describe('a status', () => {
  it('is loading until the document has ended, as in the hook that was documented', async () => {
    const script = scriptOf({ a: statusOf('a', 3) });
    const seen: StatusResult[] = [];
    const { result } = renderHook(() => {
      const status = useDocumentStatus('a');
      seen.push(status);
      return status;
    }, within(script));
    expect(result.current).toMatchObject({ status: null, isLoading: true, error: null, progress: 0, eta: null, step: null, reconnecting: false });

    await waitFor(() => expect(result.current.status?.progress_percentage).toBe(25));
    const { updated_at: _updated, started_at: _started, ...wire } = statusOf('a', 3);
    expect(result.current.status).toEqual({ ...wire, conversation_id: null });
    expect(result.current).toMatchObject({ isLoading: true, progress: 25, eta: 3.5, step: 'extracting_text' });

    await waitFor(() => expect(script.open).toHaveLength(1));
    script.tell(eventOf('a', 4, { progress_percentage: 40 }));
    await waitFor(() => expect(result.current.progress).toBe(40));
    script.tell(eventOf('a', 5, completed));
    await waitFor(() => expect(result.current.isLoading).toBe(false));
    expect(result.current).toMatchObject({ progress: 100, eta: null, step: 'finished', error: null, status: { processing_status: 'completed' } });
    expect(new Set(seen).size).toBeLessThanOrEqual(6);
  });

  it('is loading, and asks for nothing, as long as there is no id', async () => {
    const script = scriptOf({ a: statusOf('a', 3, completed) });
    const { result, rerender } = renderHook(({ id }: { id: string | undefined }) => useDocumentStatus(id), {
      ...within(script),
      initialProps: { id: undefined as string | undefined },
    });
    await settle();
    expect(script.asked).toEqual([]);
    expect(result.current).toMatchObject({ status: null, isLoading: true });
    expect(await result.current.cancel()).toBe(false);
    rerender({ id: 'a' });
    await waitFor(() => expect(result.current.isLoading).toBe(false));
    expect(script.asked).toEqual(['GET /v1/documents/status?ids=a']);
  });

  it('says why the work failed, and whether it was cancelled', async () => {
    const failed = (type: string): object => ({
      processing_status: 'failed',
      error: { type, message: 'It has no text.', step: 'extracting_text', retryable: true },
    });
    const script = scriptOf({ a: statusOf('a', 3, failed('empty_document')), b: statusOf('b', 3, failed('cancelled')) });
    const { result } = renderHook(() => [useDocumentStatus('a'), useDocumentStatus('b'), useDocumentStatus('c')] as const, within(script));
    await waitFor(() => expect(result.current.map(({ isLoading }) => isLoading)).toEqual([false, false, false]));
    const [a, b, c] = result.current.map(({ error }) => error);
    expect(a).toBeInstanceOf(OperationFailedError);
    expect(a).toMatchObject({ message: 'It has no text.', errorType: 'empty_document', retryable: true });
    expect(b).toBeInstanceOf(CancelledError);
    expect(c).toBeInstanceOf(NotFoundError);
    expect(c?.retryable).toBe(false);
  });

  it('is reconnecting from the loss of its stream until there is another', async () => {
    const script = scriptOf({ a: statusOf('a', 3) });
    const { result } = renderHook(() => useDocumentStatus('a'), within(script));
    await waitFor(() => expect(script.open).toHaveLength(1));
    const seen: boolean[] = [];
    const stop = script.client.documents.subscribe('a', ({ reconnecting }) => seen.push(reconnecting));
    expect(result.current.reconnecting).toBe(false);
    script.cut();
    await waitFor(() => expect(script.count('GET /v1/events')).toBe(2));
    await waitFor(() => expect(result.current.reconnecting).toBe(false));
    expect(seen).toEqual([true, false]);
    stop();
  });

  it('is cancelled and retried through its operation', async () => {
    const script = scriptOf({ a: statusOf('a', 3) });
    const { answer } = script;
    script.answer = (request) => (request.method === 'POST' ? statusOf('a', 4, { attempt: 2 }) : answer(request));
    const { result } = renderHook(() => useDocumentStatus('a'), within(script));
    await waitFor(() => expect(result.current.status).not.toBeNull());
    expect(await result.current.cancel()).toBe(true);
    const error = { type: 'cancelled', message: 'Cancelled.', step: 'extracting_text', retryable: true };
    script.tell(eventOf('a', 4, { processing_status: 'failed', error }));
    await waitFor(() => expect(result.current.error).toBeInstanceOf(CancelledError));
    await result.current.retry();
    expect(script.asked.filter((one) => one.startsWith('POST'))).toEqual([
      'POST /v1/operations/operation-of-a/cancel',
      'POST /v1/operations/operation-of-a/retry',
    ]);
    await waitFor(() => expect(result.current).toMatchObject({ error: null, isLoading: true, status: { attempt: 2 } }));
    await waitFor(() => expect(script.open).toHaveLength(1));
  });
});

describe('subscriptions', () => {
  it('are one for each client and id, however many components there are', async () => {
    const script = scriptOf({ a: statusOf('a', 3) });
    const bars = Array.from({ length: 30 }, (_, index) => <Bar key={index} id="a" />);
    const { container, unmount } = render(<WalrusProvider client={script.client}>{bars}</WalrusProvider>);
    await waitFor(() => expect(script.open).toHaveLength(1));
    script.tell(eventOf('a', 4, { progress_percentage: 31 }));
    await waitFor(() => expect(container.textContent).toBe('extracting_text 31'.repeat(30)));
    expect(script.asked).toEqual(['GET /v1/documents/status?ids=a', 'GET /v1/events?operations=operation-of-a']);
    unmount();
    await waitFor(() => expect(script.open).toEqual([]));
  });

  it('are one where StrictMode mounts everything twice', async () => {
    const script = scriptOf({ a: statusOf('a', 3) });
    const page = (
      <StrictMode>
        <WalrusProvider client={script.client}>
          <Bar id="a" />
        </WalrusProvider>
      </StrictMode>
    );
    const { container, unmount } = render(page);
    await waitFor(() => expect(script.open).toHaveLength(1));
    await settle();
    expect(script.asked).toEqual(['GET /v1/documents/status?ids=a', 'GET /v1/events?operations=operation-of-a']);
    expect(container.textContent).toBe('extracting_text 25');
    unmount();
    await waitFor(() => expect(script.open).toEqual([]));
  });

  it('go over to another id, and to another client', async () => {
    const [one, other] = [scriptOf({ a: statusOf('a', 3), b: statusOf('b', 3, { progress_percentage: 30 }) }), scriptOf({ b: statusOf('b', 3, completed) })];
    const { result, rerender } = renderHook(({ id, script }) => useDocumentStatus(id, { client: script.client }), {
      initialProps: { id: 'a', script: one },
    });
    await waitFor(() => expect(result.current.progress).toBe(25));
    rerender({ id: 'b', script: one });
    expect(result.current.status).toBeNull();
    await waitFor(() => expect(result.current.progress).toBe(30));
    rerender({ id: 'b', script: other });
    await waitFor(() => expect(result.current.progress).toBe(100));
    await waitFor(() => expect(one.open).toEqual([]));
  });

  it('need a client', () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => renderHook(() => useWalrus())).toThrow('There is no client. Put a <WalrusProvider client={…}> above');
    silent.mockRestore();
  });
});

describe('statuses', () => {
  it('of many are looked up in one request, and share a stream', async () => {
    const script = scriptOf({ a: statusOf('a', 3), b: statusOf('b', 7, completed) });
    // A new array each time is the same list.
    const { result } = renderHook(() => useDocumentStatuses(['a', 'b', 'c', 'a']), within(script));
    expect(result.current).toMatchObject({ statuses: {}, errors: {}, isLoading: true, reconnecting: false });
    await waitFor(() => expect(script.open).toHaveLength(1));
    expect(Object.keys(result.current.statuses)).toEqual(['a', 'b']);
    expect(result.current.errors).toEqual({ c: expect.any(NotFoundError) as unknown });
    expect(result.current.isLoading).toBe(true);
    expect(script.asked).toEqual(['GET /v1/documents/status?ids=a,b,c', 'GET /v1/events?operations=operation-of-a']);
    script.tell(eventOf('a', 4, completed));
    await waitFor(() => expect(result.current.isLoading).toBe(false));
    expect(result.current.statuses.a?.progress_percentage).toBe(100);
  });

  it('of none are not loading', async () => {
    const script = scriptOf({});
    const { result } = renderHook(() => useDocumentStatuses([]), within(script));
    await settle();
    expect(result.current).toMatchObject({ statuses: {}, errors: {}, isLoading: false });
    expect(script.asked).toEqual([]);
  });
});

describe('an operation', () => {
  it('of any kind is followed by its id, with its text', async () => {
    const script = scriptOf({});
    const { result } = renderHook(() => useOperation('turn'), within(script));
    await waitFor(() => expect(script.open).toEqual(['/v1/events?operations=turn']));
    const told = { operation_id: 'turn', attempt: 1 };
    script.tell({ ...told, type: 'status', sequence: 1, status: 'processing', step: 'generating_response', message: 'Generating response...' });
    script.tell({ ...told, type: 'chunk', sequence: 2, content: 'In ' }, { ...told, type: 'chunk', sequence: 3, content: '1896.' });
    await waitFor(() => expect(result.current.text).toBe('In 1896.'));
    expect(result.current).toMatchObject({ isLoading: true, step: 'generating_response', progress: 0, status: { kind: 'chat', progress_percentage: null } });
    script.tell({ ...told, type: 'error', sequence: 4, error: 'The model failed.', error_type: 'model_failed', step: 'generating_response', retryable: true });
    await waitFor(() => expect(result.current.error).toMatchObject({ message: 'The model failed.', retryable: true }));
    expect(result.current.isLoading).toBe(false);
  });
});
