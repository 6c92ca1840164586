/** Finds dots near a place: a grid of buckets over the box. Dots outside it are in its outermost buckets. */

import type { Box } from "./data.js";

/** Dots per bucket, about. */
const CROWD = 4;

export class DotIndex {
  readonly #points: Float32Array;
  readonly #box: Box;
  readonly #columns: number;
  readonly #rows: number;
  /** Dots of bucket b: members[starts[b]] .. members[starts[b + 1] - 1]. */
  readonly #starts: Int32Array;
  readonly #members: Int32Array;

  constructor(points: Float32Array, box: Box) {
    this.#points = points;
    this.#box = box;
    const count = points.length / 2;
    const aspect = (box.right - box.left) / (box.top - box.bottom);
    this.#columns = Math.min(1024, Math.max(1, Math.round(Math.sqrt((count / CROWD) * aspect))));
    this.#rows = Math.max(1, Math.round(count / CROWD / this.#columns));
    this.#starts = new Int32Array(this.#columns * this.#rows + 1);
    const buckets = Int32Array.from({ length: count }, (_, i) => this.#bucketOf(i));
    for (const bucket of buckets) this.#starts[bucket + 1]++;
    for (let b = 0; b < this.#starts.length - 1; b++) this.#starts[b + 1] += this.#starts[b];
    this.#members = new Int32Array(count);
    const next = this.#starts.slice();
    buckets.forEach((bucket, i) => {
      this.#members[next[bucket]++] = i;
    });
  }

  /** The nearest accepted dot within `reach` of (x, y), or -1. */
  nearest(x: number, y: number, reach: number, accepts: (dot: number) => boolean): number {
    let best = -1;
    let least = reach * reach;
    this.within({ left: x - reach, right: x + reach, bottom: y - reach, top: y + reach }, (dot) => {
      const square = (this.#points[2 * dot] - x) ** 2 + (this.#points[2 * dot + 1] - y) ** 2;
      if (square > least || !accepts(dot)) return;
      least = square;
      best = dot;
    });
    return best;
  }

  /** Every dot of a rectangle; a few from around it. */
  within({ left, right, bottom, top }: Box, visit: (dot: number) => void): void {
    const [first, last] = [this.#column(left), this.#column(right)];
    for (let row = this.#row(top); row <= this.#row(bottom); row++) {
      const from = this.#starts[row * this.#columns + first];
      const to = this.#starts[row * this.#columns + last + 1];
      for (let i = from; i < to; i++) visit(this.#members[i]);
    }
  }

  #bucketOf(dot: number): number {
    return this.#row(this.#points[2 * dot + 1]) * this.#columns + this.#column(this.#points[2 * dot]);
  }
  #column(x: number): number {
    const { left, right } = this.#box;
    return Math.min(this.#columns - 1, Math.max(0, Math.floor(((x - left) / (right - left)) * this.#columns)));
  }
  #row(y: number): number {
    const { bottom, top } = this.#box;
    return Math.min(this.#rows - 1, Math.max(0, Math.floor(((top - y) / (top - bottom)) * this.#rows)));
  }
}
