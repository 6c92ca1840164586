/** Scores, neighbours and directions as commands, and as methods, on a small model. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { openNpz, writeNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";
import { subset, Vae } from "../../src/index.js";
import { open } from "../../src/node.js";
import { barsNpz, jsonLines, SIDE, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const COUNT = 200;
const LATENT = 4;
const SIZE = SIDE * SIDE;

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(COUNT));
  const words = ["fit", path("bars.npz"), "--out", path("m"), "--latent", String(LATENT), "--epochs", "25"];
  const { status, stderr } = await vaekit([...words, "--batch", "16", "--threads", "1", "--valid", "0.3"]);
  expect(stderr).toContain("epoch 25/25");
  expect(status).toBe(0);
});

/** Runs a verb; it must succeed. */
async function run(...words: string[]) {
  const finished = await vaekit([...words, "--threads", "1"]);
  expect(finished).toMatchObject({ status: 0 });
  return finished;
}
const score = (...words: string[]) => run("score", path("m"), ...words);
const lines = (text: string) => text.trim().split("\n");

/** The first `count` bars, changed by `change`, as a file without labels. */
async function changedBars(name: string, count: number, change: (images: Uint8Array) => void): Promise<string> {
  const { values } = await (await openNpz(byteRanges(barsNpz(COUNT)), "bars")).read("images");
  const images = Uint8Array.from((values as Uint8Array).subarray(0, count * SIZE));
  change(images);
  writeFileSync(path(name), writeNpz(new Map([["images", { shape: [count, SIDE, SIDE], values: images }]])));
  return path(name);
}

describe("score", () => {
  test("writes every record in order; a record alone as among others", async () => {
    const { stderr, stdout } = await score(path("bars.npz"), "--out", path("s.csv"));
    expect(stdout).toBe("");
    expect(stderr).toContain(`${COUNT} scores, 4 samples each, p-values by 60 records kept aside`);
    const [header, ...rows] = lines(readFileSync(path("s.csv"), "utf8"));
    expect(header).toBe("id,label,nats,p_value,reasons");
    expect(rows.map((row) => row.split(",")[0])).toEqual(Array.from({ length: COUNT }, (_, i) => String(i)));
    expect(rows[5]).toMatch(/^5,2,-?[\d.]+,[\d.]+,"?(top|left|right|bottom|centre)/);
    for (const row of rows) {
      const p = Number(row.split(",")[3]);
      expect(Math.abs(p * 61 - Math.round(p * 61))).toBeLessThan(1e-3);
    }
    const alone = await score(`${path("bars.npz")}#images/7`);
    expect(lines(alone.stdout)).toEqual([header, rows[7]]);
  });
  test("writes those with few false alarms in order, and shows the strangest beside them", async () => {
    await score(path("bars.npz"), "--out", path("all.csv"));
    const [header, ...all] = lines(readFileSync(path("all.csv"), "utf8"));
    const few = all.filter((row) => Number(row.split(",")[3]) <= 0.2);
    expect(few.length).toBeGreaterThan(3);
    const { stdout } = await score(
      path("bars.npz"),
      "--out",
      path("few.csv"),
      "--max-false-alarms",
      "0.2",
      "--top",
      "2",
    );
    expect(lines(readFileSync(path("few.csv"), "utf8"))).toEqual([header, ...few]);
    expect(lines(stdout)).toHaveLength(3);
    await score(path("bars.npz"), "--out", path("alerts.csv"), "--alerts", "3");
    const alerts = lines(readFileSync(path("alerts.csv"), "utf8")).slice(1);
    expect(alerts).toHaveLength(3);
    for (const row of alerts) expect(all).toContain(row);
  });

  test("prints the same bytes that it writes, and with --json a line a record", async () => {
    const { stdout } = await score(path("bars.npz"));
    expect(stdout).toBe(readFileSync(path("s.csv"), "utf8"));
    const json = jsonLines((await score(path("bars.npz"), "--limit", "3", "--json")).stdout);
    expect(json).toHaveLength(3);
    expect(Object.keys(json[0])).toEqual(["id", "label", "nats", "p_value", "reasons"]);
    expect(json[0].reasons).toEqual(expect.arrayContaining([expect.objectContaining({ share: expect.any(Number) })]));
  });

  test("writes arrays", async () => {
    await score(path("bars.npz"), "--out", path("s.npz"));
    const npz = await openNpz(byteRanges(readFileSync(path("s.npz"))), "s.npz");
    expect(npz.keys).toEqual(["id", "label", "nats", "p_value", "reasons"]);
    const rows = lines(readFileSync(path("s.csv"), "utf8")).slice(1);
    const nats = Array.from((await npz.read("nats")).values, Number);
    expect(nats).toEqual(rows.map((row) => Number(row.split(",")[2])));
  });

  test("puts strange records first, with the smallest p-value and the place", async () => {
    const strange = await changedBars("strange.npz", 20, (images) => {
      for (let i = 0; i < SIZE; i++) images[3 * SIZE + i] = 255 - images[3 * SIZE + i];
      for (const pixel of [6 * SIDE, 6 * SIDE + 1, 7 * SIDE, 7 * SIDE + 1]) images[11 * SIZE + pixel] = 255;
    });
    const { stdout } = await score(strange, "--out", path("t.csv"), "--top", "2", "--heatmaps", path("heat maps"));
    const [header, first, second, ...rest] = lines(stdout);
    expect(header).toMatch(/^id +nats +p-value +most surprising$/);
    expect(first).toMatch(/^1 +3 +[\d.]+ +0\.016 /);
    expect(second).toMatch(/^2 +11 +-?[\d.]+ +0\.016 +bottom left/);
    expect(rest).toEqual([]);
    expect(readdirSync(path("heat maps")).sort()).toEqual(["11.png", "3.png"]);
    const { width, height } = await sharp(path("heat maps", "11.png")).metadata();
    expect([width, height]).toEqual([(3 * SIDE + 2) * 20, SIDE * 20]);
    // The hottest place of the heat map, the last third of the strip, lies in the planted corner.
    const { data, info } = await sharp(path("heat maps", "11.png")).raw().toBuffer({ resolveWithObject: true });
    const heat = Array.from({ length: SIZE }, (_, pixel) => {
      const [y, x] = [Math.floor(pixel / SIDE) * 20 + 10, (2 * SIDE + 2 + (pixel % SIDE)) * 20 + 10];
      return data[(y * info.width + x) * info.channels] + data[(y * info.width + x) * info.channels + 1];
    });
    const hottest = heat.indexOf(Math.max(...heat));
    expect(Math.floor(hottest / SIDE)).toBeGreaterThanOrEqual(6);
    expect(hottest % SIDE).toBeLessThan(2);

    const json = JSON.parse((await score(strange, "--top", "1", "--json")).stdout);
    expect(json).toMatchObject({ path: null, count: 20, calibrated: 60, top: [{ id: "3" }] });
  });

  test("without calibrated scores p-values are empty, and it says why", async () => {
    const words = ["fit", path("bars.npz"), "--epochs", "1", "--threads", "1", "--valid", "0"];
    await vaekit([...words, "--out", path("bare")]);
    expect(existsSync(path("bare", "calibration.json"))).toBe(false);
    const bare = await run("score", path("bare"), path("bars.npz"), "--limit", "2");
    expect(bare.stderr).toContain("no p-values: this model has no calibration");
    expect(lines(bare.stdout)[1]).toMatch(/^\d+,\d,-?[\d.]+,,/);
    const other = await score(path("bars.npz"), "--limit", "2", "--samples", "9", "--json");
    expect(other.stderr).toContain("calibrated for 4 samples a record, the scores are of 9");
    expect(jsonLines(other.stdout)[0].p_value).toBeNull();
  });

  test("refuses what it cannot write before it works", async () => {
    const finished = await vaekit(["score", path("m"), path("bars.npz"), "--out", path("s.png")]);
    expect(finished).toMatchObject({ status: 2, stderr: expect.stringContaining("E_OUT") });
  });
});

describe("neighbors", () => {
  test("of a record in the data leave it out, and are of its kind", async () => {
    const words = [path("m"), `${path("bars.npz")}#images/4`, path("bars.npz"), "--top", "6"];
    const { stdout } = await run("neighbors", ...words);
    const [header, ...rows] = lines(stdout);
    expect(header.split(/ +/)).toEqual(["query", "rank", "id", "label", "distance"]);
    expect(rows).toHaveLength(6);
    for (const [i, row] of rows.entries()) {
      const [query, rank, id, label] = row.trim().split(/ +/);
      expect([query, rank, label]).toEqual(["4", String(i + 1), "1"]);
      expect(id).not.toBe("4");
    }
    await run("neighbors", ...words, "--out", path("n.csv"));
    expect(lines(readFileSync(path("n.csv"), "utf8"))).toHaveLength(7);
    const json = JSON.parse((await run("neighbors", ...words, "--json")).stdout);
    expect(json).toMatchObject({ queries: 1, count: 6, metric: expect.stringContaining("Euclidean") });
    const distances = json.found.map(({ distance }: { distance: number }) => distance);
    expect(distances).toEqual([...distances].sort((a: number, b: number) => a - b));
  });

  test("of all records among themselves, and on a sheet", async () => {
    await run("neighbors", path("m"), path("bars.npz"), "--limit", "30", "--top", "2", "--out", path("all.jsonl"));
    const rows = jsonLines(readFileSync(path("all.jsonl"), "utf8"));
    expect(rows).toHaveLength(60);
    expect(rows.every(({ query, id }) => query !== id)).toBe(true);
    await run("neighbors", path("m"), path("bars.npz"), "--limit", "5", "--top", "3", "--out", path("n.png"));
    const { channels } = await sharp(path("n.png")).stats();
    expect(channels).toHaveLength(3);
    expect(channels[0].stdev).toBeGreaterThan(20);
  });

  test("--duplicates finds copies and near copies, and no others", async () => {
    const copied = await changedBars("copied.npz", 60, (images) => {
      images.copyWithin(40 * SIZE, 5 * SIZE, 6 * SIZE);
      images.copyWithin(50 * SIZE, 8 * SIZE, 9 * SIZE);
      for (let i = 50 * SIZE; i < 51 * SIZE; i++) images[i] = Math.max(0, images[i] - (i % 2 ? 5 : 0)); // 2 % of the range
    });
    const { stdout, stderr } = await run(
      "neighbors",
      path("m"),
      copied,
      "--duplicates",
      "--json",
      "--tolerance",
      "0.02",
    );
    const { found, copies, nearCopies } = JSON.parse(stdout);
    expect({ copies, nearCopies }).toEqual({ copies: 1, nearCopies: 1 });
    expect(found).toMatchObject([
      { kind: "exact", id: "5", other_id: "40", difference: 0 },
      { kind: "near", id: "8", other_id: "50" },
    ]);
    expect(found[1].difference).toBeGreaterThan(0.005);
    expect(stderr).toContain("1 exact and 1 near copies among 60 records");
    const none = await run(
      "neighbors",
      path("m"),
      `${path("bars.npz")}`,
      "--duplicates",
      "--limit",
      "9",
      "--out",
      path("d.png"),
    );
    expect(none.stderr).toContain("nothing to draw");
    expect(existsSync(path("d.png"))).toBe(false);
  });

  test.each([
    [["bars.npz", "--duplicates"], 2, "--duplicates looks at one DATA"],
    [["--out", "n.gif"], 2, "E_OUT"],
  ])("refuses %j", async (words, status, message) => {
    const finished = await vaekit(["neighbors", path("m"), path("bars.npz"), ...words], { cwd: path() });
    expect(finished).toMatchObject({ status, stderr: expect.stringContaining(message) });
  });
});

describe("direction", () => {
  test("tells the records of a label apart, with the AUC on records held out", async () => {
    const { stdout, stderr } = await run(
      "direction",
      path("m"),
      path("bars.npz"),
      "--where",
      "label = 1",
      "--out",
      path("d.json"),
    );
    expect(stdout).toMatch(/held-out AUC +(1|0\.9\d+)(\.0+)? \(34 with it, 67 without\)/);
    expect(stderr).toContain(path("d.json"));
    const found = JSON.parse(readFileSync(path("d.json"), "utf8"));
    expect(found).toMatchObject({
      format: "vaekit-direction",
      formatVersion: 1,
      latent: LATENT,
      where: "label = 1",
      counts: { train: { positive: 33, negative: 66 }, heldOut: { positive: 34, negative: 67 }, unlabelled: 0 },
    });
    expect(found.model).toMatch(/^[0-9a-f]{32}$/);
    expect(Math.hypot(...found.direction)).toBeCloseTo(1, 10);
    expect(found.origin).toHaveLength(LATENT);
    expect(found.scale).toBeGreaterThan(0);
    expect(found.means.positive).toBeGreaterThan(found.means.negative);
  });

  test.each([
    [["--where", "label = 7"], 2, "E_UNKNOWN"],
    [["--where", "label in (0, 1, 2)"], 3, "0 records are not label in (0, 1, 2)"],
  ])("refuses %j", async (words, status, message) => {
    const finished = await vaekit(["direction", path("m"), path("bars.npz"), ...words]);
    expect(finished).toMatchObject({ status, stderr: expect.stringContaining(message) });
  });
});

test("the methods of the library answer the same, and a model that is saved again keeps its calibration", async () => {
  const data = await open(path("bars.npz"));
  const vae = await Vae.load(path("m"), { threads: 1 });
  const { nats, pValues, ids, labels, reasons, protocol } = await vae.score(data);
  const rows = lines(readFileSync(path("s.csv"), "utf8")).slice(1);
  const [id, label, natsText, p] = rows[9].split(",");
  expect([ids[9], labels?.[9], nats[9], pValues?.[9]]).toEqual([id, label, Number(natsText), Number(p)]);
  expect(reasons[9].length).toBeGreaterThan(0);
  expect(protocol).toMatchObject({ samples: 4, seed: 0, records: "all" });

  const queries = subset(data, Uint32Array.of(4));
  const { found } = await vae.neighbors(queries, data, { top: 3 });
  expect(found[0].neighbors.map(({ label }) => label)).toEqual(["1", "1", "1"]);
  expect((await vae.duplicates(subset(data, Uint32Array.of(1, 2, 1)))).pairs).toMatchObject([{ kind: "exact" }]);
  expect((await vae.direction(data, { where: "label = 1", seed: 0 })).direction).toEqual(
    JSON.parse(readFileSync(path("d.json"), "utf8")).direction,
  );

  await vae.save(path("saved"));
  await vae.dispose();
  const again = await Vae.load(path("saved"), { threads: 1 });
  expect((await again.score(queries)).pValues?.[0]).toBe(pValues?.[4]);
  await again.dispose();
});
