/**
 * A thousand fits, then a thousand loads, in one process, and what it holds: `npx tsx bench/soak/repeat.ts [--times 1000]`.
 * Each fit trains a small net for an epoch; each load opens its folder, draws from it and closes it. After every tenth of
 * them, and a full garbage collection, a line of JSON says what the process holds. Exit status as memory.ts: 4 where the
 * last tenth holds 5 % more than the second.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDataset } from "../../src/data/open.js";
import { nodeHost } from "../../src/node/host.js";
import { Vae } from "../../src/vae.js";
import { bars, barsIdx } from "./bars.js";
import { fullCollection, holds, isFlat } from "./holds.js";

const RECORDS = 240;
const SIDE = 12;
const NOT_FLAT = 4;

const { values: flags } = parseArgs({ options: { times: { type: "string", default: "1000" } } });

/** Does `work` so many times; whether the process then holds what it held after the second tenth. */
async function repeated(what: string, times: number, work: () => Promise<void>): Promise<boolean> {
  const collect = fullCollection();
  const sizes: number[] = [];
  for (let done = 1; done <= times; done++) {
    await work();
    if (done % Math.ceil(times / 10) !== 0) continue;
    const held = await holds(collect);
    sizes.push(held.rss);
    console.log(JSON.stringify({ what, done, ...held }));
  }
  const flat = isFlat(sizes[1], sizes[sizes.length - 1]);
  console.log(`${what}: ${sizes[1]} -> ${sizes[sizes.length - 1]} MiB, ${flat ? "flat" : "NOT flat"}`);
  return flat;
}

const folder = mkdtempSync(join(tmpdir(), "vaekit-repeat-"));
const host = nodeHost();
try {
  const path = join(folder, "bars.idx");
  writeFileSync(path, barsIdx(bars(RECORDS, SIDE, 0)));
  const data = await openDataset(path, {}, host);
  const model = join(folder, "model");
  const fitted = async (save: boolean): Promise<void> => {
    const vae = new Vae({ schema: data.schema, latent: 4, net: "conv", threads: 1, host });
    await vae.fit(data, { epochs: 1 });
    if (save) await vae.save(model);
    await vae.dispose();
  };
  await fitted(true);
  const times = Number(flags.times);
  const flat = [
    await repeated("fit", times, () => fitted(false)),
    await repeated("load", times, async () => {
      const vae = await Vae.load(model, { threads: 1, host });
      await vae.sample(4);
      await vae.dispose();
    }),
  ];
  await data.close();
  process.exitCode = flat.every(Boolean) ? 0 : NOT_FLAT;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
