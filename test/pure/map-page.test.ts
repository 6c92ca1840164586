/** The map page before a browser opens it: its ground, its pictures, its text; and what its script finds and colours. */

import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { outlines, traceSmooth } from "../../pages/map/contour.js";
import { DotIndex } from "../../pages/map/dot-index.js";
import { CLASS_COLOURS, classColour, classShape, type Rgb, SHAPES } from "../../pages/map/palette.js";
import { findIds } from "../../pages/map/search.js";
import { labelsOf } from "../../src/data/labels.js";
import { rangesOf } from "../../src/eval/label-ranges.js";
import { base64 } from "../../src/eval/map-page/base64.js";
import { boxOf, cellMiddles, gridOver, nearCells, reachOf } from "../../src/eval/map-page/ground.js";
import { shortName } from "../../src/eval/map-page/notes.js";
import { MAX_BYTES, type MapPage, mapPage } from "../../src/eval/map-page/page.js";
import type { PageData } from "../../src/eval/map-page/page-data.js";
import { makeSprites, type ReadPictures } from "../../src/eval/map-page/sprites.js";
import type { Host, PictureLayout, PictureSink, Pictures } from "../../src/host.js";
import { Philox } from "../../src/random.js";
import { memoryHost } from "../helpers/memory-host.js";

const cloudOf = (count: number) => new Philox(9).normals(new Float32Array(2 * count));

describe("the ground", () => {
  test("of a few far points is that of all the others", () => {
    const points = cloudOf(4000);
    points.set([1e6, -1e6], 100);
    const { left, right, bottom, top } = boxOf(points);
    for (const edge of [-left, right, -bottom, top]) expect(edge).toSatisfy((e: number) => e > 2.5 && e < 5);
  });
  test("of one point has room around it", () => {
    expect(boxOf(Float32Array.of(3, 4))).toEqual({ left: 2, right: 4, bottom: 3, top: 5 });
  });
  test("is near where a point is within reach, as every distance says", () => {
    const points = cloudOf(60);
    const box = { left: -2, right: 2, bottom: -1.5, top: 1.5 };
    const cells = nearCells(points, box, 20, 12, 0.3);
    const middles = cellMiddles(box, 20, 12);
    for (let i = 0; i < 240; i++) {
      const [x, y] = [middles[2 * i], middles[2 * i + 1]];
      const isNear = Array.from({ length: 60 }, (_, j) => Math.hypot(points[2 * j] - x, points[2 * j + 1] - y)).some(
        (distance) => distance <= 0.3,
      );
      expect(cells[i], `${x}, ${y}`).toBe(Number(isNear));
    }
    expect(cells.reduce((sum, cell) => sum + cell)).toSatisfy((sum: number) => sum > 20 && sum < 220);
  });
  test("reaches farther around points that are far from each other", () => {
    const box = { left: -4, right: 4, bottom: -4, top: 4 };
    expect(reachOf(cloudOf(40), box)).toBeGreaterThan(2 * reachOf(cloudOf(4000), box));
  });
  test("is divided into cells that are near square, the top row first", () => {
    const { columns, rows } = gridOver({ left: 0, right: 4, bottom: 0, top: 1 }, 1024);
    expect([columns, rows]).toEqual([64, 16]);
    expect(gridOver({ left: 0, right: 1, bottom: 0, top: 1 }, 1024, 4)).toEqual({ columns: 16, rows: 64 });
    expect(gridOver({ left: 0, right: 1e9, bottom: 0, top: 1 }, 1024).columns).toBe(128);
    expect(Array.from(cellMiddles({ left: 0, right: 2, bottom: 0, top: 2 }, 2, 2))).toEqual([
      0.5, 1.5, 1.5, 1.5, 0.5, 0.5, 1.5, 0.5,
    ]);
  });
});

/** A host with a sink for WebP whose files are as long as `length` says, and what was written to it. */
function hostWith(length: (sheet: Pictures, layout: PictureLayout) => number) {
  const written: { sheet: Pictures; layout: PictureLayout }[] = [];
  const sink: PictureSink = {
    name: "webp",
    extensions: [".webp"],
    async write(path, sheet, layout, host) {
      written.push({ sheet, layout });
      await host.files.write(path, new Uint8Array(length(sheet, layout)));
      return [path];
    },
  };
  const host: Host = { ...memoryHost(), pictureSinks: [sink] };
  return { host, written };
}
const rawBytes = (sheet: Pictures, { quality = 100 }: PictureLayout) => (sheet.pixels.length * quality) / 100;

/** Pictures 8x6, each of the grey value of its index. */
const read: ReadPictures = async (indices) => ({
  count: indices.length,
  height: 8,
  width: 6,
  channels: 1,
  pixels: Uint8Array.from({ length: indices.length * 48 }, (_, i) => indices[Math.floor(i / 48)]),
});

describe("sheets of pictures", () => {
  test("hold them in order, as they are where that is small enough", async () => {
    const { host, written } = hostWith(rawBytes);
    const wishes = { bytes: 1e6, side: 64, columns: 5, perSheet: 15 };
    const sprites = await makeSprites(20, read, wishes, host);
    expect(sprites).toMatchObject({ height: 8, width: 6, columns: 5, perSheet: 15 });
    expect(sprites?.sheets.map((sheet) => sheet.slice(0, 23))).toEqual(Array(2).fill("data:image/webp;base64,"));
    const [, first, second] = written.map(({ sheet }) => sheet);
    expect([first.width, first.height, second.height]).toEqual([30, 24, 8]);
    for (const [index, x, y] of [
      [0, 0, 0],
      [4, 29, 7],
      [5, 0, 8],
      [14, 24, 23],
    ])
      expect(first.pixels[y * 30 + x]).toBe(index);
    expect(second.pixels[29]).toBe(19);
    expect(written.every(({ layout }) => layout.quality === undefined)).toBe(true);
  });
  test("lose a little before they become smaller, and stay below the bound", async () => {
    const sizes = await Promise.all(
      [60_000, 50_000, 20_000, 6_000].map(async (bytes) => {
        const { host, written } = hostWith(rawBytes);
        const sprites = await makeSprites(800, read, { bytes, side: 64, columns: 40, perSheet: 800 }, host);
        const total = sprites?.sheets.reduce((sum, sheet) => sum + sheet.length - 23, 0) ?? 0;
        expect(total).toBeLessThanOrEqual(bytes);
        return [sprites?.height, sprites?.width, written.at(-1)?.layout.quality];
      }),
    );
    expect(sizes).toEqual([
      [8, 6, undefined],
      [8, 6, 82],
      [7, 5, 50],
      [3, 2, 82],
    ]);
  });
  test("that turn out larger than foretold are made anew, smaller", async () => {
    const { host } = hostWith((sheet, layout) => rawBytes(sheet, layout) * (sheet.pixels.length > 256 * 48 ? 1.5 : 1));
    const sprites = await makeSprites(800, read, { bytes: 60_000, side: 64 }, host);
    expect(sprites?.sheets.join("").length).toBeLessThan(60_000);
  });
  test("of large pictures are of the wished size", async () => {
    const { host } = hostWith(rawBytes);
    expect(await makeSprites(3, read, { bytes: 1e6, side: 4 }, host)).toMatchObject({ height: 4, width: 3 });
  });
  test("are none where nothing writes what a page can show", async () => {
    expect(await makeSprites(3, read, { bytes: 1e6, side: 64 }, memoryHost())).toBeNull();
  });
});

const HOSTILE = '</script><script>alert("1")</script>';

const decode = async (z: Float32Array) => ({
  ...(await read(new Uint32Array(z.length / 2))),
  count: z.length / 2,
});

function pageOf(count: number, changes: Partial<MapPage> = {}): MapPage {
  const points = cloudOf(count);
  return {
    name: "things",
    summary: "some of them",
    notes: ["made for a test"],
    cloud: { mu: points, logvar: new Float32Array(2 * count), count, width: 2 },
    projected: { points, axes: ["x", "y"], how: "as they are", inverse: "this place", latentsAt: (places) => places },
    labels: null,
    ids: Array.from({ length: count }, (_, i) => `record-${i}`),
    pictures: { read, aspect: 6 / 8, decode },
    cells: null,
    seed: 0,
    ...changes,
  };
}

async function open(page: MapPage, host: Host = hostWith(rawBytes).host) {
  const text = await mapPage(page, host);
  const { document } = parseHTML(text);
  return { text, document, data: JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData };
}
const numbers = (packed: string) => {
  const bytes = Buffer.from(packed, "base64");
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
};

describe("the page", () => {
  test("takes names, ids and labels for text, whatever they hold", async () => {
    const labels = { names: [HOSTILE, "<b>"], indices: Int32Array.from({ length: 50 }, (_, i) => i % 2) };
    const ids = Array.from({ length: 50 }, () => HOSTILE);
    const { document, data } = await open(
      pageOf(50, { name: HOSTILE, summary: HOSTILE, notes: [HOSTILE], labels, ids }),
    );
    expect(document.querySelectorAll("script")).toHaveLength(2);
    expect(document.querySelector("h1")?.textContent).toBe(HOSTILE);
    expect(document.querySelector("title")?.textContent).toBe(`${HOSTILE} in latent space`);
    expect(document.querySelector("footer p")?.textContent).toBe(HOSTILE);
    expect(data.names).toEqual([HOSTILE, "<b>"]);
    expect(data.ids[0]).toBe(HOSTILE);
  });

  test("may load nothing, and asks for nothing", async () => {
    const { document } = await open(pageOf(20));
    const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content");
    expect(policy).toContain("default-src 'none'");
    expect(document.querySelectorAll("[src], [href], link, iframe")).toHaveLength(0);
    expect(document.querySelector("style")?.textContent?.match(/url\(|@import/)).toBeNull();
  });

  test("draws records in an order of its own, each with its own label, id, place and picture", async () => {
    const labels = { names: ["a", "unused", "b"], indices: Int32Array.from({ length: 60 }, (_, i) => (i % 2) * 2) };
    const { host, written } = hostWith(rawBytes);
    const page = pageOf(60, { labels });
    const { data } = await open(page, host);
    const places = new Float32Array(numbers(data.points));
    const classes = new Int32Array(numbers(data.labels as string));
    const sheet = written.at(-1)?.sheet as Pictures;
    const columns = data.thumbnails?.columns as number;
    expect(data.names).toEqual(["a", "b"]);
    const records = data.ids.map((id) => Number(id.replace("record-", "")));
    expect(records.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(records).not.toEqual(Array.from({ length: 60 }, (_, i) => i));
    records.forEach((record, i) => {
      expect(Array.from(places.subarray(2 * i, 2 * i + 2))).toEqual(
        Array.from(page.projected.points.subarray(2 * record, 2 * record + 2)),
      );
      expect(classes[i]).toBe(record % 2);
      expect(sheet.pixels[Math.floor(i / columns) * 8 * sheet.width + (i % columns) * 6]).toBe(record);
    });
  });

  test("stays below its bound with ids as long as paths, labels for each and pictures that do not shrink", async () => {
    const count = 20_000;
    const ids = Array.from({ length: count }, (_, i) => `${"folder/".repeat(60)}${i}.png`);
    const labels = { names: ids, indices: Int32Array.from({ length: count }, (_, i) => i) };
    const large: ReadPictures = async (indices) => ({
      ...(await read(indices)),
      height: 16,
      width: 16,
      pixels: new Uint8Array(indices.length * 256),
    });
    const { host } = hostWith(rawBytes);
    const { text, data } = await open(
      pageOf(count, { ids, labels, pictures: { read: large, aspect: 6 / 8, decode } }),
      host,
    );
    expect(new TextEncoder().encode(text).length).toBeLessThan(MAX_BYTES);
    expect(data.thumbnails).not.toBeNull();
    expect(data.ids[0]).toMatch(/^\u2026.*\d\.png$/);
  });

  test("of rows shows cells instead of pictures, each with its own record", async () => {
    const texts = [
      Array.from({ length: 40 }, (_, i) => `name ${i}`),
      Array.from({ length: 40 }, (_, i) => (i === 7 ? "x".repeat(1000) : i % 2 === 0 ? "" : HOSTILE)),
    ];
    const { data, document } = await open(pageOf(40, { pictures: null, cells: { columns: ["a", HOSTILE], texts } }));
    expect(data).toMatchObject({ thumbnails: null, lattice: null });
    expect(document.querySelectorAll("script")).toHaveLength(2);
    expect(data.cells?.columns).toEqual(["a", HOSTILE]);
    data.ids.forEach((id, i) => {
      expect(data.cells?.texts[0][i]).toBe(id.replace("record-", "name "));
    });
    expect(Math.max(...data.cells!.texts[1].map((text) => text.length))).toBe(40);
  });

  test("of one record without pictures is a page too", async () => {
    const { data } = await open(pageOf(1), memoryHost());
    expect(data).toMatchObject({ count: 1, thumbnails: null, lattice: null, labels: null });
  });
});

test("a data set is called by its own name, not by where it lies", () => {
  const names = ["mnist#test", "/home/me/cats/", "C:\\\\pictures\\\\cats.zip#a", "cats", "/"];
  expect(names.map(shortName)).toEqual(["mnist#test", "cats", "cats.zip#a", "cats", "/"]);
});

test("bytes become base64 as elsewhere", () => {
  const values = new Philox(3).normals(new Float32Array(5000));
  expect(base64(values)).toBe(Buffer.from(values.buffer).toString("base64"));
  expect(base64(values.subarray(3, 5))).toBe(Buffer.from(values.buffer, 12, 8).toString("base64"));
});

test("outlines go around just the cells that are near, whatever their shape", () => {
  const [columns, rows] = [14, 11];
  const random = new Philox(6).uniforms(new Float32Array(columns * rows));
  for (const share of [0.2, 0.5, 0.8]) {
    const cells = Uint8Array.from(random, (value) => Number(value < share));
    const found = outlines(cells, columns, rows);
    cells.forEach((cell, i) => {
      // A ray to the right crosses the outlines an odd number of times from inside; rows of middles hold no corner's x.
      const [x, y] = [(i % columns) + 0.5, Math.floor(i / columns) + 0.5 + 1e-3];
      let crossings = 0;
      for (const { corners } of found) {
        for (let k = 0; k < corners.length; k += 2) {
          const [ax, ay] = [corners[k], corners[k + 1]];
          const [bx, by] = [corners[(k + 2) % corners.length], corners[(k + 3) % corners.length]];
          if (ay > y !== by > y && ax + ((y - ay) / (by - ay)) * (bx - ax) > x) crossings++;
        }
      }
      expect(crossings % 2, `${x}, ${y}`).toBe(cell);
    });
  }
});

test("a smooth outline keeps within its corners and closes", () => {
  const drawn: number[][] = [];
  const path = {
    moveTo: (...place: number[]) => drawn.push(place),
    quadraticCurveTo: (...places: number[]) => drawn.push(places),
    closePath: () => drawn.push([]),
  };
  traceSmooth(path, { corners: [0, 0, 2, 0, 2, 2, 0, 2] }, (x, y) => [x, y]);
  expect(drawn).toEqual([[1, 0], [2, 0, 2, 1], [2, 2, 1, 2], [0, 2, 0, 1], [0, 0, 1, 0], []]);
});

describe("dots by place", () => {
  test("the nearest is that of all distances, and none is beyond reach", () => {
    const points = cloudOf(500);
    const box = { left: -1, right: 1, bottom: -1, top: 1 };
    const index = new DotIndex(points, box);
    const probes = new Philox(8).normals(new Float32Array(80));
    for (let i = 0; i < 40; i++) {
      const [x, y] = [probes[2 * i], probes[2 * i + 1]];
      const distances = Array.from({ length: 500 }, (_, dot) =>
        Math.hypot(points[2 * dot] - x, points[2 * dot + 1] - y),
      );
      const even = distances.map((distance, dot) => (dot % 2 === 0 ? distance : Number.POSITIVE_INFINITY));
      const least = Math.min(...even);
      expect(index.nearest(x, y, least * 1.001, (dot) => dot % 2 === 0)).toBe(even.indexOf(least));
      expect(index.nearest(x, y, least * 0.999, (dot) => dot % 2 === 0)).toBe(-1);
    }
  });
});

test("a search finds the id itself first, then those that begin with it, then those that hold it", () => {
  const ids = ["x12", "12", "A12", "123", "9", "12"];
  expect(findIds(ids, "12", 10)).toEqual([1, 5, 3, 0, 2]);
  expect(findIds(ids, "a1", 10)).toEqual([2]);
  expect(findIds(ids, "12", 2)).toEqual([1, 5]);
  expect(findIds(ids, "nothing", 9)).toEqual([]);
});

describe("colours of classes", () => {
  const linear = (value: number) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const apply = (matrix: readonly (readonly number[])[], values: readonly number[]) =>
    matrix.map((row) => row.reduce((sum, weight, i) => sum + weight * values[i], 0));
  /** OKLab (Ottosson 2020) of linear sRGB. */
  const oklab = (rgb: readonly number[]) =>
    apply(
      [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
      ],
      apply(
        [
          [0.4122214708, 0.5363325363, 0.0514459929],
          [0.2119034982, 0.6806995451, 0.1073969566],
          [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        rgb,
      ).map(Math.cbrt),
    );
  /** Machado, Oliveira & Fernandes 2009, severity 1. */
  const eyes = {
    all: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    protanopia: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    deuteranopia: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
    tritanopia: [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  };
  const seen = (rgb: Rgb, eye: readonly (readonly number[])[]) =>
    oklab(apply(eye, rgb.map(linear)).map((value) => Math.min(1, Math.max(0, value))));

  test.each(Object.entries(eyes))("differ for eyes with %s", (_, eye) => {
    for (const theme of ["light", "dark"] as const) {
      const colours = Array.from({ length: CLASS_COLOURS }, (_, i) => seen(classColour(i, theme), eye));
      // 0.02 is a difference that is just seen; Okabe and Ito's eight colours are 0.07 apart for the worst of these eyes.
      for (let i = 0; i < colours.length; i++)
        for (let j = 0; j < i; j++)
          expect(Math.hypot(...colours[i].map((value, k) => value - colours[j][k]))).toBeGreaterThan(0.07);
    }
  });

  test("and shapes tell sixty classes apart", () => {
    const looks = Array.from({ length: 60 }, (_, i) => `${classColour(i, "light")} ${classShape(i)}`);
    expect(new Set(looks).size).toBe(CLASS_COLOURS * SHAPES.length);
    expect(classColour(-1, "light")).not.toEqual(classColour(0, "light"));
  });
});

describe("labels that are numbers", () => {
  const of = (values: readonly string[]) => {
    const { names, indices } = rangesOf(labelsOf(values));
    return Array.from(indices, (index) => names[index] ?? null);
  };
  test("are ranges of as many records each where there are many", () => {
    const ages = Array.from({ length: 160 }, (_, i) => String(20 + (i % 40)));
    const ranges = of(ages);
    expect(ranges[0]).toBe("20 to 24");
    expect(ranges[39]).toBe("55 to 59");
    expect(new Set(ranges).size).toBe(8);
  });
  test("are one range where nearly all are the same", () => {
    const gains = Array.from({ length: 160 }, (_, i) => String(i < 120 ? 0 : i));
    expect([...new Set(of(gains))]).toEqual(["0", "120 to 139", "140 to 159"]);
  });
  test("stay as they are where they are few or words, and an empty cell has none", () => {
    expect(of(["3", "1", "", "3"])).toEqual(["3", "1", null, "3"]);
    const words = Array.from({ length: 30 }, (_, i) => `w${i}`);
    expect(of(words)).toEqual(words);
    expect(of([...Array.from({ length: 30 }, (_, i) => String(i)), ""]).at(-1)).toBeNull();
  });
});
