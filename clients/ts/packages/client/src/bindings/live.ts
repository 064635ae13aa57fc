/** What a binding shows: the same object as long as nothing changes. */
export interface Readable<T> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => T;
  /** What there is before anything is known: on a server, and while its page is taken over. */
  readonly initial: T;
}

/** A value that is kept up to date while somebody listens. Its methods can be passed on as they are. */
export abstract class Live<T extends object> implements Readable<T> {
  readonly initial: T;
  readonly #listeners = new Set<() => void>();
  #value: T;
  #active = false;
  #arranging = false;

  constructor(initial: T) {
    this.initial = initial;
    this.#value = initial;
  }

  snapshot = (): T => this.#value;

  subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    this.#listeners.add(own);
    this.#arrange();
    return () => {
      this.#listeners.delete(own);
      this.#arrange();
    };
  };

  /** Whether somebody listens. */
  get listenedTo(): boolean {
    return this.#listeners.size > 0;
  }

  /** Called once a first one listens. */
  protected begin(): void {}

  /** Called behind the last one. */
  protected end(): void {}

  protected change(changes: Partial<T>): void {
    const names = Object.keys(changes) as (keyof T)[];
    if (names.every((name) => changes[name] === this.#value[name])) return;
    this.#value = { ...this.#value, ...changes };
    for (const listener of [...this.#listeners]) listener();
  }

  /** Later, so that one who leaves and comes back at once was never away. */
  #arrange(): void {
    if (this.#arranging) return;
    this.#arranging = true;
    queueMicrotask(() => {
      this.#arranging = false;
      if (this.listenedTo === this.#active) return;
      this.#active = this.listenedTo;
      if (this.#active) this.begin();
      else this.end();
    });
  }
}
