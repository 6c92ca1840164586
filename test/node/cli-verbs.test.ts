/** Every verb as a command, end to end on a small model. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { openNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";
import { barsNpz, jsonLines, SIDE, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const COUNT = 120;
const LATENT = 3;
const GAP = 2;

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(COUNT));
  const words = ["fit", path("bars.npz"), "--out", path("m"), "--latent", String(LATENT), "--epochs", "30"];
  const { status, stderr } = await vaekit([...words, "--batch", "16", "--threads", "1"]);
  expect(stderr).toMatch(/epoch 30\/30 {2}loss -?\d+\.\d+ {2}reconstruction -?\d+\.\d+ {2}kl \d+\.\d+/);
  expect(status).toBe(0);
});

/** Runs a verb on the model; it must succeed. */
async function run(...words: string[]) {
  const finished = await vaekit([...words, "--threads", "1"]);
  expect(finished).toMatchObject({ status: 0 });
  return finished;
}

/** Size and mean spread of grey of a picture's frames; a blank picture has none. */
async function look(file: string) {
  const picture = sharp(file, { animated: true });
  const { width, height, pages = 1, pageHeight } = await picture.metadata();
  const { channels } = await picture.stats();
  return { size: [width, pageHeight ?? height], pages, spread: channels[0].stdev };
}

const sheet = (columns: number, rows: number) => [columns * (SIDE + GAP) - GAP, rows * (SIDE + GAP) - GAP];

test("fit leaves a whole model folder with pictures", async () => {
  const names = readdirSync(path("m"));
  for (const name of ["config.json", "model.safetensors", "README.md", "metrics.jsonl", "onnx"])
    expect(names).toContain(name);
  expect(await look(path("m", "samples.png"))).toMatchObject({ size: sheet(8, 8) });
  expect((await look(path("m", "reconstructions.png"))).spread).toBeGreaterThan(10);
  expect(names).not.toContain("checkpoints");
});

describe("sample", () => {
  test("a contact sheet", async () => {
    const { stdout, stderr } = await run("sample", path("m"), "-n", "10", "--out", path("s.png"));
    expect(stdout).toBe("");
    expect(stderr).toContain("10 samples, 8x8 grey");
    const { size, spread } = await look(path("s.png"));
    expect(size).toEqual(sheet(4, 3));
    expect(spread).toBeGreaterThan(10);
  });

  test("a folder, an array; the same seed gives the same, another one something else", async () => {
    await run("sample", path("m"), "-n", "4", "--seed", "5", "--out", `${path("s")}/`);
    expect(readdirSync(path("s"))).toHaveLength(4);
    const drawn = await Promise.all(
      [
        ["a", "5"],
        ["b", "5"],
        ["c", "6"],
      ].map(async ([name, seed]) => {
        await run("sample", path("m"), "-n", "4", "--seed", seed, "--out", path(`${name}.npz`));
        return (await npz(path(`${name}.npz`), "images")).values;
      }),
    );
    expect(drawn[0]).toEqual(drawn[1]);
    expect(drawn[0]).not.toEqual(drawn[2]);
  });

  test("at temperature 0 all are alike", async () => {
    await run("sample", path("m"), "-n", "3", "--temperature", "0", "--out", path("cold.npz"));
    const { values } = await npz(path("cold.npz"), "images");
    const pixels = Array.from(values as Uint8Array);
    expect(pixels.slice(0, SIDE * SIDE)).toEqual(pixels.slice(SIDE * SIDE, 2 * SIDE * SIDE));
  });
});

test("reconstruct shows originals above what the model makes of them", async () => {
  await run("reconstruct", path("m"), path("bars.npz"), "-n", "11", "--out", path("r.png"));
  const { size, spread } = await look(path("r.png"));
  expect(size).toEqual(sheet(8, 4));
  expect(spread).toBeGreaterThan(10);
  await run("reconstruct", path("m"), path("bars.npz"), "-n", "5", "--out", `${path("pairs")}/`);
  expect(readdirSync(path("pairs")).filter((name) => name.endsWith("-original.png"))).toHaveLength(5);
});

test("interpolate makes an animation or a strip, between records of data and pictures", async () => {
  const ends = ["--from", `${path("bars.npz")}#images/0`, "--to", path("s", "0001.png")];
  await run("interpolate", path("m"), ...ends, "--steps", "6", "--out", path("walk.gif"));
  const { size, pages } = await look(path("walk.gif"));
  expect(size).toEqual([112, 112]);
  expect(pages).toBeGreaterThanOrEqual(6);
  await run("interpolate", path("m"), ...ends, "--steps", "6", "--path", "spherical", "--out", path("walk.png"));
  expect((await look(path("walk.png"))).size).toEqual(sheet(6, 1));
  const several = await vaekit([
    "interpolate",
    path("m"),
    "--from",
    path("bars.npz"),
    "--to",
    path("s", "0001.png"),
    "--out",
    path("w.gif"),
  ]);
  expect(several).toMatchObject({ status: 2, stderr: expect.stringContaining(`got ${COUNT} records, expected one`) });
});

test("encode writes a row per record, decode makes pictures of them again", async () => {
  await run("encode", path("m"), path("bars.npz"), "--out", path("z.csv"));
  const [header, first, ...rest] = readFileSync(path("z.csv"), "utf8").trim().split("\n");
  expect(header).toBe("id,label,mu_0,mu_1,mu_2,logvar_0,logvar_1,logvar_2");
  expect(first.split(",")).toHaveLength(2 + 2 * LATENT);
  expect(first).toMatch(/^0,0,/);
  expect(rest).toHaveLength(COUNT - 1);

  await run("encode", path("m"), path("bars.npz"), "--out", path("z.jsonl"), "--limit", "7");
  expect(jsonLines(readFileSync(path("z.jsonl"), "utf8"))).toHaveLength(7);
  await run("encode", path("m"), path("bars.npz"), "--out", path("z.npz"));
  expect((await npz(path("z.npz"), "mu")).shape).toEqual([COUNT, LATENT]);

  await run("decode", path("m"), path("z.csv"), "--out", `${path("decoded")}/`);
  expect(readdirSync(path("decoded"))).toHaveLength(COUNT);
  await Promise.all(
    ["csv", "npz"].map((form) => run("decode", path("m"), path(`z.${form}`), "--out", path(`from-${form}.npz`))),
  );
  const [fromCsv, fromNpz] = await Promise.all(["csv", "npz"].map((form) => npz(path(`from-${form}.npz`), "images")));
  expect(fromCsv.shape).toEqual([COUNT, SIDE, SIDE, 1]);
  expect(fromCsv.values).toEqual(fromNpz.values);
});

test("evaluate gives its figures with their protocol", async () => {
  const { stdout } = await run("evaluate", path("m"), path("bars.npz"), "--samples", "4", "--limit", "50", "--json");
  const figures = JSON.parse(stdout);
  expect(figures).toMatchObject({
    records: 50,
    samples: 4,
    protocol: { records: `50 of ${COUNT}, drawn by the seed` },
  });
  for (const key of ["negativeElbo", "reconstruction", "kl", "nll", "nllStandardError", "activeUnits", "bitsPerDim"])
    expect(figures).toHaveProperty(key);
  expect(figures.nll).toBeLessThan(figures.negativeElbo);
  const plain = await run("evaluate", path("m"), path("bars.npz"), "--limit", "50");
  expect(plain.stdout).toMatch(/^negativeElbo +-?\d+/m);
});

test("evaluate compares generated pictures where it is asked to, and says that its distances are of its own kind", async () => {
  const asked = ["evaluate", path("m"), path("bars.npz"), "--samples", "1", "--generated", "110"];
  const { image } = JSON.parse((await run(...asked, "--json")).stdout);
  const names = ["frechet", "kernel", "precision", "recall", "density", "coverage"].map((name) => `${name}_vk64_n110`);
  expect(Object.keys(image)).toEqual(["meanSquaredError", ...names, "reconstructions", "protocol"]);
  for (const name of names) expect(Number.isFinite(image[name]), name).toBe(true);
  expect(image.reconstructions.frechet_vk64_n110).toBeGreaterThan(0);
  expect(image.protocol).toMatchObject({
    features: expect.stringContaining("not to be compared with published FID"),
    real: `${path("bars.npz")}, records: 110 of ${COUNT}, drawn by the seed`,
  });
  // More than there are records: as many as there are.
  const plain = await run(...asked.slice(0, -1), "500");
  for (const name of ["", "reconstructions_"])
    expect(plain.stdout).toMatch(new RegExp(`^${name}frechet_vk64_n${COUNT} +\\d`, "m"));
  const few = await vaekit(["evaluate", path("m"), `${path("bars.npz")}#images/3`, "--generated", "110"]);
  expect(few.stderr).toMatch(/E_DATA .*got 1 records, generated pictures are compared with at least 100/);
});

test("map draws the records by label", async () => {
  const { stdout } = await run("map", path("m"), path("bars.npz"), "--out", path("map.png"), "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    count: COUNT,
    axes: [expect.stringMatching(/^PC 1/), expect.stringMatching(/^PC 2/)],
  });
  const { size, spread } = await look(path("map.png"));
  expect(Math.min(...(size as number[]))).toBeGreaterThan(900);
  expect(spread).toBeGreaterThan(5);
});

describe("doctor", () => {
  test("judges what was measured when training ended, or measures on data", async () => {
    const alone = JSON.parse((await run("doctor", path("m"), "--json")).stdout);
    expect(alone).toMatchObject({ model: path("m"), data: null, notExamined: [] });
    expect(alone.passed).toEqual(expect.arrayContaining(["posterior-collapse", "dead-units", "copies-in-validation"]));
    const measured = JSON.parse((await run("doctor", path("m"), path("bars.npz"), "--json")).stdout);
    expect(measured.findings.map(({ code }: { code: string }) => code)).toEqual(
      alone.findings.map(({ code }: { code: string }) => code),
    );
  });
  test("--strict fails with status 4 after the findings; a command for each is there", async () => {
    const words = ["fit", path("bars.npz"), "--out", path("cold"), "--epochs", "1", "--warmup", "9", "--threads", "1"];
    expect(await vaekit(words)).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = await vaekit(["doctor", path("cold"), "--strict"]);
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: expect.stringMatching(/^vaekit: E_GATE .*beta-never-reached/),
    });
    expect(stdout).toMatch(/^FAULT {2}beta-never-reached\n {2}Training ended/m);
    expect(stdout).toMatch(/\d findings?, \d+ checks passed\n$/);
    expect(stdout).toContain("vaekit fit");
    for (const line of stdout.split("\n").filter((line) => !line.includes(path()))) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
    const { status: again, stdout: json } = await vaekit(["doctor", path("cold"), "--strict", "--json"]);
    expect(again).toBe(4);
    expect(JSON.parse(json).findings).toContainEqual(
      expect.objectContaining({ code: "beta-never-reached", severity: "fault" }),
    );
    expect(await vaekit(["doctor", path("cold")])).toMatchObject({ status: 0, stderr: "" });
  });
});

test("map writes a page to wander in", async () => {
  const out = path("a map.html");
  const words = ["map", path("m"), path("bars.npz"), "--out", out, "--projection", "umap"];
  const { stdout, stderr } = await run(...words, "--limit", "60", "--json");
  expect(JSON.parse(stdout)).toEqual({ path: out, count: 60, axes: ["", ""], how: `UMAP of ${LATENT} latents` });
  expect(stderr).toMatch(/wrote .*a map.html/);
  const text = readFileSync(out, "utf8");
  const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(text)?.[1] ?? "");
  expect(data).toMatchObject({ count: 60, thumbnails: { height: SIDE, width: SIDE }, lattice: { height: SIDE } });
  expect(data.ids).toHaveLength(60);
  // The sample is drawn by the seed, not taken from the front.
  expect(Math.max(...data.ids.map(Number))).toBeGreaterThan(60);
  const sheet = sharp(Buffer.from(data.thumbnails.sheets[0].split(",")[1], "base64"));
  expect(await sheet.metadata()).toMatchObject({ format: "webp" });
  const { channels } = await sheet.stats();
  expect(channels[0].stdev).toBeGreaterThan(10);
  await run(...words, "--limit", "60", "--json");
  expect(readFileSync(out, "utf8")).toBe(text);
});

test.each([
  [["--out", "map.pdf"], /map.pdf: a map cannot be written as ".pdf"[\s\S]*\.html/],
  [["--out", "map.html", "--limit", "30000"], /a page shows at most 20,000 records, got 30,000[\s\S]*--limit 20000/],
  [["--out", "map.html", "--projection", "tsne"], /unknown projection "tsne"/],
])("map %j is refused before any work", async (words, message) => {
  const { status, stderr } = await vaekit(["map", path("m"), path("bars.npz"), ...words]);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

test("info says what the model is", async () => {
  const { stdout } = await vaekit(["info", path("m"), "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ path: path("m"), config: { latent: LATENT, net: { name: "conv" } } });
});

test("pictures of another size are brought to the model's, which is said once", async () => {
  await sharp(path("s", "0000.png")).resize(20, 20).png().toFile(path("large.png"));
  const { stderr } = await run("encode", path("m"), path("large.png"), "--out", path("large.csv"));
  expect(stderr.match(/resized to 8x8/g)).toHaveLength(1);
});

test("fit --json is a line an event, the last says where the model is", async () => {
  const words = ["fit", path("bars.npz"), "--out", path("json"), "--epochs", "1", "--json", "--threads", "1"];
  const { status, stdout, stderr } = await vaekit(words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const events = jsonLines(stdout);
  expect(events[0].event).toBe("start");
  expect(events.at(-1)).toMatchObject({ event: "done", path: path("json"), metrics: { epochs: 1 } });
});

test("--quiet says nothing, off a terminal nothing is redrawn", async () => {
  const words = ["fit", path("bars.npz"), "--epochs", "2", "--threads", "1"];
  expect(await vaekit([...words, "--out", path("quiet"), "--quiet"])).toEqual({ status: 0, stdout: "", stderr: "" });
  const { stderr } = await vaekit([...words, "--out", path("loud")]);
  for (const sign of ["\r", "\u001b"]) expect(stderr).not.toContain(sign);
});

test("fit --dry-run says what would be built, and builds nothing", async () => {
  const { stdout } = await run("fit", path("bars.npz"), "--out", path("dry"), "--dry-run", "--json");
  const plan = JSON.parse(stdout);
  expect(plan).toMatchObject({ event: "plan", net: expect.any(String), records: 114, validation: 6 });
  expect(plan.parameters).toBeGreaterThan(100);
  expect(plan.secondsPerStep).toBeGreaterThan(0);
  expect(plan.megabytes).toBeGreaterThan(10);
  expect(existsSync(path("dry"))).toBe(false);
});

test("the first Ctrl-C keeps what was done, and --resume goes on to the same model", async () => {
  const words = ["fit", path("bars.npz"), "--epochs", "60", "--batch", "8", "--threads", "1"];
  const stopped = await vaekit([...words, "--out", path("stopped")], {
    onStderr: (text, kill) => {
      if (text.includes("epoch  3/60") && !text.includes("stopping")) kill("SIGINT");
    },
  });
  expect(stopped).toMatchObject({ status: 130, stderr: expect.stringContaining("E_INTERRUPTED") });
  expect(readdirSync(path("stopped"))).toContain("checkpoints");
  await vaekit([...words, "--out", path("stopped"), "--resume"]);
  await vaekit([...words, "--out", path("whole")]);
  const weights = ["stopped", "whole"].map((name) => readFileSync(path(name, "model.safetensors")));
  expect(weights[0].equals(weights[1])).toBe(true);
});

test("a reader that goes away is no error", () => {
  const main = new URL("../../dist/cli/main.js", import.meta.url).pathname;
  const { stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${main}" info "${path("m")}" --json | true`]);
  expect(String(stderr)).toBe("");
});

async function npz(file: string, key: string) {
  return (await openNpz(byteRanges(readFileSync(file)), file)).read(key);
}
