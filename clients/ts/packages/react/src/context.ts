import type { WalrusClient } from '@walrus/client';
import { createContext, createElement, useContext, type ReactNode } from 'react';

const Context = createContext<WalrusClient | null>(null);

export interface WalrusProviderProps {
  readonly client: WalrusClient;
  readonly children?: ReactNode;
}

/** Gives all hooks below it their client. */
export function WalrusProvider({ client, children }: WalrusProviderProps): ReactNode {
  return createElement(Context.Provider, { value: client }, children);
}

export interface HookOptions {
  /** Instead of the provider's. */
  readonly client?: WalrusClient | undefined;
}

/** The client: the one that is given, or the provider's. */
export function useWalrus({ client }: HookOptions = {}): WalrusClient {
  const provided = useContext(Context);
  const used = client ?? provided;
  if (used === null) throw new Error('There is no client. Put a <WalrusProvider client={…}> above, or give the hook a { client }.');
  return used;
}
