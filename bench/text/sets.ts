/** Sets of texts: the lines that are learnt from, those held out, and how a model of them is fitted. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

export interface Lines {
  readonly train: readonly string[];
  readonly held: readonly string[];
  /** Share of as many lines at the end of the files that stand before it too, where repeated lines are left out. */
  readonly repeated?: number;
}

export interface TextSet {
  lines(data: string): Promise<Lines>;
  /** Options of fit. */
  readonly fit: Readonly<Record<string, string | number>>;
  /** What of a line can change places: words, characters. */
  readonly unit: RegExp;
  /** What has characters that can change places within it. */
  readonly group: RegExp;
}

export const PYTHON_FILE = "django-lines.txt.gz";
const HELD = 1000;
const VALID = { valid: 0.02, seed: 1 };

export const SETS = {
  ptb: {
    async lines(data) {
      const [train, held] = ["train", "test"].map((part) => linesOf(join(data, "ptb", `${part}.txt.gz`)));
      return { train: await train!, held: await held! };
    },
    fit: {
      hidden: 512,
      dropout: 0.4,
      "free-bits": 0.1,
      latent: 32,
      epochs: 16,
      pretrain: 3,
      ema: 0.999,
      batch: 64,
      prior: "standard-normal",
      ...VALID,
    },
    unit: /\S+/gu,
    group: /\p{L}{4,}/gu,
  },
  quatrains: {
    lines: (data) => distinct(join(data, "tang-quatrains.txt.gz")),
    fit: VALID,
    unit: /[^，。]/gu,
    group: /[^，。]+/gu,
  },
  python: {
    lines: (data) => distinct(join(data, PYTHON_FILE)),
    fit: { epochs: 40, dropout: 0.3, ...VALID },
    unit: /\S+/gu,
    group: /\p{L}{4,}/gu,
  },
} satisfies Record<string, TextSet>;

export type SetName = keyof typeof SETS;

/** Lines that hold something, without blanks at their ends, as fit reads them. */
async function linesOf(path: string): Promise<string[]> {
  const text = gunzipSync(await readFile(path)).toString();
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter(Boolean);
}

/** Each line once, where it comes first; the last ones are held out. */
async function distinct(path: string): Promise<Lines> {
  const all = await linesOf(path);
  const once = [...new Set(all)];
  const before = new Set(all.slice(0, -HELD));
  const repeated = all.slice(-HELD).filter((line) => before.has(line)).length / HELD;
  return { train: once.slice(0, -HELD), held: once.slice(-HELD), repeated };
}
