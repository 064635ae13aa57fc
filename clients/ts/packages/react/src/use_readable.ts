import type { Readable } from '@walrus/client/bindings';
import { useState, useSyncExternalStore } from 'react';

/** What is shown now. A server's page, and the taking over of it, show what there is before anything is known. */
export function useReadable<T>({ subscribe, snapshot, initial }: Readable<T>): T {
  return useSyncExternalStore(subscribe, snapshot, () => initial);
}

/** What is made once for these dependencies. It is never made anew before they change, which useMemo does not promise. */
export function useMade<T>(make: () => T, ...dependencies: readonly unknown[]): T {
  const [made, setMade] = useState(() => ({ value: make(), dependencies }));
  if (dependencies.every((dependency, index) => Object.is(dependency, made.dependencies[index]))) return made.value;
  const next = { value: make(), dependencies };
  setMade(next);
  return next.value;
}
