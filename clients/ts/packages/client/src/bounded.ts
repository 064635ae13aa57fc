const keptAtMost = 1000;

/** Removes what was put in longest ago, where there is too much, of what nobody needs. */
export function dropOldest<K, V>(map: Map<K, V>, isIdle: (value: V) => boolean = () => true): void {
  if (map.size <= keptAtMost) return;
  for (const [key, value] of map) if (isIdle(value)) return void map.delete(key);
}
