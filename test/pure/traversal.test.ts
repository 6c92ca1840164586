/** Walks through latent space: where they go, how they look on a sheet. */

import { describe, expect, test } from "vitest";
import { traversalFrames, traversalSheet } from "../../src/eval/report/traversal-sheet.js";
import { directionWalk, latentWalks, strides, walkedLatents } from "../../src/eval/traversal.js";
import { readDirection } from "../../src/verbs/direction-file.js";
import { memoryHost } from "../helpers/memory-host.js";

const statistics = {
  records: 10,
  kl: [0.1, 2, 0.5],
  mean: [1, 2, 3],
  variance: [0.001, 0.64, 0.09],
  posteriorVariance: [1, 0.36, 0.07], // standard deviations of the aggregate posterior: 1.0005, 1, 0.4
};
const stride = { steps: 5, range: 2 };

/** Codes of a walk, a row each. */
const rowsOf = (codes: Float32Array, width: number) =>
  Array.from({ length: codes.length / width }, (_, i) => Array.from(codes.slice(i * width, (i + 1) * width)));

describe("a walk along a latent", () => {
  test("goes over its standard deviations while the others stay at their means", () => {
    expect(strides(stride)).toEqual([-2, -1, 0, 1, 2]);
    const [walk] = latentWalks(statistics, [2], stride);
    expect(walk).toMatchObject({ name: "latent 2", note: "KL 0.50 nats" });
    const rows = rowsOf(walk.codes, 3);
    expect(rows.map(([a, b]) => [a, b])).toEqual(Array(5).fill([1, 2]));
    for (const [i, row] of rows.entries()) expect(row[2]).toBeCloseTo(3 + (i - 2) * 0.4, 6);
  });

  test("passes through a record's code, of which it changes that latent alone", () => {
    const at = Float32Array.of(7, 8, 9);
    const [walk] = latentWalks(statistics, [1], { ...stride, at });
    expect(rowsOf(walk.codes, 3)).toEqual([0, 1, 2, 3, 4].map((value) => [7, value, 9]));
  });

  test("is taken for active latents, the most informative first", () => {
    expect(walkedLatents(statistics, 16)).toEqual([1, 2]);
    expect(walkedLatents(statistics, 1)).toEqual([1]);
  });

  test("of a collapsed model is taken for the least idle", () => {
    expect(walkedLatents({ ...statistics, variance: [0, 0, 0] }, 2)).toEqual([1, 2]);
  });

  test("of a latent that does not exist is refused", () => {
    expect(() => latentWalks(statistics, [3], stride)).toThrow("got 3, the model has 3 (0..2)");
  });
});

describe("a walk along a direction", () => {
  const direction = { direction: [0.6, 0.8], origin: [1, 1], scale: 5, where: "label = bee", auc: 0.98765 };

  test("goes from its origin, or from a record, in standard deviations", () => {
    const walk = directionWalk(direction, { steps: 3, range: 2 });
    expect(walk).toMatchObject({ name: "label = bee", note: "AUC 0.988" });
    expect(rowsOf(walk.codes, 2)).toEqual([
      [-5, -7],
      [1, 1],
      [7, 9],
    ]);
    const from = directionWalk({ ...direction, auc: null }, { steps: 3, range: 1, at: Float32Array.of(0, 10) });
    expect(from.note).toBe("");
    expect(rowsOf(from.codes, 2)).toEqual([
      [-3, 6],
      [0, 10],
      [3, 14],
    ]);
  });

  test("is read from its file, and what is none is refused with what is wrong", async () => {
    const file = { format: "vaekit-direction", latent: 2, ...direction };
    const read = (content: unknown, latent = 2) =>
      readDirection(
        "d.json",
        latent,
        memoryHost({ "d.json": typeof content === "string" ? content : JSON.stringify(content) }),
      );
    expect(await read(file)).toMatchObject({ where: "label = bee", direction: [0.6, 0.8], auc: 0.98765 });
    await expect(read("{ not json")).rejects.toMatchObject({
      code: "E_FILE",
      hint: expect.stringContaining("vaekit direction"),
    });
    await expect(read({ ...file, format: "else" })).rejects.toThrow(/d\.json: no direction: format/);
    await expect(read({ ...file, scale: 0 })).rejects.toThrow(/d\.json: no direction: scale/);
    await expect(read(file, 3)).rejects.toMatchObject({
      code: "E_DATA",
      message: "d.json: direction has 2 values, the model has 3 latents",
    });
  });
});

describe("walks as pictures", () => {
  /** Two walks of three steps in colour, [2, 2] pixels, each of one value. */
  const values = [10, 20, 30, 40, 50, 60];
  const pictures = {
    count: 6,
    height: 2,
    width: 2,
    channels: 1,
    pixels: Uint8Array.from(values.flatMap((value) => Array(4).fill(value))),
  };
  const walks = [
    { name: "latent 1", note: "KL 2.00 nats" },
    { name: "latent 2", note: "" },
  ];
  const traversal = { pictures, walks, strides: [-2, 0, 2] };
  const count = (pixels: Uint8Array, value: number) => {
    let found = 0;
    for (let i = 0; i < pixels.length; i += 3)
      if (pixels[i] === value && pixels[i + 1] === value && pixels[i + 2] === value) found++;
    return found;
  };

  test("on a sheet every picture is there once, large enough to see, a walk a row", () => {
    const { height, width, pixels } = traversalSheet(traversal);
    for (const value of values) expect(count(pixels, value)).toBe(56 * 56);
    const placeOf = (value: number) => {
      for (let i = 0; i < pixels.length; i += 3)
        if (pixels[i] === value && pixels[i + 2] === value) return [(i / 3) % width, Math.floor(i / 3 / width)];
      return [];
    };
    const places = values.map(placeOf);
    expect(places[0][1]).toBe(places[2][1]);
    expect(places[3][1]).toBeGreaterThan(places[0][1] + 55);
    expect(places[1][0]).toBe(places[4][0]);
    expect(height).toBeGreaterThan(2 * 56);
    expect(places[0][0]).toBeGreaterThan(60); // words stand on the left
  });

  test("as frames all walks go on together, each with its name", () => {
    const frames = traversalFrames(traversal);
    expect(frames.count).toBe(3);
    const size = frames.pixels.length / 3;
    [10, 20, 30].forEach((value, step) => {
      const frame = frames.pixels.subarray(step * size, (step + 1) * size);
      expect(count(frame, value)).toBe(56 * 56);
      expect(count(frame, value + 30)).toBe(56 * 56);
      expect(count(frame, 255)).toBeLessThan(size / 3 - 2 * 56 * 56 - 50); // letters
    });
  });
});
