/** The distribution of the next token, in bins of about equal probability, so that drawing from its nucleus needs no sorting. */

import { BINS, binOf, exponential, largest } from "./exponential.js";
import { nucleus } from "./nucleus.js";

/** Two bins of `binOf` are one here: fewer hold more tokens to choose among, more take longer to add up. */
const COARSER = 1;

export class Distribution {
  /** In proportion to the probabilities; of the likeliest token 1. */
  readonly #weights: Float64Array;
  readonly #bins: Uint16Array;
  readonly #mass = new Float64Array((BINS >> COARSER) + 1); // of bins; the last one holds what is as good as impossible
  readonly #order: Int32Array;
  #sum = 0;

  constructor(vocabulary: number) {
    this.#weights = new Float64Array(vocabulary);
    this.#bins = new Uint16Array(vocabulary);
    this.#order = new Int32Array(vocabulary);
  }

  /** Takes on the probabilities that are in proportion to exp(logits / temperature); one of the logits is finite. */
  set(logits: Float32Array, temperature: number): void {
    const max = largest(logits);
    const scale = 1 / temperature;
    this.#mass.fill(0);
    for (let token = 0; token < logits.length; token++) {
      const d = (max - logits[token]) * scale;
      const bin = binOf(d);
      const weight = bin < BINS ? exponential(d, bin) : 0;
      this.#weights[token] = weight;
      this.#bins[token] = bin >> COARSER;
      this.#mass[bin >> COARSER] += weight;
    }
    this.#sum = 0;
    for (const mass of this.#mass) this.#sum += mass; // in the order of `draw`, whose sums then come to the same
  }

  /** A token of the nucleus, the fewest tokens that hold `topP` of the probability, by a uniform number in [0, 1). */
  draw(uniform: number, topP: number): number {
    const [weights, mass, order] = [this.#weights, this.#mass, this.#order];
    const wanted = topP * this.#sum;
    let border = 0; // the nucleus is all tokens of the bins before, and some of this one
    let before = 0;
    while (before + mass[border] < wanted) before += mass[border++];
    const some = nucleus(weights, order, this.#collect(border), wanted - before);
    let kept = before;
    for (let i = 0; i < some; i++) kept += weights[order[i]];

    let left = uniform * kept;
    let bin = 0;
    while (bin < border && left >= mass[bin]) left -= mass[bin++];
    const count = bin === border ? some : this.#collect(bin);
    let place = 0;
    while (place < count - 1 && left >= weights[order[place]]) left -= weights[order[place++]];
    return order[place];
  }

  /** Puts the tokens of a bin into `order`; gives how many they are. */
  #collect(bin: number): number {
    let count = 0;
    for (let token = 0; token < this.#bins.length; token++) if (this.#bins[token] === bin) this.#order[count++] = token;
    return count;
  }
}
