/** Zip archives and npz files: one entry at a time, and nothing that would harm the machine it is opened on. */

import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { openNpz, writeNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";
import { openZip, writeZip } from "../../src/files/zip.js";
import { errorOf, parseDamaged } from "../helpers/damage.js";

const text = (words: string) => new TextEncoder().encode(words);
const open = (bytes: Uint8Array) => openZip(byteRanges(bytes), "x.zip");
/** All entries of an archive by name. */
async function unpack(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const zip = await open(bytes);
  const files: Record<string, Uint8Array> = {};
  for (const entry of zip.entries) files[entry.name] = await zip.read(entry);
  return files;
}
/** Replaces text in the bytes of an archive, lengths kept. */
function patched(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const changed = Buffer.from(bytes).toString("latin1").replaceAll(from, to);
  return new Uint8Array(Buffer.from(changed, "latin1"));
}

describe("zip", () => {
  test("stored and packed files come back, folders are no files", async () => {
    const files = { "a/1.txt": text("one"), "b.txt": new Uint8Array(3_000).fill(65), "empty.txt": new Uint8Array(0) };
    for (const level of [0, 6] as const) {
      expect(await unpack(zipSync({ ...files, "folder/": new Uint8Array(0) }, { level }))).toEqual(files);
    }
    expect(await unpack(writeZip(new Map(Object.entries(files)), true))).toEqual(files);
  });

  test("the same files give the same archive whenever they are packed", () => {
    const files = new Map([["a", text("one")]]);
    expect(writeZip(files)).toEqual(writeZip(files));
  });

  test("a large archive opens by its directory alone, and an entry by its own bytes", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`p/${i}.txt`, text(`picture ${i}`.repeat(20))]),
    );
    const bytes = zipSync(files, { level: 0 });
    let read = 0;
    const ranges = byteRanges(bytes);
    const counted = {
      size: ranges.size,
      read(at: number, length: number) {
        read += length;
        return ranges.read(at, length);
      },
    };
    const zip = await openZip(counted, "x.zip");
    expect(zip.entries.length).toBe(3000);
    const before = read;
    await zip.read(zip.entries[1500]);
    expect(read - before).toBeLessThan(1000);
    expect(before).toBeLessThan(bytes.length / 2);
  });

  test.each(["../../etc/cron", "/etc/passwd.", "C:/x/y/z.txt", "a/../../b.txt", "..\\..\\b.txt"])(
    "a name that would leave its folder is refused: %s",
    async (name) => {
      const error = await errorOf(() => open(zipSync({ [name]: text("x") })));
      expect(error.code).toBe("E_FILE");
      expect(error.message).toMatch(/would leave its folder/);
    },
  );

  test("a zip bomb is refused by what it declares, and by what comes out", async () => {
    const bomb = zipSync({ "zeros.npy": new Uint8Array(1_000_000) }, { level: 9 });
    const entry = bomb.length - 22 - (46 + 9);
    new DataView(bomb.buffer, bomb.byteOffset).setUint32(entry + 24, 300 * 2 ** 20, true);
    expect((await errorOf(() => open(bomb))).message).toMatch(/zip bomb/);
    // An entry that declares 1000 bytes and unpacks to a million.
    const liar = zipSync({ "a.txt": new Uint8Array(1_000_000) }, { level: 9 });
    const view = new DataView(liar.buffer, liar.byteOffset);
    const directory = liar.length - 22 - (46 + 5);
    view.setUint32(directory + 24, 1000, true);
    const zip = await open(liar);
    expect((await errorOf(() => zip.read(zip.entries[0]))).message).toMatch(/unpacks to more bytes, expected 1000/);
  });

  test("entries that share their bytes are refused", async () => {
    const bytes = zipSync(
      { "a.txt": new Uint8Array(500).map((_, i) => i), "b.txt": new Uint8Array(500).map((_, i) => i) },
      { level: 0 },
    );
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(bytes.length - 22 - 51 + 42, 0, true); // the second entry points at the first
    view.setUint32(bytes.length - 22 - 102 + 20, 1000, true); // the first claims the bytes of both
    expect((await errorOf(() => open(bytes))).message).toMatch(/overlap/);
  });

  test("a changed byte is seen by the checksum", async () => {
    const bytes = patched(zipSync({ "a.txt": text("hello world") }, { level: 0 }), "hello", "jello");
    expect((await errorOf(() => unpack(bytes))).message).toMatch(/"a\.txt": its size or checksum/);
  });

  test("a truncated archive is refused wherever it was cut", async () => {
    const bytes = zipSync({ "a.txt": text("hello"), "b.txt": text("world") });
    for (let length = 0; length < bytes.length; length++) {
      expect((await errorOf(() => unpack(bytes.subarray(0, length)))).code).toBe("E_FILE");
    }
  });

  test("damaged archives give errors or the right bytes", async () => {
    const files = { "a.txt": text("hello"), "b/c.txt": new Uint8Array(3000).map((_, i) => i * i) };
    const right = Object.values(files).map((bytes) => bytes.join());
    for (const answer of await parseDamaged(zipSync(files), unpack)) {
      for (const bytes of Object.values(answer)) expect([...right, ""]).toContain(bytes.join());
    }
  });
});

describe("npz", () => {
  const arrays = new Map([
    ["images", { shape: [2, 2, 2], values: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
    ["y", { shape: [2], values: BigInt64Array.of(3n, 4n) }],
  ]);

  test.each([false, true])("arrays come back, compressed: %s", async (compress) => {
    const npz = await openNpz(byteRanges(writeNpz(arrays, compress)), "x.npz");
    expect(npz.keys).toEqual(["images", "y"]);
    expect(await npz.read("images")).toEqual({ type: "u1", ...arrays.get("images") });
    expect((await npz.read("y")).values).toEqual(BigInt64Array.of(3n, 4n));
  });

  test("a key that is not there is told with those that are", async () => {
    const npz = await openNpz(byteRanges(writeNpz(arrays)), "x.npz");
    expect((await errorOf(() => npz.read("labels"))).message).toBe('x.npz: no array "labels", it holds images, y');
  });
});
