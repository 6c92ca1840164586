/** Lines with a fault, for those who look for faults. */

import type { Philox } from "../../src/random.js";
import type { TextSet } from "./sets.js";

export interface Faulty {
  /** Lines with a fault each; those that cannot have it are left out. */
  swapped(lines: readonly string[]): string[];
  shuffled(lines: readonly string[]): string[];
}

interface Span {
  readonly text: string;
  readonly at: number;
}

const spans = (line: string, pattern: RegExp): Span[] =>
  Array.from(line.matchAll(pattern), (match) => ({ text: match[0], at: match.index }));

export function faulty({ unit, group }: Pick<TextSet, "unit" | "group">, random: Philox): Faulty {
  const below = (count: number): number => Math.floor(random.uniform() * count);
  const replaced = (line: string, { at, text }: Span, by: string): string =>
    line.slice(0, at) + by + line.slice(at + text.length);

  /** Two neighbours that differ change places. */
  function withNeighbour(line: string): string | null {
    const units = spans(line, unit);
    const able = units.slice(1).flatMap((second, i) => (units[i]!.text === second.text ? [] : [[units[i]!, second]]));
    if (able.length === 0) return null;
    const [first, second] = able[below(able.length)]! as [Span, Span];
    return replaced(replaced(line, second, first.text), first, second.text);
  }

  /** A unit is one of another line. */
  function withAnother(line: string, other: string): string | null {
    const [own, others] = [spans(line, unit), spans(other, unit)];
    if (own.length === 0 || others.length === 0) return null;
    const [place, unlike] = [own[below(own.length)]!, others[below(others.length)]!];
    return place.text === unlike.text ? null : replaced(line, place, unlike.text);
  }

  /** The characters of a group in another order. */
  function inDisorder(line: string): string | null {
    const able = spans(line, group).filter(({ text }) => new Set(text).size > 1);
    if (able.length === 0) return null;
    const place = able[below(able.length)]!;
    const characters = [...place.text];
    let mixed: string;
    do mixed = Array.from(random.permutation(characters.length), (i) => characters[i]).join("");
    while (mixed === place.text);
    return replaced(line, place, mixed);
  }
  const those = (lines: readonly string[], change: (line: string, i: number) => string | null): string[] =>
    lines.flatMap((line, i) => change(line, i) ?? []);
  return {
    swapped: (lines) =>
      those(lines, (line, i) => (i % 2 === 0 ? withNeighbour(line) : withAnother(line, lines[below(lines.length)]!))),
    shuffled: (lines) => those(lines, inDisorder),
  };
}
