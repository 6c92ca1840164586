/**
 * Draws cartoon faces with known attributes: `npx tsx bench/data/faces.ts --out DIR [--count 5000] [--by smiling] [--seed 0]`.
 *
 * Pictures go into a folder per value of one attribute, so that it becomes their label; faces.csv says all attributes.
 */

import { mkdir, readdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { ATTRIBUTES, type Attribute, drawFaces } from "./draw-faces.js";

const USAGE_ERROR = 2;
const TOLD_EVERY = 1000;

async function main(): Promise<number> {
  const { values: flags } = parseArgs({
    options: {
      out: { type: "string" },
      count: { type: "string", default: "5000" },
      by: { type: "string", default: "smiling" },
      seed: { type: "string", default: "0" },
    },
  });
  const { out, by } = flags;
  const [count, seed] = [Number(flags.count), Number(flags.seed)];
  if (!out || !Number.isInteger(count) || count < 1 || !ATTRIBUTES.includes(by as Attribute)) {
    console.error(
      `usage: npx tsx bench/data/faces.ts --out DIR [--count 5000] [--by ${ATTRIBUTES.join("|")}] [--seed 0]`,
    );
    return USAGE_ERROR;
  }
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) {
    console.error(`${out} is not empty; faces of two runs would mix.`);
    return USAGE_ERROR;
  }
  const onProgress = (done: number) => {
    if (done % TOLD_EVERY === 0) console.error(`${done} of ${count} faces`);
  };
  await drawFaces(out, { count, by: by as Attribute, seed, onProgress });
  return 0;
}

process.exitCode = await main();
