/** The address is the state: where the page is reloaded, it shows the same. */
import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { useEffect, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener('popstate', tell);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('popstate', tell);
  };
}

/** The path and the query, as one string that is the same until it changes. */
export const useAddress = (): string => useSyncExternalStore(subscribe, () => location.pathname + location.search);

export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (address === location.pathname + location.search) return;
  if (how === 'push') {
    history.pushState(null, '', address);
    scrollTo(0, 0);
  } else {
    history.replaceState(null, '', address);
  }
  tell();
}

export interface Place {
  readonly view: 'documents' | 'operations' | 'chat' | 'unknown';
  /** Of the one thing that is shown; undefined for all of them. */
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

export function placeOf(address: string): Place {
  const { pathname, searchParams: query } = new URL(address, location.origin);
  const [view = '', id, ...more] = pathname.split('/').filter((part) => part !== '').map(decoded);
  const known = view === '' || view === 'documents' ? 'documents' : view === 'operations' || view === 'chat' ? view : 'unknown';
  return { view: more.length > 0 ? 'unknown' : known, id, query };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const documentAddress = (id: string): string => `/documents/${encodeURIComponent(id)}`;
export const operationAddress = (id: string): string => `/operations/${encodeURIComponent(id)}`;
export const chatAddress = (id: string): string => `/chat/${encodeURIComponent(id)}`;

/** A link that stays on the page, but for whoever opens it elsewhere. */
export function Link({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Walrus`;
  }, [title]);
}
