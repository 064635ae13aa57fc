import type { WalrusClient } from '../client.js';
import type { WalrusError } from '../errors.js';
import type { Snapshot } from '../store.js';
import type { Readable } from './live.js';
import { viewOf, type Status } from './view.js';

/** Many documents, by their ids. */
export interface DocumentStatuses {
  /** Those of which something is known. */
  readonly statuses: Readonly<Record<string, Status>>;
  /** Of those that failed, were cancelled or cannot be followed. */
  readonly errors: Readonly<Record<string, WalrusError>>;
  /** Whether one of them at least is not at its end. */
  readonly isLoading: boolean;
  readonly reconnecting: boolean;
}

/** Follows them all: looked up in one request, on streams that are shared. */
export function followDocuments(client: WalrusClient, ids: readonly string[]): Readable<DocumentStatuses> {
  const distinct = [...new Set(ids)].filter((id) => id !== '');
  const initial: DocumentStatuses = { statuses: {}, errors: {}, isLoading: distinct.length > 0, reconnecting: false };
  let seen: readonly Snapshot[] = [];
  let shown = initial;
  return {
    initial,
    subscribe: (listener) => {
      const stops = distinct.map((id) => client.documents.subscribe(id, listener));
      return () => stops.forEach((stop) => stop());
    },
    snapshot: () => {
      const now = distinct.map(client.documents.snapshot);
      if (now.every((snapshot, index) => snapshot === seen[index])) return shown;
      seen = now;
      shown = join(distinct, now);
      return shown;
    },
  };
}

function join(ids: readonly string[], snapshots: readonly Snapshot[]): DocumentStatuses {
  const statuses: Record<string, Status> = {};
  const errors: Record<string, WalrusError> = {};
  const views = snapshots.map(viewOf);
  for (const [index, { status, error }] of views.entries()) {
    const id = ids[index] as string;
    if (status !== null) statuses[id] = status;
    if (error !== null) errors[id] = error;
  }
  const isLoading = views.some((view) => view.isLoading);
  return { statuses, errors, isLoading, reconnecting: views.some((view) => view.reconnecting) };
}
