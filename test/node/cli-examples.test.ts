/** Every verb's example runs as it stands, in a folder that holds what examples speak of. */

import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { open } from "../../src/node.js";
import { verbs } from "../../src/verbs/list.js";
import type { Finished } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const [TRAIN, TEST] = [100, 150];
const [ROWS, HOLES] = [200, 10];
const SIDE = 28;

/** Files that examples read and other verbs write: how each comes about. */
const MADE_BY: Readonly<Record<string, string>> = {
  "z.csv": "vaekit encode models/mnist mnist#test --out z.csv",
  "d.json": 'vaekit direction models/mnist mnist --where "label = 3" --out d.json',
};

/** `line` in a shell where `vaekit` is the built command. */
function shell(line: string, cwd: string): Promise<Finished> {
  const env = { ...process.env, PATH: `${path("bin")}:${process.env.PATH}`, VAEKIT_THREADS: "1" };
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", line], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject).on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** A few digits as a folder of pictures by label. A folder of this name comes before the data set, and is quicker. */
async function writeDigits(address: string, count: number, folder: string): Promise<string[]> {
  const data = await open(address, { limit: count, seed: 1 });
  const { image } = await data.read(Array.from({ length: count }, (_, i) => i));
  const files = Array.from({ length: count }, async (_, i) => {
    const label = data.labels!.names[data.labels!.indices[i]];
    const file = `${folder}/${label}/${i}.png`;
    mkdirSync(`${folder}/${label}`, { recursive: true });
    const pixels = (image as Uint8Array).subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
      .png()
      .toFile(file);
    return file;
  });
  const written = await Promise.all(files);
  await data.close();
  return written;
}

/** A small table of people; of each `hole`th the occupation is missing. */
function people(rows: number, hole: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const occupation = hole > 0 && i % hole === 0 ? "?" : ["Sales", "Craft-repair", "Tech-support"][i % 3];
    return `${17 + ((i * 7) % 60)},${occupation},${i % 4 === 0 ? ">50K" : "<=50K"}`;
  });
  return ["age,occupation,income", ...lines, ""].join("\n");
}

/** A picture of one label. */
const pictureOf = (label: string, files: readonly string[]) => files.find((file) => file.includes(`/${label}/`))!;

beforeAll(async () => {
  mkdirSync(path("bin"));
  writeFileSync(path("bin", "vaekit"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(path("bin", "vaekit"), 0o755);
  await writeDigits("mnist", TRAIN, path("world", "mnist"));
  const tests = await writeDigits("mnist#test", TEST, path("world", "mnist", "test"));
  cpSync(path("world", "mnist", "test"), path("world", "new"), { recursive: true });
  for (const [name, label] of Object.entries({ "3.png": "3", "8.png": "8", "photo.png": "5" }))
    cpSync(pictureOf(label, tests), path("world", name));
  writeFileSync(path("world", "adult.csv"), people(ROWS, 0));
  writeFileSync(path("world", "holes.csv"), people(ROWS, HOLES));
  for (const fit of [
    "vaekit fit mnist --out models/mnist --net mlp --latent 8 --epochs 3",
    "vaekit fit adult.csv --out models/adult --epochs 3",
  ])
    expect(await shell(fit, path("world"))).toMatchObject({ status: 0 });
});

/** A folder of its own for an example, with all that the world holds. */
function folderFor(name: string): string {
  const folder = path("runs", name);
  mkdirSync(folder, { recursive: true });
  for (const shared of ["mnist", "new", "3.png", "8.png", "photo.png", "adult.csv", "holes.csv"])
    symlinkSync(path("world", shared), `${folder}/${shared}`);
  cpSync(path("world", "models"), `${folder}/models`, { recursive: true });
  return folder;
}

test.each(verbs.map(({ name, cli }) => [name, cli.example] as const))("%s: %s", async (name, example) => {
  const folder = folderFor(name);
  const out = /--out (\S+)/.exec(example)?.[1];
  for (const [file, command] of Object.entries(MADE_BY)) {
    if (file !== out && example.includes(file)) expect(await shell(command, folder)).toMatchObject({ status: 0 });
  }
  const { status, stderr } = await shell(example, folder);
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/^vaekit: /m) });
  if (out) expect(existsSync(`${folder}/${out}`)).toBe(true);
});
