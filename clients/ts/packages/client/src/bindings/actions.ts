import type { WalrusClient } from '../client.js';

/** What can be done to a piece of work. */
export interface Actions {
  /** Ends it as cancelled. False where it had ended already. */
  cancel(): Promise<boolean>;
  /** Another attempt of one that failed or was cancelled, which is followed. */
  retry(): Promise<void>;
}

/** An id that is not known yet is no work. */
export function operationActions(client: WalrusClient, id: string | null | undefined): Actions {
  return {
    cancel: async () => (id ? client.operations.cancel(id) : false),
    retry: async () => void (id && (await client.operations.retry(id))),
  };
}

/** Of a document's latest operation. */
export function documentActions(client: WalrusClient, id: string | null | undefined): Actions {
  const latest = async (): Promise<Actions> => operationActions(client, id && (await operationOf(client, id)));
  return {
    cancel: async () => (await latest()).cancel(),
    retry: async () => (await latest()).retry(),
  };
}

async function operationOf(client: WalrusClient, documentId: string): Promise<string> {
  const known = client.documents.snapshot(documentId).state.operation_id;
  return known ?? (await client.documents.status(documentId)).operation_id;
}
