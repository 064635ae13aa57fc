/** Draws that can be drawn again: WALRUS_SEED sets the seed, which every test that draws prints. */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed = Number(process.env.WALRUS_SEED ?? Date.now() % 1_000_000)) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** 0 to 1 (mulberry32). */
  next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** As often near 0 as it takes for this average. */
  exponential(average: number): number {
    return Math.floor(-Math.log(1 - this.next()) * average);
  }
}
