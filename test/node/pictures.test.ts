/** Picture files, as people have them: turned, transparent, animated, broken, too large, or no pictures at all. */

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { writePictures } from "../../src/data/sinks/write.js";
import { nodeHost } from "../../src/node/host.js";
import { decodePicture, encodeAnimation, pictureHeader } from "../../src/node/pictures.js";
import { errorOf, parseDamaged } from "../helpers/damage.js";
import { painted, plain, temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const decode = async (bytes: Uint8Array, height: number, width: number, channels: 1 | 3) => [
  ...(await decodePicture(bytes, { height, width, channels }, "x")).pixels,
];
const leftRed = painted(4, 2, (x) => (x < 2 ? [255, 0, 0] : [0, 0, 255]));

describe("decoding", () => {
  test("gives the pixels of a grey and of a colour PNG", async () => {
    expect(
      await decode(
        await painted(2, 2, (x, y) => [x * 100 + y])
          .png()
          .toBuffer(),
        2,
        2,
        1,
      ),
    ).toEqual([0, 100, 1, 101]);
    expect(await decode(await leftRed.clone().png().toBuffer(), 2, 4, 3)).toEqual(
      [0, 1].flatMap(() => [255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255]),
    );
  });

  test("turns grey to colour and colour to grey when asked", async () => {
    expect(await decode(await plain(1, 1, [77]).png().toBuffer(), 1, 1, 3)).toEqual([77, 77, 77]);
    const [grey] = await decode(await plain(1, 1, [0, 255, 0]).png().toBuffer(), 1, 1, 1);
    expect(grey).toBeGreaterThan(100);
    expect(grey).toBeLessThan(255);
  });

  test("applies the EXIF turn: a phone's picture is seen upright", async () => {
    const turned = await leftRed
      .clone()
      .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await pictureHeader(turned, "x")).toMatchObject({ height: 4, width: 2 });
    const pixels = await decode(turned, 4, 2, 3);
    expect(pixels[0]).toBeGreaterThan(200); // the left side is now at the top
    expect(pixels[pixels.length - 1]).toBeGreaterThan(200);
  });

  test("lays transparency on white", async () => {
    const clear = await plain(2, 2, [0, 0, 0, 0]).png().toBuffer();
    expect(await decode(clear, 2, 2, 3)).toEqual(new Array(12).fill(255));
    const half = await decode(await plain(1, 1, [0, 128]).png().toBuffer(), 1, 1, 1);
    expect(half[0]).toBeGreaterThan(120);
    expect(half[0]).toBeLessThan(135);
  });

  test("crops other sizes at their centre to cover", async () => {
    const stripes = await painted(12, 4, (x) => (x < 4 ? [255, 0, 0] : x < 8 ? [0, 255, 0] : [0, 0, 255]))
      .png()
      .toBuffer();
    expect(await decode(stripes, 4, 4, 3)).toEqual(new Array(16).fill([0, 255, 0]).flat());
  });

  test("takes the first frame of an animation", async () => {
    const frames = {
      count: 2,
      height: 4,
      width: 4,
      channels: 1,
      pixels: new Uint8Array(32).fill(200, 0, 16).fill(10, 16),
    };
    for (const format of ["gif", "webp"] as const) {
      const bytes = await encodeAnimation(frames, format, 100);
      expect((await sharp(bytes).metadata()).pages).toBe(2);
      expect((await pictureHeader(bytes, "x")).height).toBe(4);
      for (const value of await decode(bytes, 4, 4, 1)) expect(Math.abs(value - 200)).toBeLessThan(3);
    }
  });

  test("brings 16 bits, palettes and CMYK to bytes", async () => {
    const deep = await sharp(Uint16Array.of(0, 65535), { raw: { width: 2, height: 1, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expect(await decode(deep, 1, 2, 1)).toEqual([0, 255]);
    const palette = await leftRed.clone().png({ palette: true }).toBuffer();
    expect((await decode(palette, 2, 4, 3)).slice(0, 3)).toEqual([255, 0, 0]);
    const cmyk = await plain(8, 8, [255, 255, 255]).toColourspace("cmyk").jpeg().toBuffer();
    expect((await decode(cmyk, 1, 1, 3)).every((value) => value > 240)).toBe(true);
  });

  test.each(["png", "jpeg", "webp", "avif", "gif"] as const)("reads %s", async (format) => {
    const [red] = await decode(await plain(16, 16, [250, 10, 10]).toFormat(format).toBuffer(), 1, 1, 3);
    expect(red).toBeGreaterThan(230);
  });

  test("refuses SVG and TIFF, whatever they are called", async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    expect((await errorOf(() => decode(svg, 4, 4, 3))).message).toBe("x: no PNG, JPEG, WebP, GIF or AVIF picture");
    expect((await errorOf(async () => decode(await plain(4, 4, [1]).tiff().toBuffer(), 4, 4, 1))).code).toBe("E_FILE");
    expect((await errorOf(() => decode(new Uint8Array(0), 4, 4, 1))).message).toBe("x: an empty file");
  });

  test("refuses truncated files, and headers that claim a huge picture", async () => {
    const noise = painted(64, 64, (x, y) => [(x * 37 + y * 91) % 256, (x * y) % 256, (x ^ y) % 256]);
    for (const format of ["png", "jpeg", "webp"] as const) {
      const bytes = await noise.clone().toFormat(format).toBuffer();
      expect((await errorOf(() => decode(bytes.subarray(0, bytes.length / 2), 8, 8, 3))).message).toMatch(
        /^x: cannot be decoded/,
      );
    }
    const huge = new Uint8Array(await plain(4, 4, [0]).png().toBuffer());
    new DataView(huge.buffer, huge.byteOffset).setUint32(16, 60_000);
    new DataView(huge.buffer, huge.byteOffset).setUint32(20, 60_000);
    expect((await errorOf(() => decode(huge, 8, 8, 1))).code).toBe("E_FILE");
  });

  test("damaged files give an error or a picture of the size asked for", async () => {
    for (const format of ["png", "jpeg", "gif", "webp"] as const) {
      const bytes = new Uint8Array(await leftRed.clone().toFormat(format).toBuffer());
      for (const pixels of await parseDamaged(bytes, (damaged) => decode(damaged, 2, 4, 3), 60))
        expect(pixels.length).toBe(24);
    }
  });
});

describe("writing", () => {
  const host = nodeHost();
  const three = {
    count: 3,
    height: 2,
    width: 2,
    channels: 1,
    pixels: Uint8Array.from([0, 50, 100, 150, 200, 250, 1, 2, 3, 4, 5, 6]),
  };
  const colour = { count: 1, height: 1, width: 2, channels: 3, pixels: Uint8Array.of(255, 0, 9, 0, 200, 30) };

  test("one picture gives a PNG of its very pixels", async () => {
    for (const picture of [colour, { ...three, count: 1, pixels: three.pixels.subarray(0, 4) }]) {
      await writePictures(path("one.png"), picture, {}, host);
      const { data, info } = await sharp(path("one.png")).raw().toBuffer({ resolveWithObject: true });
      expect([info.height, info.width]).toEqual([picture.height, picture.width]);
      if (info.channels === picture.channels) expect([...data]).toEqual([...picture.pixels]);
    }
  });

  test("several give a contact sheet", async () => {
    expect(await writePictures(path("sheet.png"), three, { columns: 3 }, host)).toEqual([path("sheet.png")]);
    expect(await sharp(path("sheet.png")).metadata()).toMatchObject({ height: 2, width: 10 });
  });

  test("an animation has a frame for each, also for two alike, and takes its time", async () => {
    const still = { ...three, pixels: new Uint8Array(12).fill(9) };
    await writePictures(path("walk.gif"), still, { frameMilliseconds: 250 }, host);
    expect(await sharp(path("walk.gif")).metadata()).toMatchObject({
      pages: 3,
      delay: [250, 250, 250],
      loop: 0,
      width: 112,
    });
    await writePictures(path("walk.webp"), three, { frameMilliseconds: 50 }, host);
    expect((await sharp(path("walk.webp")).metadata()).pages).toBe(3);
    await writePictures(path("sheet.webp"), three, {}, host);
    expect((await sharp(path("sheet.webp")).metadata()).pages ?? 1).toBe(1);
    await writePictures(path("one.gif"), colour, {}, host);
    expect((await sharp(path("one.gif")).metadata()).pages ?? 1).toBe(1);
  });

  test("a folder has a PNG for each, by name or number", async () => {
    const names = ["cats/../../1", "A", "a"];
    const written = await writePictures(path("out/"), { ...three, names }, {}, host);
    expect(readdirSync(path("out")).sort()).toEqual(["A.png", "a-0002.png", "cats-..-..-1.png"]);
    expect(written.length).toBe(3);
    await writePictures(path("numbers"), three, {}, host);
    expect(readdirSync(path("numbers")).sort()).toEqual(["0000.png", "0001.png", "0002.png"]);
  });

  test("into a place that is a file is E_OUT", async () => {
    writeFileSync(path("taken"), "x");
    mkdirSync(path("folder.png"));
    expect((await errorOf(() => writePictures(path("taken/"), three, {}, host))).code).toBe("E_OUT");
    expect((await errorOf(() => writePictures(path("folder.png"), three, {}, host))).code).toBe("E_OUT");
    expect((await errorOf(() => writePictures(path("x.bmp"), three, {}, host))).hint).toMatch(
      /\.png, \.gif, \.webp, a folder, \.npz/,
    );
  });
});
