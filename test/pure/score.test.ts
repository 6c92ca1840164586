/** Scores: estimates in closed form, p-values that keep their promise, answers that know no neighbours, reasons. */

import { describe, expect, test } from "vitest";
import { subset } from "../../src/data/subset.js";
import { conformalP, whyUncalibrated } from "../../src/eval/conformal.js";
import { heatMap, inferno } from "../../src/eval/report/heat.js";
import { type ScoredBatch, scoreRecords } from "../../src/eval/score.js";
import { image } from "../../src/fields/image.js";
import { likelihoods } from "../../src/model/list.js";
import type { Runner } from "../../src/model/runner.js";
import { Philox } from "../../src/random.js";
import { type Calibration, calibrationText, parseCalibration } from "../../src/store/calibration.js";
import { reasonsText, type ScoredRecord, scoreDataset, strangestOf } from "../../src/verbs/scores.js";
import { textTable } from "../../src/verbs/text-table.js";
import { LINEAR, linearRunner, normalLogDensity, onePixelDataset } from "../helpers/linear-model.js";

const OPTIONS = { samples: 4, seed: 0, explain: true };
const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

async function scores(runner: Runner, data: ReturnType<typeof onePixelDataset>, options = OPTIONS) {
  const batches: ScoredBatch[] = [];
  for await (const batch of scoreRecords(runner, data, all(data.count), options)) batches.push(batch);
  return {
    nats: batches.flatMap(({ nats }) => [...nats]),
    surprise: batches.flatMap(({ seen }) => [...(seen?.surprise.image ?? [])]),
  };
}

/** Records as the linear model has them: x ~ N(b, w^2 + s2). */
function drawn(count: number, stream: number) {
  const { w, b, s2 } = LINEAR;
  const values = new Philox(11, stream).normals(new Float32Array(count)).map((eps) => b + eps * Math.sqrt(w * w + s2));
  return onePixelDataset(count, values);
}

describe("nats", () => {
  test("come near -log p(x) of each record as the samples grow", async () => {
    const data = onePixelDataset(100);
    const { nats } = await scores(linearRunner(), data, { ...OPTIONS, samples: 500 });
    const { image: x } = data.read(all(100)) as { image: Float32Array };
    nats.forEach((value, i) => {
      expect(Math.abs(value + normalLogDensity(x[i], LINEAR.b, LINEAR.w ** 2 + LINEAR.s2))).toBeLessThan(0.12);
    });
  });

  test("are the same bits whatever the order, the neighbours and their number", async () => {
    const data = onePixelDataset(150);
    const { nats, surprise } = await scores(linearRunner(), data);
    const order = new Philox(2).permutation(150);
    const mixed = await scores(linearRunner(), subset(data, order));
    expect(mixed.nats).toEqual(Array.from(order, (i) => nats[i]));
    expect(mixed.surprise).toEqual(Array.from(order, (i) => surprise[i]));
    for (const i of [0, 77, 149])
      expect((await scores(linearRunner(), subset(data, Uint32Array.of(i)))).nats).toEqual([nats[i]]);
    expect((await scores(linearRunner(), data, { ...OPTIONS, seed: 1 })).nats).not.toEqual(nats);
  });

  test("are asked for in calls of one size, so that no sum depends on how many records there are", async () => {
    const runner = linearRunner({ size: 4, latent: 4 });
    await scores(runner, onePixelDataset(70, new Float32Array(280)), { ...OPTIONS, samples: 3 });
    expect(runner.seen.rows).toEqual([3 * 64, 3 * 64]);
    const odd = linearRunner();
    await scores(odd, onePixelDataset(2), { ...OPTIONS, samples: 3 });
    expect(odd.seen.rows).toEqual([3, 3]);
  });

  test("of a likelihood that is no density are refused", async () => {
    likelihoods.register({ ...likelihoods.get("normal"), name: "no-density", isDensity: false });
    await expect(scores(linearRunner({ likelihood: "no-density" }), onePixelDataset(3))).rejects.toMatchObject({
      code: "E_MODEL",
      message: expect.stringContaining('field "image" is no density'),
    });
  });

  test("a stop says how far it came", async () => {
    const stopped = new AbortController();
    const onProgress = () => stopped.abort();
    const options = { ...OPTIONS, calibration: null, signal: stopped.signal, onProgress };
    await expect(scoreDataset(linearRunner(), onePixelDataset(200), options)).rejects.toMatchObject({
      code: "E_INTERRUPTED",
      message: "toy#test: stopped after 1 of 200 records",
    });
  });
});

test("surprise is the mean over all particles by their weights, though they are done in turns", async () => {
  const data = onePixelDataset(5, new Philox(8).uniforms(new Float32Array(20)));
  const whole = linearRunner({ size: 4, latent: 4 });
  const samples = 21; // in three turns
  const { surprise } = await scores(whole, data, { ...OPTIONS, samples });
  // The same particles in one call, through the runner itself.
  let noise: Float32Array[] = [];
  let columns: Parameters<Runner["explain"]>[0] = {};
  const spying: Runner = {
    ...whole,
    explain(given, count, particles, eps) {
      columns = given;
      noise = [...noise, eps];
      return whole.explain.call(whole, given, count, particles, eps);
    },
  };
  await scores(spying, data, { ...OPTIONS, samples });
  expect(noise).toHaveLength(3);
  const together = Float32Array.from(noise.flatMap((part) => [...part]));
  const expected = await whole.explain(columns, 64, samples, together);
  surprise.forEach((value, i) => {
    expect(value).toBeCloseTo(expected.surprise.image[i], 4);
  });
});

describe("p-values", () => {
  test("are one plus the calibration scores that are as high, over n plus one", () => {
    const ascending = [1, 2, 2, 3];
    const brute = (nats: number) => (1 + ascending.filter((score) => score >= nats).length) / 5;
    for (const nats of [0, 1, 1.5, 2, 2.5, 3, 4, Number.POSITIVE_INFINITY])
      expect(conformalP(ascending, nats)).toBe(brute(nats));
    expect(conformalP(ascending, Number.NaN)).toBe(1 / 5);
  });

  test("of records like those of training are uniform (Kolmogorov-Smirnov), and of strange ones the smallest", async () => {
    const calibrated = await scores(linearRunner(), drawn(1000, 1), { ...OPTIONS, explain: false });
    const ascending = calibrated.nats.sort((a, b) => a - b);
    const fresh = await scores(linearRunner(), drawn(1000, 2), { ...OPTIONS, explain: false });
    const p = fresh.nats.map((nats) => conformalP(ascending, nats)).sort((a, b) => a - b);
    // Two samples of 1000 are compared: the largest gap of their distributions, at the 1 % level.
    const gap = Math.max(...p.map((value, i) => Math.max(value - i / 1000, (i + 1) / 1000 - value)));
    expect(gap).toBeLessThan(1.63 * Math.sqrt(2 / 1000));
    const strange = await scores(linearRunner(), onePixelDataset(2, Float32Array.of(4, -3)), OPTIONS);
    for (const nats of strange.nats) expect(conformalP(ascending, nats)).toBe(1 / 1001);
  });

  test("are given for the calibrated number of samples only, and the reason is told", async () => {
    const calibration = parseCalibration(calibrationText(protocol, [3, 1, 2]), "calibration.json");
    expect(whyUncalibrated(calibration, 4)).toBeNull();
    expect(whyUncalibrated(calibration, 5)).toContain("calibrated for 4 samples a record, the scores are of 5");
    expect(whyUncalibrated(null, 4)).toContain("--valid");
    const data = onePixelDataset(3);
    const judged = await scoreDataset(linearRunner(), data, { ...OPTIONS, calibration });
    expect(judged).toMatchObject({ count: 3, notice: null, labels: null, protocol: { samples: 4, records: "all" } });
    expect([...judged.pValues!].every((p) => [0.25, 0.5, 0.75, 1].includes(p))).toBe(true);
    const unjudged = await scoreDataset(linearRunner(), data, { ...OPTIONS, calibration: null });
    expect(unjudged).toMatchObject({ pValues: null, notice: expect.stringContaining("no calibration") });
    expect(unjudged.nats).toEqual(judged.nats);
  });
});

const protocol: Calibration["protocol"] = {
  data: "d",
  fingerprint: "f",
  records: "all",
  samples: 4,
  seed: 0,
  target: "as stored",
  likelihoods: { image: "normal" },
  unit: "nats per record",
};

test.each([
  ["{", /truncated or damaged/],
  ["[]", /invalid content/],
  [calibrationText(protocol, []), /invalid nats/],
  [calibrationText(protocol, [1, 2]).replace("[1,2]", "[2,1]"), /nats\[1\] is smaller/],
  [calibrationText(protocol, [1]).replace('"samples":4', '"samples":"4"'), /protocol.samples/],
  [calibrationText(protocol, [1]).replace('Version":1', 'Version":2'), /formatVersion/],
])("a damaged calibration is named: %#", (text, message) => {
  expect(() => parseCalibration(text, "m/calibration.json")).toThrow(message);
  expect(() => parseCalibration(text, "m/calibration.json")).toThrow(/^m\/calibration.json: /);
});

describe("reasons", () => {
  const explain = (height: number, width: number, channels: number, surprise: Float32Array) =>
    image.explain({ surprise, values: surprise, mean: surprise }, { kind: "image", height, width, channels });

  test("name the ninth of a picture that each value lies in, and sum to all of it", () => {
    const [height, width, channels] = [7, 10, 3];
    const surprise = new Philox(1).uniforms(new Float32Array(height * width * channels));
    const parts = explain(height, width, channels, surprise);
    expect(parts.map(({ part }) => part)).toEqual([
      "top left",
      "top",
      "top right",
      "left",
      "centre",
      "right",
      "bottom left",
      "bottom",
      "bottom right",
    ]);
    const sum = surprise.reduce((a, b) => a + b, 0);
    expect(parts.reduce((total, { nats }) => total + nats, 0)).toBeCloseTo(sum, 3);
  });

  test.each([
    [0, 0, "top left"],
    [0, 9, "top right"],
    [4, 5, "centre"],
    [8, 0, "bottom left"],
    [8, 4, "bottom"],
    [3, 2, "left"],
  ])("a pixel at row %i, column %i is %s", (row, column, part) => {
    const surprise = new Float32Array(9 * 10);
    surprise[row * 10 + column] = 5;
    expect(explain(9, 10, 1, surprise).filter(({ nats }) => nats > 0)).toEqual([{ part, nats: 5 }]);
  });

  test("a picture of one pixel is all centre", () => {
    expect(explain(1, 1, 1, Float32Array.of(2)).find(({ nats }) => nats > 0)).toEqual({ part: "centre", nats: 2 });
  });

  test("are told with their shares, small ones not", async () => {
    const { reasons } = await scoreDataset(
      linearRunner({ size: 9 }),
      onePixelDataset(2, new Float32Array(18).fill(0.9)),
      {
        ...OPTIONS,
        calibration: null,
      },
    );
    expect(reasonsText(reasons[0])).toBe("left 100 %"); // a row of nine pixels, of which the model knows the first
    const none = await scoreDataset(linearRunner(), onePixelDataset(2), {
      ...OPTIONS,
      explain: false,
      calibration: null,
    });
    expect(none.reasons).toEqual([[], []]);
  });
});

test("the strangest records come first, the first of equals, NaN before all", () => {
  const record = (index: number, nats: number) => ({ index, nats }) as ScoredRecord;
  const values = [3, 9, 1, 9, Number.NaN, 7, 8, 2];
  const { add, records } = strangestOf(4);
  values.forEach((nats, i) => {
    add(record(i, nats));
  });
  expect(records.map(({ index }) => index)).toEqual([4, 1, 3, 6]);
});

describe("heat maps", () => {
  test("colours rise in lightness from black to pale yellow", () => {
    const lightness = Array.from({ length: 101 }, (_, i) => {
      const [r, g, b] = inferno(i / 100).map((byte) => (byte / 255) ** 2.2);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    for (let i = 1; i < 101; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1] - 1e-3);
    expect([inferno(-1), inferno(2)]).toEqual([
      [0, 0, 4],
      [252, 255, 164],
    ]);
  });

  test("glow where the surprise is, and show the dark grey picture elsewhere", () => {
    const size = { height: 9, width: 9, channels: 1 };
    const surprise = new Float32Array(81);
    surprise[2 * 9 + 6] = 10;
    const values = new Float32Array(81).fill(1);
    const heat = heatMap(surprise, values, size);
    const at = (row: number, column: number) => [...heat.subarray(3 * (9 * row + column), 3 * (9 * row + column) + 3)];
    expect(at(2, 6)).toEqual([252, 255, 164]);
    expect(at(7, 1)).toEqual([140, 140, 140]);
    expect(heatMap(new Float32Array(81), values, size).every((byte) => byte === 140)).toBe(true);
  });
});

test("a table for people is aligned, cut, and cannot steer a terminal", () => {
  const text = textTable([
    { name: "id", cells: ["a", "\u001b[31mred", `${"x".repeat(40)}${"y".repeat(40)}.png`] },
    { name: "n", cells: ["1", "22", "3"], align: "right" },
  ]);
  const lines = text.split("\n");
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
  expect(lines[2]).toContain("?[31mred");
  expect(lines[3]).toMatch(/^x+\.\.\.y+\.png +3$/);
});
