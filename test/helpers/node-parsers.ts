/** Parsers of files that only Node reads: pictures by way of sharp, the cache of decoded pixels, locks, texts. As `parsers.ts`. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { lockFolder } from "../../src/node/lock.js";
import { decodePicture, encodeAnimation, pictureHeader } from "../../src/node/pictures.js";
import { openSpool } from "../../src/node/sources/spool.js";
import { openTextTable } from "../../src/node/text/open.js";
import { mutate } from "./mutate.js";
import { must, type Parser } from "./parsers.js";
import { painted } from "./pictures-on-disk.js";

/** Call `remove` when done with them. */
export async function nodeParsers(): Promise<{ parsers: Parser[]; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "vaekit-parsers-"));
  const before = process.env.VAEKIT_CACHE;
  process.env.VAEKIT_CACHE = join(folder, "cache");
  const remove = () => {
    if (before === undefined) delete process.env.VAEKIT_CACHE;
    else process.env.VAEKIT_CACHE = before;
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    parsers: [await pictureParser(), await cacheParser(folder), await lockParser(folder), textParser(folder)],
    remove,
  };
}

async function pictureParser(): Promise<Parser> {
  const picture = painted(9, 7, (x, y) => [(x * 29) % 256, (y * 37) % 256, (x * y) % 256]);
  const still = (["png", "jpeg", "webp", "gif"] as const).map((format) => picture.clone().toFormat(format).toBuffer());
  const turned = picture.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const deep = picture.clone().toColourspace("rgb16").png().toBuffer();
  const frames = { count: 2, height: 7, width: 9, channels: 1, pixels: new Uint8Array(126).map((_, i) => i) };
  const animated = encodeAnimation(frames, "gif", 50);
  return {
    name: "pictures",
    originals: (await Promise.all([...still, turned, deep, animated])).map((file) => Uint8Array.from(file)),
    damage: mutate,
    async read(damaged) {
      const { height, width } = await pictureHeader(damaged, "x");
      must(height > 0 && width > 0, `a picture of ${height}x${width}`);
      const { pixels } = await decodePicture(damaged, { height: 8, width: 8, channels: 3 }, "x");
      must(pixels.length === 8 * 8 * 3, `${pixels.length} bytes of pixels`);
    },
  };
}

/** Texts in several encodings, plain and packed: they have as many records as was said, without ends of lines in them. */
function textParser(folder: string): Parser {
  const text = "four lines\nof größe 😀 and\n\n四時運灰琯\r\n\tindented \n";
  const plain = ["utf8", "utf16le", "latin1"] as const;
  const originals = plain.map((encoding) => Buffer.from(text, encoding));
  const path = join(folder, "damaged.txt");
  let turn = 0;
  return {
    name: "texts",
    originals: [...originals, gzipSync(text)].map((file) => Uint8Array.from(file)),
    damage: mutate,
    async read(damaged) {
      writeFileSync(path, damaged);
      const onError = turn++ % 2 === 0 ? "fail" : "skip";
      const table = await openTextTable({ text: path, source: path, part: null, index: null }, { onError });
      let count = 0;
      for await (const { columns } of table.read([{ as: "text", column: "text", missing: [] }])) {
        const texts = columns[0] as readonly string[];
        count += texts.length;
        must(
          !texts.some((line) => line.trim() === "" || line.includes("\n") || line.includes("\0")),
          "no line of text",
        );
      }
      must(count === table.count, `${count} lines of ${table.count}`);
    },
  };
}

const SIZE = { height: 4, width: 4, channels: 1 } as const;
const ITEMS = 4;

/** The cache's file: what is not whole is made anew, so that nothing but the pictures decides. */
async function cacheParser(folder: string): Promise<Parser> {
  const grey = await painted(4, 4, (x) => [x * 60])
    .png()
    .toBuffer();
  const items = Array.from({ length: ITEMS }, (_, i) => ({
    id: `${i}`,
    label: null,
    size: 16,
    stamp: "1",
    read: async () => (i === 1 ? new Uint8Array(3) : grey),
  }));
  const path = join(folder, "cache", "pictures", "key.u8");
  const open = () => openSpool(items, SIZE, { key: "key", name: "items", options: {}, memoryBytes: 8 });
  await (await open()).dataset.close();
  return {
    name: "cached pixels",
    originals: [Uint8Array.from(readFileSync(path))],
    damage: mutate,
    async read(damaged) {
      writeFileSync(path, damaged);
      const { dataset, kept } = await open();
      const { image } = await dataset.read([0, dataset.count - 1]);
      await dataset.close();
      must(image.length === 32 && kept.every((place) => place < ITEMS), `${image.length} values`);
    },
  };
}

/** A lock that is held is an error; a damaged one gives way. */
async function lockParser(folder: string): Promise<Parser> {
  const place = join(folder, "locked");
  mkdirSync(place);
  const lock = await lockFolder(place);
  const path = join(place, ".vaekit-lock");
  const original = Uint8Array.from(readFileSync(path));
  await lock.release();
  return {
    name: "lock",
    originals: [original],
    damage: mutate,
    async read(damaged) {
      writeFileSync(path, damaged);
      utimesSync(path, 0, 0); // so old that nobody waits for who may be writing it
      try {
        await (await lockFolder(place)).release();
      } finally {
        rmSync(path, { force: true });
      }
    },
  };
}
