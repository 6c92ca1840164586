/** The anomaly detection sets of ADBench with the rows of each split, where the test data has them. */

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { openNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";

export type AnomalyProtocol = "oneclass" | "unsup";

/** Rows of numbers [n][columns], and which of them are anomalies. */
export interface AnomalyRows {
  readonly rows: readonly Readonly<Record<string, number>>[];
  readonly isAnomaly: readonly boolean[];
}
export interface AnomalySplit {
  readonly set: string;
  readonly protocol: AnomalyProtocol;
  readonly seed: number;
  load(): Promise<{ readonly train: AnomalyRows; readonly test: AnomalyRows }>;
}

interface NumberArray {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
}

async function arraysOf(path: string): Promise<(key: string) => Promise<NumberArray>> {
  const bytes = await readFile(path);
  const npz = await openNpz(byteRanges(bytes), path);
  return async (key) => (await npz.read(key)) as unknown as NumberArray;
}

/** Null where the sets or the splits are not there. */
export async function anomalySplits(data: string): Promise<readonly AnomalySplit[] | null> {
  const folder = join(data, "adbench");
  const splitsPath = join(data, "..", "baselines", "adbench-splits.npz");
  if (!existsSync(folder) || !existsSync(splitsPath)) return null;
  const splits = await arraysOf(splitsPath);
  const sets = (await readdir(folder)).filter((file) => file.endsWith(".npz")).map((file) => file.slice(0, -4));
  sets.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  return sets.flatMap((set) =>
    (["oneclass", "unsup"] as const).flatMap((protocol) =>
      [1, 2].map((seed) => ({
        set,
        protocol,
        seed,
        async load() {
          const arrays = await arraysOf(join(folder, `${set}.npz`));
          const [x, y] = [await arrays("X"), await arrays("y")];
          const columns = x.shape[1];
          const names = Array.from({ length: columns }, (_, i) => `x${i}`);
          const take = async (part: "train" | "test"): Promise<AnomalyRows> => {
            const { values } = await splits(`${set}/${protocol}/${seed}/${part}`);
            const chosen = Array.from(values as ArrayLike<number>, Number);
            return {
              rows: chosen.map((row) =>
                Object.fromEntries(names.map((name, i) => [name, Number(x.values[row * columns + i])])),
              ),
              isAnomaly: chosen.map((row) => Number(y.values[row]) === 1),
            };
          };
          return { train: await take("train"), test: await take("test") };
        },
      })),
    ),
  );
}
