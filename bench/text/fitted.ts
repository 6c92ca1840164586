/** Models of the text sets, fitted by the command line where they are not yet. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { measure } from "../harness/process.js";
import type { TextContext } from "./part.js";
import { type Lines, SETS, type SetName } from "./sets.js";

export interface Fitted extends Lines {
  /** The model's folder. */
  readonly model: string;
  /** Address of the held-out lines. */
  readonly heldFile: string;
}

const QUICK = { lines: 640, held: 64, options: { epochs: 1, hidden: 64, latent: 8, pretrain: 0 } };

/**
 * The model of a set. Training lines lie beside it, so that a run that was stopped goes on when this is called again; one that
 * is finished is taken as it is.
 */
export async function fitted(set: SetName, context: TextContext): Promise<Fitted> {
  const { models, data, quick, cli, threads, log } = context;
  const { lines, fit } = SETS[set];
  const all = await lines(data);
  const { train, held } = quick ? { train: all.train.slice(0, QUICK.lines), held: all.held.slice(0, QUICK.held) } : all;
  await mkdir(models, { recursive: true });
  const trainFile = await writeLines(join(models, `${set}-train.txt`), train);
  const heldFile = await writeLines(join(models, `${set}-held.txt`), held);
  const model = join(models, set);
  const options = Object.entries({ ...fit, ...(quick && QUICK.options), threads });
  const flags = options.flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const { wallSeconds } = await measure([...cli, "fit", trainFile, "--out", model, "--resume", ...flags]);
  log(`${set}: a model, after ${wallSeconds.toFixed(0)} s`);
  return { ...all, train, held, model, heldFile };
}

/** Writes a text a line and gives its address, as lines whatever they look like. A file that is so already keeps its time. */
export async function writeLines(path: string, lines: readonly string[]): Promise<string> {
  const text = `${lines.join("\n")}\n`;
  const before = await readFile(path, "utf8").catch(() => null);
  if (before !== text) await writeFile(path, text);
  return `${path}#lines`;
}
