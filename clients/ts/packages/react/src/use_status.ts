import {
  documentActions,
  follow,
  followDocuments,
  operationActions,
  viewOf,
  type Actions,
  type DocumentStatuses,
  type View,
} from '@walrus/client/bindings';
import { useMemo } from 'react';

import { useWalrus, type HookOptions } from './context.js';
import { useMade, useReadable } from './use_readable.js';

/** `status` is named as on the wire. */
export interface StatusResult extends View, Actions {}

/** Null and undefined stand for an id that is not known yet. */
type Id = string | null | undefined;

/** How a document's latest operation stands, live. */
export function useDocumentStatus(id: Id, options?: HookOptions): StatusResult {
  const client = useWalrus(options);
  const document = useMade(() => ({ ...follow(client.documents, id), actions: documentActions(client, id) }), client, id);
  const view = viewOf(useReadable(document));
  return useMemo(() => ({ ...view, ...document.actions }), [view, document]);
}

export interface OperationResult extends StatusResult {
  /** What a chat has answered or a worker has reported so far. */
  readonly text: string;
}

/** How an operation of any kind stands, live. */
export function useOperation(id: Id, options?: HookOptions): OperationResult {
  const client = useWalrus(options);
  const operation = useMade(() => ({ ...follow(client.operations, id), actions: operationActions(client, id) }), client, id);
  const snapshot = useReadable(operation);
  return useMemo(() => ({ ...viewOf(snapshot), text: snapshot.state.text, ...operation.actions }), [snapshot, operation]);
}

export interface DocumentStatusesResult extends DocumentStatuses {
  cancel(id: string): Promise<boolean>;
  retry(id: string): Promise<void>;
}

/** How many documents stand, live: one request looks them up, and a hundred share a stream. */
export function useDocumentStatuses(ids: readonly string[], options?: HookOptions): DocumentStatusesResult {
  const client = useWalrus(options);
  const documents = useMade(() => followDocuments(client, ids), client, JSON.stringify(ids));
  const view = useReadable(documents);
  return useMemo(() => {
    const cancel = (id: string): Promise<boolean> => documentActions(client, id).cancel();
    const retry = (id: string): Promise<void> => documentActions(client, id).retry();
    return { ...view, cancel, retry };
  }, [view, client]);
}
