/** How often each piece of a text occurs. */

import { VaekitError } from "../errors.js";
import { wellFormed } from "./well-formed.js";

export type Texts = Iterable<string> | AsyncIterable<string>;

/** Pieces kept at most, some 200 MB: beyond, the rarest are forgotten, and the counts of rare pieces are too low. */
const MAX_PIECES = 2_000_000;
const PAUSE_MILLISECONDS = 50;

/** Counts what `pieces` finds in each text, in order of first appearance. `maxPieces` is for tests. */
export async function countPieces(
  texts: Texts,
  pieces: (text: string, count: (piece: string) => void) => void,
  pause: () => Promise<void>,
  maxPieces = MAX_PIECES,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const count = (piece: string): void => {
    const before = counts.get(piece);
    if (before === undefined) counts.set(detached(piece), 1);
    else counts.set(piece, before + 1);
  };
  for await (const text of texts) {
    pieces(wellFormed(text), count);
    for (let rare = 1; counts.size > maxPieces; rare++)
      for (const [piece, times] of counts) if (times <= rare) counts.delete(piece);
    await pause();
  }
  return counts;
}

/** Lets other work run now and then. Throws E_INTERRUPTED once the signal says so. */
export function pauses(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > PAUSE_MILLISECONDS) {
      await new Promise((resolve) => setTimeout(resolve));
      last = performance.now();
    }
    if (signal?.aborted)
      throw new VaekitError("E_INTERRUPTED", "the tokenizer: stopped while its vocabulary was learnt");
  };
}

/** V8 makes a slice of this length or more a view that keeps the whole text in memory. */
const SLICED_LENGTH = 13;

/** The same text, on its own. */
export function detached(piece: string): string {
  return piece.length < SLICED_LENGTH ? piece : piece.split("").join("");
}

/** Pieces that occur `minCount` times or more, the commonest first; of equal count, by code units ("a" before "b"). */
export function commonest(counts: ReadonlyMap<string, number>, limit: number, minCount: number): string[] {
  return [...counts]
    .filter(([, count]) => count >= minCount)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, Math.max(0, limit))
    .map(([piece]) => piece);
}
