/** Training that is killed, stopped, or started twice in one place. `bench/soak/kill.ts` kills it many times more. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { killAndResume, prepare } from "../../bench/soak/killed-fit.js";
import { Philox } from "../../src/random.js";
import { barsNpz, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const KILLS = 3;
/** A dozen programs one after the other; a busy machine takes its time. */
vi.setConfig({ testTimeout: 180_000 });

test("killed at random moments, a run leaves the old model or the new one, and goes on to the same bits", async () => {
  const cli = [process.execPath, MAIN];
  const expected = await prepare({ cli, folder: path("kills"), random: new Philox(5), epochs: 15 });
  for (let run = 0, kills = 0; kills < KILLS; run++) {
    kills += (await killAndResume(expected, `run${run}`, KILLS - kills)).length;
  }
});

const FIT = ["--net", "mlp", "--hidden", "16", "--batch", "4", "--threads", "1"];

/** `vaekit fit` into `out`, and a promise of its first checkpoint. */
function start(out: string, epochs: number) {
  const more = ["--epochs", `${epochs}`, "--checkpoint-every", "10ms", "--json"];
  const words = ["fit", path("bars.npz"), "--out", path(out), ...FIT, ...more];
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout });
  const checkpoint = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      if (line.includes('"checkpoint"')) resolve();
    });
  });
  return { child, checkpoint, ended: once(child, "exit") };
}

describe.skipIf(process.platform === "win32")("a second run in the same place", () => {
  test("is refused while the first is stopped, and the first goes on to the same bits", async () => {
    writeFileSync(path("bars.npz"), barsNpz(120));
    const whole = start("whole", 30);
    expect((await whole.ended)[0]).toBe(0);

    const first = start("paused", 30);
    await first.checkpoint;
    first.child.kill("SIGSTOP");
    const second = await vaekit(["fit", path("bars.npz"), "--out", path("paused"), ...FIT]);
    expect(second.stderr).toMatch(
      new RegExp(`^vaekit: E_LOCKED .*paused: process ${first.child.pid} is working on this folder\nhint: Wait for it`),
    );
    expect(second.status).toBe(2);
    first.child.kill("SIGCONT");
    expect((await first.ended)[0]).toBe(0);
    for (const file of ["model.safetensors", "config.json", "README.md"])
      expect(readFileSync(path("paused", file)), file).toEqual(readFileSync(path("whole", file)));
  });

  test("started at the same moment: one trains, the other is told by whom", async () => {
    writeFileSync(path("bars.npz"), barsNpz(120));
    const words = ["fit", path("bars.npz"), "--out", path("both"), ...FIT, "--epochs", "150"];
    const both = await Promise.all([vaekit(words), vaekit(words)]);
    expect(both.map(({ status }) => status).sort()).toEqual([0, 2]);
    const refused = both.find(({ status }) => status === 2);
    expect(refused?.stderr).toMatch(/^vaekit: E_LOCKED .*both: process \d+ is working on this folder$/m);
    expect(await vaekit(["info", path("both")])).toMatchObject({ status: 0 });
  });
});
