/** The model folder on a real disk: saved, killed while it is replaced, and never lost. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { nodeHost } from "../../src/node/host.js";
import { loadModel, saveModel } from "../../src/store/folder.js";
import { damagedFiles } from "../../src/store/model-files.js";
import { isFinished, openWorkFolder } from "../../src/store/work-folder.js";
import { sampleModel } from "../helpers/saved-models.js";

const host = nodeHost();
const place = mkdtempSync(join(tmpdir(), "vaekit-store-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const KILLS = 6;

/** A process that replaces one model by another as fast as it can. */
const SAVER = `
  import { nodeHost } from ${moduleAt("src/node/host.ts")};
  import { saveModel } from ${moduleAt("src/store/folder.ts")};
  import { sampleModel } from ${moduleAt("test/helpers/saved-models.ts")};
  const host = nodeHost();
  for (let i = 0; ; i++) {
    await saveModel(process.argv[1], sampleModel(i % 2 ? 2 : 1, { files: { "report.html": "x".repeat(200_000) } }), host);
    if (i === 0) process.stdout.write("saved");
  }`;

function moduleAt(path: string): string {
  return JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
}

test("a model saved on disk comes back, under a path with spaces, marks and a slash at its end", async () => {
  const path = join(place, "deep er", "größe #1", "m");
  await saveModel(`${path}/`, sampleModel(), host);
  expect((await loadModel(path, host)).weights).toEqual(sampleModel().weights);
  expect(await damagedFiles(path, host)).toEqual([]);
  expect(await isFinished(path, host)).toBe(true);
  expect(readdirSync(join(place, "deep er", "größe #1"))).toEqual(["m"]);
});

test("a process killed while it replaces a model leaves one that loads, and the next save cleans up", async () => {
  const path = join(place, "replaced");
  for (let kill = 0; kill < KILLS; kill++) {
    const saver = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", SAVER, path], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(saver.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, 11 * kill));
    saver.kill("SIGKILL");
    await once(saver, "exit");
    const { config } = await loadModel(path, host);
    expect([101, 102]).toContain(config.metrics.negativeElbo);
  }
  await saveModel(path, sampleModel(3), host);
  expect(readdirSync(place).filter((name) => name.includes("replaced"))).toEqual(["replaced"]);
  expect(readdirSync(path).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a run whose folder another took while it was stopped changes nothing there", async () => {
  const path = join(place, "taken");
  const work = await openWorkFolder(path, { resume: false }, host);
  const lock = join(path, ".vaekit-lock");
  writeFileSync(lock, readFileSync(lock, "utf8").replace(/"token":"\w+"/, '"token":"another"'));
  writeFileSync(join(path, "metrics.jsonl"), "another's");
  const state = { config: sampleModel().config, progress: { step: 1 }, tensors: new Map() };
  await expect(work.checkpoint(state)).rejects.toMatchObject({ code: "E_LOCKED" });
  await expect(work.finish(sampleModel())).rejects.toMatchObject({ code: "E_LOCKED" });
  await work.close();
  expect(readdirSync(path).sort()).toEqual([".vaekit-lock", "checkpoints", "metrics.jsonl"]);
});

test("a run locks its folder, and --out that is a file or holds other things is left alone", async () => {
  const path = join(place, "run");
  const work = await openWorkFolder(path, { resume: false }, host);
  await expect(openWorkFolder(path, { resume: true }, host)).rejects.toMatchObject({ code: "E_LOCKED" });
  await work.close();
  expect(readdirSync(place)).not.toContain("run");
  writeFileSync(path, "a file");
  for (const out of [path, join(path, "below")]) {
    await expect(openWorkFolder(out, { resume: false }, host)).rejects.toMatchObject({ code: "E_OUT" });
  }
  await expect(openWorkFolder(place, { resume: false }, host)).rejects.toMatchObject({ code: "E_OUT" });
});
