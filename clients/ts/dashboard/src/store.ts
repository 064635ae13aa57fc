/** What components listen to: one value, replaced whole, told of once for all that changes in one go. */
export class Store<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;
  #telling = false;

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  };

  set(value: T): void {
    this.#value = value;
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  change(changes: Partial<T>): void {
    this.set({ ...this.#value, ...changes });
  }
}

/** By their ids, which the server makes so that they sort by time. */
export const newestFirst = <T>(known: ReadonlyMap<string, T>): T[] =>
  [...known].sort(([one], [other]) => (one < other ? 1 : -1)).map(([, value]) => value);
