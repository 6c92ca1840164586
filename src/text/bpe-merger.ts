/** Applies the merges of byte-pair encoding to a word. */

import { Heap } from "./heap.js";

/** A merge by ids, at its rank in the list: the earlier goes first. */
export interface IdMerge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

/**
 * A function that merges a word, given as ids below `count`: of all merges that fit, always the first of the list, of
 * equal ones the leftmost, as Hugging Face's packages do. A word of n ids takes O(n log n).
 */
export function merger(merges: readonly IdMerge[], count: number): (ids: readonly number[]) => number[] {
  const ranks = new Map(merges.map(({ left, right }, rank) => [left * count + right, rank]));
  return (given) => {
    const ids: (number | undefined)[] = [...given]; // undefined once it is part of the one before
    const { length } = ids;
    const next = ids.map((_, i) => i + 1);
    const previous = ids.map((_, i) => i - 1);
    const rankAt = (at: number): number | undefined =>
      at >= 0 && next[at] < length ? ranks.get(ids[at]! * count + ids[next[at]]!) : undefined;
    const queue = new Heap<number>((a, b) => a < b); // rank * length + place
    const enqueue = (at: number): void => {
      const rank = rankAt(at);
      if (rank !== undefined) queue.push(rank * length + at);
    };
    for (let at = 0; at < length; at++) enqueue(at);
    for (let best = queue.pop(); best !== undefined; best = queue.pop()) {
      const at = best % length;
      const rank = Math.floor(best / length);
      if (ids[at] === undefined || rankAt(at) !== rank) continue; // merged otherwise meanwhile
      ids[next[at]] = undefined;
      ids[at] = merges[rank].merged;
      next[at] = next[next[at]];
      if (next[at] < length) previous[next[at]] = at;
      enqueue(previous[at]);
      enqueue(at);
    }
    return ids.filter((id) => id !== undefined);
  };
}
