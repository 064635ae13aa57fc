import { operationListOf, type OperationFilter, type OperationsView } from '@walrus/client/bindings';
import { useMemo } from 'react';

import { useWalrus, type HookOptions } from './context.js';
import { useMade, useReadable } from './use_readable.js';

export interface OperationsOptions extends OperationFilter, HookOptions {}

export interface OperationsResult extends OperationsView {
  /** Reads the next older ones. */
  more(): Promise<void>;
  /** Reads again what was read. */
  reload(): Promise<void>;
}

/** The caller's operations, newest first, live: those too that begin later. */
export function useOperations(options: OperationsOptions = {}): OperationsResult {
  const client = useWalrus(options);
  const { kind, status, limit } = options;
  const list = useMade(() => operationListOf(client, { ...(kind && { kind }), ...(status && { status }), ...(limit && { limit }) }), client, kind, status, limit);
  const view = useReadable(list);
  return useMemo(() => ({ ...view, more: list.more, reload: list.reload }), [view, list]);
}
