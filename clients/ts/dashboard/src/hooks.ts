import type { DocumentRow, OperationStatus } from '@walrus/client';
import type { Status } from '@walrus/client/bindings';
import { useDocumentStatus, useOperation, type OperationsResult } from '@walrus/react';
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Outbox, Parcel } from './outbox.js';
import type { Shelf, Shelved } from './shelf.js';

/** What all views share. */
export interface Shared {
  readonly shelf: Shelf;
  readonly outbox: Outbox;
  /** The newest operations and all that begin: told by one stream, whatever is shown of it. */
  readonly latest: OperationsResult;
}

export const SharedContext = createContext<Shared | null>(null);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (shared === null) throw new Error('There is no SharedContext around this.');
  return shared;
}

export function useShelf(): Shelved {
  const { shelf } = useShared();
  return useSyncExternalStore(shelf.subscribe, shelf.snapshot);
}

export function useOutbox(): readonly Parcel[] {
  const { outbox } = useShared();
  return useSyncExternalStore(outbox.subscribe, outbox.snapshot);
}

/** What a document is called and holds, read where it is not known yet. */
export function useDocument(id: string | null): DocumentRow | undefined {
  const { shelf } = useShared();
  const row = useSyncExternalStore(shelf.subscribe, () => (id === null ? undefined : shelf.row(id)));
  useEffect(() => {
    if (id !== null) void shelf.seek(id);
  }, [shelf, id]);
  return row;
}

export interface Standing {
  readonly status: Status | OperationStatus | null;
  readonly failure: Error | null;
}

/** How an operation stands: by the stream of all, and by one of its own where it is not among the newest. */
export function useStanding(id: string): Standing {
  const { latest } = useShared();
  const told = latest.operations.find(({ operation_id }) => operation_id === id);
  const { status, error } = useOperation(told !== undefined || latest.isLoading ? null : id);
  return { status: told ?? status, failure: told === undefined && status === null ? error : null };
}

/** The same of a document's latest operation. */
export function useDocumentStanding(id: string): Standing {
  const { latest } = useShared();
  const told = latest.operations.find((operation) => documentOf(operation) === id);
  const { status, error } = useDocumentStatus(told !== undefined || latest.isLoading ? null : id);
  return { status: told ?? status, failure: told === undefined && status === null ? error : null };
}

/** An operation of a chat or of another pipeline has no document. */
export const documentOf = (status: Status | OperationStatus): string | null => ('document_id' in status && status.document_id) || null;

export interface Reading<T> {
  readonly value: T | undefined;
  readonly failure: Error | null;
  readonly again: () => void;
}

/** What is read once, and again whenever `key` changes or `again` is called; the old value stays meanwhile. */
export function useReading<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Reading<T> {
  const [result, set] = useState<{ value?: T; failure: Error | null }>({ failure: null });
  const [round, next] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    read(signal).then(
      (value) => signal.aborted || set({ value, failure: null }),
      (failure: Error) => signal.aborted || set((before) => ({ ...before, failure })),
    );
    return () => abort.abort();
    // `read` is another function each time; what it reads is in the key.
  }, [key, round]);
  return { value: result.value as T | undefined, failure: result.failure, again: () => next((before) => before + 1) };
}

/** Milliseconds between two readings of what goes on. */
const readingPause = 500;

/**
 * As useReading, of what changes all the time: a reading that has begun is finished, and only then,
 * after a pause, comes the next one, where there is news by then.
 */
export function useFollowing<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Reading<T> {
  const [reading, begin] = useState(key);
  const [rested, rest] = useState<string | null>(null);
  const { value, failure, again } = useReading(reading, async (signal) => {
    try {
      return await read(signal);
    } finally {
      setTimeout(() => signal.aborted || rest(reading), readingPause);
    }
  });
  useEffect(() => {
    if (rested === reading && key !== reading) begin(key);
  }, [rested, reading, key]);
  return { value, failure, again };
}

/** The time, told again each so many milliseconds; null while nobody needs it. */
export function useNow(milliseconds: number | null): number {
  const [now, tell] = useState(Date.now);
  useEffect(() => {
    if (milliseconds === null) return;
    const timer = setInterval(() => tell(Date.now()), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return now;
}
