/** What a benchmark file exports, what it is given and what it answers. */

import type { Spread } from "./spread.js";

/** A number, a median with its range, a text, or nothing where it does not apply. */
export type Cell = number | Spread | string | null;

export interface Column {
  readonly key: string;
  /** Heading, with the unit: "wall, s". */
  readonly title: string;
  /** Decimals shown. Default 2. */
  readonly digits?: number;
}

export interface Result {
  /** What was run and how it was timed: enough to repeat it. */
  readonly protocol: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** What a reader must know beside the table, such as a peer that was not there. */
  readonly notes?: readonly string[];
  /** Text files that are written when the result is saved, by path from the repository. */
  readonly files?: Readonly<Record<string, string>>;
  /** Raw measurements; kept in the JSON, not shown. */
  readonly details?: unknown;
}

export interface Context {
  /** The repository. */
  readonly root: string;
  /** An interpreter with the peers' requirements, or null; `npm run bench:setup` makes one. */
  readonly python: string | null;
  /** Threads for both sides. */
  readonly threads: number;
  readonly seed: number;
  /** Fewer repeats and epochs: to see that it runs, not to quote. */
  readonly quick: boolean;
  /** Parts of the workload to run, such as nets; null for all. */
  readonly only: readonly string[] | null;
  /** The folder of MNIST's four IDX files. */
  readonly mnist: string;
  /** Command and first arguments of the built command line. */
  readonly cli: readonly [string, ...string[]];
  /** A new empty folder, removed when the workload ends. */
  temporary(): Promise<string>;
  log(text: string): void;
}

/** One file of bench/workloads exports one of these as `workload`; its name is the file's. */
export interface Workload {
  readonly name: string;
  readonly summary: string;
  run(context: Context): Promise<Result>;
}
