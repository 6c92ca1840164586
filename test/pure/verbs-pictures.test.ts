/** What the picture verbs do between model and file: orders, walks, maps. */

import { describe, expect, test } from "vitest";
import { letterOf, textWidth } from "../../src/eval/report/lettering.js";
import { drawScatter } from "../../src/eval/report/scatter.js";
import type { Pictures } from "../../src/host.js";
import type { Runner } from "../../src/model/runner.js";
import { pairSeries, pairSheet } from "../../src/verbs/pairs.js";
import { decodePictures } from "../../src/verbs/pictures.js";
import { drawSamples } from "../../src/verbs/sample-pictures.js";
import { thereAndBack, walkBetween } from "../../src/verbs/walks.js";
import { configOf } from "../helpers/models.js";

/** Pictures of one pixel. */
const pixels = (...values: number[]): Pictures => ({
  count: values.length,
  height: 1,
  width: 1,
  channels: 1,
  pixels: Uint8Array.from(values),
});

/** A model whose pictures [1, 2, 1] are its latents. */
const latents: Runner & { readonly batches: number[] } = {
  batches: [],
  config: configOf([1, 2, 1]),
  latent: 2,
  encode: async () => ({ mu: new Float32Array(), logvar: new Float32Array() }),
  async decode(z, count) {
    this.batches.push(count);
    return { image: z };
  },
  noiseSize: 2,
  draw: async (noise, _count, temperature) => noise.map((value) => value * temperature),
  drawRecords: async () => ({}),
  writer: () => Promise.reject(new Error("not used")),
  score: async () => ({ reconstruction: new Float32Array(), kl: new Float32Array(), logWeights: new Float32Array() }),
  probe: () => Promise.reject(new Error("not used")),
  explain: () => Promise.reject(new Error("not used")),
  weights: async () => new Map(),
  dispose: async () => {},
};

describe("pairs", () => {
  const pairs = (count: number) => {
    const first = Array.from({ length: count }, (_, i) => i + 1);
    return {
      original: pixels(...first),
      reconstruction: pixels(...first.map((value) => value + 100)),
      ids: first.map(String),
    };
  };

  test("on a sheet reconstructions stand below their originals", () => {
    const { pictures, columns } = pairSheet(pairs(3));
    expect(columns).toBe(3);
    expect(Array.from(pictures.pixels)).toEqual([1, 2, 3, 101, 102, 103]);
  });
  test("a row that is not full leaves white gaps", () => {
    const { pictures, columns } = pairSheet(pairs(10));
    expect(columns).toBe(8);
    const rows = Array.from({ length: 4 }, (_, row) => Array.from(pictures.pixels.slice(8 * row, 8 * row + 8)));
    expect(rows[2]).toEqual([9, 10, 255, 255, 255, 255, 255, 255]);
    expect(rows[3]).toEqual([109, 110, 255, 255, 255, 255, 255, 255]);
  });
  test("as files each original is followed by its reconstruction", () => {
    const { pictures } = pairSeries(pairs(2));
    expect(Array.from(pictures.pixels)).toEqual([1, 101, 2, 102]);
    expect(pictures.names).toEqual(["1-original", "1-reconstruction", "2-original", "2-reconstruction"]);
  });
});

describe("a walk", () => {
  const walk = async (from: number[], to: number[], path: "linear" | "spherical", steps = 3) => {
    const ends = [Float32Array.from(from), Float32Array.from(to)] as const;
    const { pixels } = await walkBetween(latents, ends, { steps, path });
    return Array.from(pixels, (value) => value / 255);
  };

  test("straight, with both ends", async () => {
    const [a, b, c, d, e, f] = await walk([0, 0.2], [1, 0.6], "linear");
    expect([a, b, e, f]).toEqual([0, 0.2, 1, 0.6]);
    expect(c).toBeCloseTo(0.5, 2);
    expect(d).toBeCloseTo(0.4, 2);
  });
  test("along a circle keeps the distance from the origin", async () => {
    const [, , x, y] = await walk([1, 0], [0, 1], "spherical");
    expect(Math.hypot(x, y)).toBeCloseTo(1, 2);
    expect(x).toBeCloseTo(y, 2);
  });
  test("along a circle between ends without an angle is straight", async () => {
    expect((await walk([0, 0], [1, 1], "spherical"))[2]).toBeCloseTo(0.5, 2);
    expect((await walk([0.5, 0.5], [1, 1], "spherical"))[2]).toBeCloseTo(0.75, 2);
  });
  test("there and back rests at both ends and repeats no other frame", () => {
    const frames = Array.from(thereAndBack(pixels(1, 2, 3, 4)).pixels);
    const without = frames.filter((value) => value === 2 || value === 3);
    expect(without).toEqual([2, 3, 3, 2]);
    expect(frames.filter((value) => value === 1).length).toBeGreaterThan(2);
    expect(Array.from(thereAndBack(pixels(1, 2)).pixels)).toContain(2);
  });
});

describe("samples", () => {
  test("the first of many are those of a few", async () => {
    const options = { seed: 3, temperature: 1 };
    const few = await drawSamples(latents, { count: 5, ...options });
    const many = await drawSamples(latents, { count: 600, ...options });
    expect(many.pixels.subarray(0, few.pixels.length)).toEqual(few.pixels);
  });
  test("go through the model in batches", async () => {
    latents.batches.length = 0;
    await drawSamples(latents, { count: 600, seed: 0, temperature: 1 });
    expect(latents.batches).toEqual([256, 256, 88]);
  });
  test("stop when they are told to", async () => {
    const signal = AbortSignal.abort();
    await expect(drawSamples(latents, { count: 5, seed: 0, temperature: 1, signal })).rejects.toThrow(/abort/);
  });
  test("latents of another width are refused", async () => {
    await expect(decodePictures(latents, new Float32Array(3))).rejects.toThrow(/expected a multiple of 2/);
  });
});

describe("a map", () => {
  const plot = (count: number, classes: number) =>
    drawScatter({
      points: Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 1.7) * (i % 2 ? 3 : 1)),
      classes: classes > 0 ? Int32Array.from({ length: count }, (_, i) => i % classes) : null,
      names: Array.from({ length: classes }, (_, i) => `class ${i}`),
      title: "Where they lie",
      subtitle: "PCA of 20 latents",
      axes: ["PC 1 (21 %)", "PC 2 (17 %)"],
    });
  const colours = ({ pixels }: Pictures) => {
    const seen = new Map<string, number>();
    for (let i = 0; i < pixels.length; i += 3) {
      const colour = pixels.subarray(i, i + 3).join();
      seen.set(colour, (seen.get(colour) ?? 0) + 1);
    }
    return seen;
  };

  test("has dots and a legend in the colour of each class", () => {
    const seen = colours(plot(500, 3));
    for (const colour of ["49,104,190", "232,119,34", "44,150,76"]) expect(seen.get(colour)).toBeGreaterThan(50);
  });
  test("without classes has one colour, and no room for a legend", () => {
    expect(plot(100, 0).width).toBeLessThan(plot(100, 3).width);
  });
  test("has a legend of names as long as they come", () => {
    const name = "a class with a rather long name";
    const drawn = Array.from({ length: name.length }, (_, i) =>
      drawScatter({
        points: Float32Array.of(0, 0, 1, 1),
        classes: Int32Array.of(0, 0),
        names: [name.slice(0, i + 1)],
        title: "",
        subtitle: "",
        axes: ["x", "y"],
      }),
    );
    for (const { pixels, width, height } of drawn) expect(pixels).toHaveLength(width * height * 3);
  });
  test("of one point, or of points that are all the same, is drawn too", () => {
    expect(colours(plot(1, 1)).size).toBeGreaterThan(3);
    const same = drawScatter({
      points: new Float32Array(20),
      classes: null,
      names: [],
      title: "",
      subtitle: "",
      axes: ["x", "y"],
    });
    expect(colours(same).size).toBeGreaterThan(3);
  });
  test("of more classes than fit says how many more there are", () => {
    expect(plot(100, 60).height).toBe(plot(100, 3).height);
  });
});

describe("lettering", () => {
  const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
  test("has strokes of its own for every printable character", () => {
    const unknown = JSON.stringify(letterOf("\u2603").strokes);
    for (const character of printable.slice(1)) {
      const { strokes, advance } = letterOf(character);
      expect(JSON.stringify(strokes), character).not.toBe(unknown);
      expect(strokes.length, character).toBeGreaterThan(0);
      expect(advance, character).toBeGreaterThan(0);
      for (const [x, y] of strokes.flat()) {
        expect(x, character).toBeGreaterThanOrEqual(0);
        expect(y, character).toBeGreaterThanOrEqual(-4);
        expect(y, character).toBeLessThanOrEqual(12);
      }
    }
  });
  test("drops accents and boxes what it does not know", () => {
    expect(letterOf("é").strokes).toEqual(letterOf("e").strokes);
    expect(letterOf("\u2603").strokes.length).toBe(1);
  });
  test("a text is as wide as its letters", () => {
    expect(textWidth("aa")).toBeGreaterThan(2 * textWidth("a"));
    expect(textWidth("mm")).toBeGreaterThan(textWidth("ll"));
  });
});
