/** Kills `vaekit fit` at random moments: `npx tsx bench/soak/kill.ts --help`. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Philox } from "../../src/random.js";
import { type Kill, killAndResume, prepare } from "./killed-fit.js";

const HELP = `SIGKILL at random moments of \`vaekit fit\`: from the start of the program over training, checkpoints and publishing,
into an empty place and over an old model, killed again while it resumes. After each kill the folder must hold the old
model or the new one, whole, or none where there was none; the resumed run must end in the bits of an uninterrupted one.

  npx tsx bench/soak/kill.ts [--times 200] [--seed 1] [--epochs 60] [--cli dist/cli/main.js]

Needs \`npm run build\`. Exit status: 0 all held, 4 one did not (its folder is kept and named).`;

const FAILED = 4;
/** Lines of progress. */
const TOLD = 20;

const { values: flags } = parseArgs({
  options: {
    times: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    epochs: { type: "string", default: "60" },
    cli: { type: "string", default: fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url)) },
    help: { type: "boolean", default: false },
  },
});

function table(kills: readonly Kill[]): string {
  const lines = ["| killed while | kills | too late | left none | left old | left new |", "|---|---|---|---|---|---|"];
  for (const phase of ["starting", "training", "publishing"] as const) {
    const some = kills.filter((kill) => kill.phase === phase);
    const left = (["none", "old", "new"] as const).map((what) => some.filter((kill) => kill.left === what).length);
    lines.push(`| ${[phase, some.length, some.filter(({ late }) => late).length, ...left].join(" | ")} |`);
  }
  return lines.join("\n");
}

async function main(): Promise<number> {
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  const times = Number(flags.times);
  const folder = mkdtempSync(join(tmpdir(), "vaekit-kill-"));
  const random = new Philox(Number(flags.seed));
  const expected = await prepare({
    cli: [process.execPath, flags.cli],
    folder,
    random,
    epochs: Number(flags.epochs),
  });
  const [starting, publishing] = [expected.pace.starting, expected.pace.publishing].map(Math.round);
  console.error(
    `a run takes ${starting} ms to its first line, tells ${expected.lines}, and publishes in ${publishing} ms`,
  );
  const kills: Kill[] = [];
  let count = 0; // kills that came in time
  let told = 0;
  try {
    for (let run = 0; count < times; run++) {
      kills.push(...(await killAndResume(expected, `run${run}`, times - count)));
      count = kills.filter(({ late }) => !late).length;
      if (count - told < times / TOLD) continue;
      console.error(`${count} of ${times} kills, ${run + 1} runs`);
      told = count;
    }
  } catch (error) {
    console.error(error);
    console.error(`kept: ${folder}`);
    return FAILED;
  }
  rmSync(folder, { recursive: true });
  console.log(table(kills));
  console.log(`${count} kills: every folder opened, every run that went on ended in the same bits`);
  return 0;
}

process.exitCode = await main();
