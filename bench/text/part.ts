/** What a part of the text benchmark is given and what it answers. */

import type { Cell, Context } from "../harness/workload.js";

export interface TextContext extends Context {
  /** The folder of texts. */
  readonly data: string;
  /** Where models stay between runs; in a quick run a folder that is removed. */
  readonly models: string;
}

/** A figure of a part, as it is shown. */
export interface Finding extends Readonly<Record<string, Cell>> {
  readonly figure: string;
  readonly ours: Cell;
  /** What it is to be held against: the same figure of real texts, of another program, or as published. */
  readonly beside: Cell;
}

export interface Found {
  readonly findings: readonly Finding[];
  readonly notes?: readonly string[];
  readonly details: unknown;
}

export interface Part {
  /** What is done, for the protocol. */
  readonly about: string;
  run(context: TextContext): Promise<Found>;
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}
