/** Contenders take turns in blocks of steps, so that a noisy neighbour or a warm machine troubles all of them alike. */

import { setTimeout as pause } from "node:timers/promises";
import { median, type Spread, spread } from "./spread.js";

/** Something that does training steps; only one contender runs at any time. */
export interface Contender {
  /** Does `steps` steps and gives the milliseconds of each. */
  run(steps: number): Promise<number[]>;
  close(): Promise<void>;
}

export interface AlternateOptions {
  /** Rounds in which each contender runs one block. Default 9. */
  readonly rounds?: number;
  /** Steps in a block. Default 30. */
  readonly steps?: number;
  /** Steps of each contender before the first round, not counted. Default 20. */
  readonly warmup?: number;
  /** Pause before each block, until spinning threads of the one before sleep. Default 300. */
  readonly settleMs?: number;
}

export interface Comparison {
  /** Milliseconds per step: spread over rounds of each block's median. */
  readonly ms: Readonly<Record<string, Spread>>;
  /** A contender's time over the first contender's in the same round; above 1, the first is faster. */
  readonly ratio: Readonly<Record<string, Spread>>;
  /** Each block's median, by contender and round. */
  readonly blocks: Readonly<Record<string, readonly number[]>>;
}

/** Compares contenders with the first one, and closes them all, also when one fails. The order rotates by round. */
export async function alternate(
  contenders: Readonly<Record<string, Contender>>,
  { rounds = 9, steps = 30, warmup = 20, settleMs = 300 }: AlternateOptions = {},
): Promise<Comparison> {
  const names = Object.keys(contenders);
  const blocks: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  try {
    for (const name of names) await contenders[name]!.run(warmup);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < names.length; turn++) {
        const name = names[(round + turn) % names.length]!;
        await pause(settleMs);
        blocks[name]!.push(median(await contenders[name]!.run(steps)));
      }
    }
  } finally {
    await Promise.allSettled(names.map((name) => contenders[name]!.close()));
  }
  const first = blocks[names[0]!]!;
  const by = <T>(f: (own: readonly number[]) => T) =>
    Object.fromEntries(names.map((name) => [name, f(blocks[name]!)] as const));
  return { ms: by(spread), ratio: by((own) => spread(own.map((ms, round) => ms / first[round]!))), blocks };
}
