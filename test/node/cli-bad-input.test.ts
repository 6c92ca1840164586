/** Bad input: one clear error each, with the right exit status, and nothing left behind. */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { writeNpy } from "../../src/files/npy.js";
import { barsNpz, vaekit } from "../helpers/cli.js";
import { idxFile } from "../helpers/idx-file.js";
import { painted, temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const SHAPE = [20, 8, 8];
const SIZE = 20 * 8 * 8;

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(60));
  await painted(8, 8, (x, y) => [x * 30, y * 30, 0])
    .png()
    .toFile(path("one.png"));
});

/** What is wrong, the data that is so, and what the error says. */
const cases: [what: string, make: () => string, status: number, message: RegExp][] = [
  ["a missing path", () => path("nothing"), 3, /E_PATH .*nothing: no such file or folder/],
  ["an empty folder", () => folder("empty", {}), 3, /E_DATA .*empty/],
  ["a folder without a picture", () => folder("texts", { "a.txt": "hello" }), 3, /E_DATA .*texts/],
  ["broken pictures only", () => folder("broken", { "a.png": "no", "b.png": "no" }), 3, /E_DATA .*broken.*decode/],
  ["one record", () => path("one.png"), 3, /E_DATA .*1 record, expected at least 2/],
  [
    "a truncated IDX file",
    () => file("cut-idx3-ubyte", idxFile(SHAPE, new Uint8Array(SIZE)).slice(0, 700)),
    3,
    /E_FILE .*cut-idx3-ubyte/,
  ],
  ["a truncated npy", () => file("cut.npy", npy(() => 1).slice(0, 700)), 3, /E_FILE .*cut\.npy/],
  ["a truncated npz", () => file("cut.npz", barsNpz(60).slice(0, 700)), 3, /E_FILE .*cut\.npz/],
  ["a missing key", () => `${path("bars.npz")}#imgs`, 3, /bars\.npz.*imgs/],
  ["a pickled object", () => file("pickle.npy", pickled()), 3, /E_FILE .*pickle\.npy/],
  [
    "a value that is not a number",
    () =>
      file(
        "nan.npy",
        npy((i) => (i === 70 ? Number.NaN : 0.5)),
      ),
    3,
    /E_DATA .*nan\.npy/,
  ],
  [
    "an infinite value",
    () =>
      file(
        "inf.npy",
        npy((i) => (i === 7 ? Infinity : 0.5)),
      ),
    3,
    /E_DATA .*inf\.npy/,
  ],
  [
    "constant pictures",
    () =>
      file(
        "flat.npy",
        npy(() => 0.5),
      ),
    3,
    /E_DATA .*same/,
  ],
  ["a misspelt data set", () => "mnits", 2, /E_UNKNOWN unknown data set "mnits"/],
];

describe("fit", () => {
  test.each(cases)("%s", async (_what, make, status, message) => {
    const out = path("out");
    const finished = await vaekit(["fit", make(), "--out", out, "--epochs", "1", "--threads", "1"]);
    const errors = finished.stderr.split("\n").filter((line) => line.startsWith("vaekit: "));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
    expect(finished.stderr).not.toMatch(/^\s+at /m);
    expect(finished).toMatchObject({ status, stdout: "" });
    expect(existsSync(out)).toBe(false);
  });

  test("a folder that holds something else is left as it is", async () => {
    const out = folder("precious", { "thesis.txt": "all my work" });
    const { status, stderr } = await vaekit(["fit", path("bars.npz"), "--out", out, "--epochs", "1"]);
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining("E_OUT") });
    expect(readdirSync(out)).toEqual(["thesis.txt"]);
  });

  test("a device that is not there", async () => {
    const { status, stderr } = await vaekit(["fit", path("bars.npz"), "--out", path("out"), "--device", "gpu"]);
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('E_DEVICE no device "gpu"'),
    });
    expect(existsSync(path("out"))).toBe(false);
  });

  test("an unreadable label is no reason to stop: broken pictures among good ones are named and skipped", async () => {
    const mixed = folder("mixed", { "broken.png": "no" });
    for (let i = 0; i < 12; i++)
      await painted(8, 8, (x, y) => [(x * i * 9) % 256, (y * 30) % 256, 0])
        .png()
        .toFile(`${mixed}/${i}.png`);
    const { status, stderr } = await vaekit([
      "fit",
      mixed,
      "--out",
      path("mixed-model"),
      "--epochs",
      "1",
      "--threads",
      "1",
    ]);
    expect(stderr).toMatch(/1.*broken\.png/);
    expect(status).toBe(0);
  });
});

describe("a model folder", () => {
  const model = () => path("model");
  beforeAll(async () => {
    const words = ["fit", path("bars.npz"), "--out", model(), "--epochs", "1", "--net", "mlp", "--hidden", "8"];
    expect(await vaekit([...words, "--threads", "1"])).toMatchObject({ status: 0 });
  });

  test.each(["config.json", "model.safetensors"])("without %s", async (name) => {
    const copy = path(`without-${name}`);
    cpSync(model(), copy, { recursive: true });
    rmSync(`${copy}/${name}`);
    await refused(copy, name);
  });

  test("with truncated weights", async () => {
    const copy = path("truncated");
    cpSync(model(), copy, { recursive: true });
    truncateSync(`${copy}/model.safetensors`, 400);
    await refused(copy, "model.safetensors");
  });

  test("from a newer version", async () => {
    const copy = path("newer");
    cpSync(model(), copy, { recursive: true });
    const config = JSON.parse(readFileSync(`${copy}/config.json`, "utf8"));
    writeFileSync(`${copy}/config.json`, JSON.stringify({ ...config, formatVersion: 99 }));
    await refused(copy, "");
  });

  test("that is not there, or is something else", async () => {
    expect(await vaekit(["info", path("no-model")])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("E_PATH"),
    });
    await refused(folder("no-model-at-all", { "a.txt": "hello" }), "config.json");
  });

  test("given latents of another width", async () => {
    writeFileSync(path("narrow.csv"), "id,mu_0,mu_1\na,0,0\n");
    const { status, stderr } = await vaekit(["decode", model(), path("narrow.csv"), "--out", path("d.png")]);
    expect({ status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining("got 2 latents a row") });
    expect(existsSync(path("d.png"))).toBe(false);
  });

  test("with nowhere to write to", async () => {
    const { status, stderr } = await vaekit(["sample", model(), "--out", path("one.png", "x.png"), "--threads", "1"]);
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining("E_OUT") });
  });

  async function refused(folder: string, name: string) {
    const { status, stdout, stderr } = await vaekit(["sample", folder, "--out", path("refused.png")]);
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toMatch(/^vaekit: E_MODEL /);
    expect(stderr).toContain(name);
    expect(existsSync(path("refused.png"))).toBe(false);
  }
});

function folder(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(path(name), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(path(name, file), text);
  return path(name);
}

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(path(name), bytes);
  return path(name);
}

function npy(value: (i: number) => number): Uint8Array {
  return writeNpy(
    SHAPE,
    Float32Array.from({ length: SIZE }, (_, i) => value(i)),
  );
}

/** An npy file whose header says that Python objects follow. */
function pickled(): Uint8Array {
  const bytes = writeNpy([2], Float32Array.of(1, 2));
  const text = Buffer.from(bytes).toString("latin1").replace("'<f4'", "'|O' ");
  return Buffer.from(text, "latin1");
}
