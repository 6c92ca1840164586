/** Pictures that lie, that are cut short, or that few programs write: refused by their header, or read as they look. */

import { mkdirSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { openDataset } from "../../src/data/open.js";
import { crc32 } from "../../src/files/crc32.js";
import { nodeHost } from "../../src/node/host.js";
import { decodePicture, pictureHeader } from "../../src/node/pictures.js";
import { errorOf } from "../helpers/damage.js";
import { type Paint, painted, plain, temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const MEBIBYTE = 2 ** 20;

const decode = async (bytes: Uint8Array, height: number, width: number, channels: 1 | 3 = 3) =>
  (await decodePicture(bytes, { height, width, channels }, "x")).pixels;
const bytesOf = async (file: Promise<Uint8Array>): Promise<Uint8Array> => Uint8Array.from(await file);

/** Blocks of 8x8 in pure colours, so that JPEG keeps them. */
const BLOCK = 8;
const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
  [255, 255, 0],
];
/** 3 blocks wide, 2 high. */
const blocks: Paint = (x, y) => COLOURS[Math.floor(y / BLOCK) * 3 + Math.floor(x / BLOCK)];
const board = () => painted(3 * BLOCK, 2 * BLOCK, blocks);

/** The colour at the middle of each block, row by row. */
async function blocksOf(bytes: Uint8Array, rows: number, columns: number): Promise<number[][]> {
  const pixels = await decode(bytes, rows * BLOCK, columns * BLOCK);
  return Array.from({ length: rows * columns }, (_, i) => {
    const y = Math.floor(i / columns) * BLOCK + BLOCK / 2;
    const at = (y * columns * BLOCK + (i % columns) * BLOCK + BLOCK / 2) * 3;
    return [...pixels.subarray(at, at + 3)].map((value) => (value > 127 ? 255 : 0));
  });
}

describe("a header that claims a huge picture is refused before anything is made of it", () => {
  const small = () => plain(4, 4, [255, 0, 0]);
  const cases: Record<string, () => Promise<Uint8Array>> = {
    async png() {
      const bytes = await bytesOf(small().png().toBuffer());
      const view = new DataView(bytes.buffer);
      view.setUint32(16, 100_000);
      view.setUint32(20, 100_000);
      view.setUint32(29, crc32(bytes.subarray(12, 29)));
      return bytes;
    },
    async jpeg() {
      const bytes = await bytesOf(small().jpeg().toBuffer());
      const view = new DataView(bytes.buffer);
      let at = 2;
      while (bytes[at + 1] !== 0xc0) at += 2 + view.getUint16(at + 2);
      view.setUint16(at + 5, 65_000);
      view.setUint16(at + 7, 65_000);
      return bytes;
    },
    async gif() {
      const bytes = await bytesOf(small().gif().toBuffer());
      const view = new DataView(bytes.buffer);
      const frame = bytes.lastIndexOf(0x2c); // the image descriptor of the only frame
      for (const at of [6, 8, frame + 5, frame + 7]) view.setUint16(at, 65_535, true);
      return bytes;
    },
    async webp() {
      const bytes = await bytesOf(small().webp({ lossless: true }).toBuffer());
      const view = new DataView(bytes.buffer);
      view.setUint32(21, (view.getUint32(21, true) & 0xf0000000) | 16_382 | (16_382 << 14), true);
      return bytes;
    },
    async avif() {
      const bytes = await bytesOf(small().avif().toBuffer());
      const size = new TextDecoder("latin1").decode(bytes).indexOf("ispe") + 8; // image spatial extents
      const view = new DataView(bytes.buffer);
      view.setUint32(size, 100_000);
      view.setUint32(size + 4, 100_000);
      return bytes;
    },
  };
  test.each(Object.keys(cases))("%s", async (format) => {
    const bytes = await cases[format]();
    await decode(await bytesOf(small().png().toBuffer()), 4, 4); // the library is loaded
    const before = process.resourceUsage().maxRSS * 1024;
    for (const work of [() => pictureHeader(bytes, "x"), () => decode(bytes, 8, 8)])
      expect((await errorOf(work)).code).toBe("E_FILE");
    expect((process.resourceUsage().maxRSS * 1024 - before) / MEBIBYTE).toBeLessThan(40);
  });

  test("and says what is wrong, among pictures that are good", async () => {
    mkdirSync(path("set"));
    writeFileSync(path("set", "huge.png"), await cases.png());
    for (const i of [1, 2])
      writeFileSync(
        path("set", `${i}.png`),
        await plain(8, 8, [i * 40, 0, 0])
          .png()
          .toBuffer(),
      );
    const data = await openDataset(path("set"), {}, nodeHost());
    expect(data.count).toBe(2);
    expect(data.schema.fields.image).toMatchObject({ height: 8, width: 8 });
    expect(data.notices.join()).toMatch(/1 of 3 pictures cannot be read .*huge\.png: more than 150 million pixels/);
  });
});

describe("what a file is called does not matter", () => {
  test.each(["jpeg", "webp", "gif", "avif"] as const)("%s called .png is read", async (format) => {
    writeFileSync(path(`${format}.png`), await board().toFormat(format, { quality: 100 }).toBuffer());
    const data = await openDataset(path(`${format}.png`), { channels: 3 }, nodeHost());
    expect(data.schema.fields.image).toMatchObject({ height: 2 * BLOCK, width: 3 * BLOCK });
  });

  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="/etc/passwd"/></svg>';
  test.each([
    ["an SVG", svg],
    ["an SVG behind a declaration", `<?xml version="1.0"?>\n${svg}`],
    ["a PDF", "%PDF-1.4\n"],
    ["a text", "hello"],
  ])("%s called .png is refused", async (_what, content) => {
    for (const name of ["fake.png", "fake.jpg", "fake.gif"]) {
      writeFileSync(path(name), content);
      const error = await errorOf(() => openDataset(path(name), {}, nodeHost()));
      expect([error.code, error.message]).toEqual(["E_DATA", expect.stringMatching(/no PNG, JPEG, WebP, GIF or AVIF/)]);
    }
  });
});

describe("cut short anywhere, it is refused", () => {
  const noise: Paint = (x, y) => [(x * 37 + y * 91) % 256, (x * y) % 256, (x ^ y) % 256];
  test.each(["png", "jpeg", "webp", "gif"] as const)("%s", async (format) => {
    const whole = await bytesOf(painted(48, 48, noise).toFormat(format).toBuffer());
    for (const share of [0.02, 0.2, 0.5, 0.8, 0.95]) {
      const cut = whole.subarray(0, Math.floor(share * whole.length));
      const error = await errorOf(() => decode(cut, 8, 8));
      expect([share, error.code]).toEqual([share, "E_FILE"]);
    }
  });
});

describe("read as it looks:", () => {
  /** Which block of the stored picture is seen at each place, for the eight turns of EXIF. */
  const turns: Record<number, [rows: number, columns: number, seen: number[]]> = {
    1: [2, 3, [0, 1, 2, 3, 4, 5]],
    2: [2, 3, [2, 1, 0, 5, 4, 3]], // mirrored
    3: [2, 3, [5, 4, 3, 2, 1, 0]], // half a turn
    4: [2, 3, [3, 4, 5, 0, 1, 2]], // upside down and mirrored
    5: [3, 2, [0, 3, 1, 4, 2, 5]], // transposed
    6: [3, 2, [3, 0, 4, 1, 5, 2]], // a quarter turn clockwise
    7: [3, 2, [5, 2, 4, 1, 3, 0]],
    8: [3, 2, [2, 5, 1, 4, 0, 3]], // counter-clockwise
  };
  test.each(Object.keys(turns).map(Number))("EXIF turn %i", async (orientation) => {
    const [rows, columns, seen] = turns[orientation];
    for (const format of ["jpeg", "webp", "png"] as const) {
      const stored = board().toFormat(format, { quality: 100 }).withMetadata({ orientation });
      const bytes = await bytesOf(stored.toBuffer());
      expect(await pictureHeader(bytes, "x")).toMatchObject({ height: rows * BLOCK, width: columns * BLOCK });
      expect(await blocksOf(bytes, rows, columns), format).toEqual(seen.map((i) => COLOURS[i]));
    }
  });

  test("CMYK, as far as inks can show it: red, white, black and yellow", async () => {
    const cmyk = board().toColourspace("cmyk").jpeg({ quality: 100, chromaSubsampling: "4:4:4" });
    const bytes = await bytesOf(cmyk.toBuffer());
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    const seen = await blocksOf(bytes, 2, 3);
    for (const i of [0, 3, 4, 5]) expect(seen[i]).toEqual(COLOURS[i]);
  });

  test("progressive, interlaced, few colours, sixteen bits", async () => {
    const files = [
      board().jpeg({ progressive: true, quality: 100, chromaSubsampling: "4:4:4" }),
      board().png({ progressive: true }),
      board().png({ palette: true, colours: 8 }),
      board().toColourspace("rgb16").png(),
      board().ensureAlpha().webp({ lossless: true }),
    ];
    for (const [i, file] of files.entries())
      expect(await blocksOf(await bytesOf(file.toBuffer()), 2, 3), `file ${i}`).toEqual(COLOURS);
  });

  test("sixteen bits of grey are divided by 257", async () => {
    const values = Uint16Array.of(0, 257, 128 * 257, 65_535);
    const raw = sharp(values, { raw: { width: 4, height: 1, channels: 1 } });
    const file = await bytesOf(raw.toColourspace("grey16").png().toBuffer());
    expect([...(await decode(file, 1, 4, 1))]).toEqual([0, 1, 128, 255]);
  });

  test("an animation by its first frame, whatever follows", async () => {
    for (const format of ["gif", "webp"] as const) {
      const frames = await Promise.all([board(), plain(24, 16, [0, 0, 0])].map((frame) => frame.png().toBuffer()));
      const animation = sharp(frames, { join: { animated: true } }).toFormat(format, { loop: 0, lossless: true });
      const bytes = await bytesOf(animation.toBuffer());
      expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(2);
      expect(await blocksOf(bytes, 2, 3), format).toEqual(COLOURS);
    }
  });
});
