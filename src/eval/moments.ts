/** Mean and variance of a stream of numbers, in one pass (Welford 1962). */

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Divided by count - 1; 0 for fewer than two numbers. */
  readonly variance: number;
  add(value: number): void;
}

export function moments(): Moments {
  let count = 0;
  let mean = 0;
  let squares = 0; // sum of squared deviations from the mean so far
  return {
    get count() {
      return count;
    },
    get mean() {
      return mean;
    },
    get variance() {
      return count < 2 ? 0 : squares / (count - 1);
    },
    add(value) {
      count++;
      const deviation = value - mean;
      mean += deviation / count;
      squares += deviation * (value - mean);
    },
  };
}
