/** Pictures that stay in their file: the same records as from memory, read when they are asked for. */

import { describe, expect, test } from "vitest";
import { openDataset } from "../../src/data/open.js";
import { type LargeArrayRequest, openLargeArray } from "../../src/data/sources/large-array.js";
import { idxByteLayout } from "../../src/files/idx.js";
import { npyByteLayout, writeNpy } from "../../src/files/npy.js";
import type { Host } from "../../src/host.js";
import { errorOf } from "../helpers/damage.js";
import { idxFile } from "../helpers/idx-file.js";
import { memoryHost } from "../helpers/memory-host.js";

const COUNT = 40;
const SHAPE = [COUNT, 3, 2];
const pixels = Uint8Array.from({ length: COUNT * 6 }, (_, i) => (i * 37) % 251);
const FILES = { "p.idx": idxFile(SHAPE, pixels), "p.npy": writeNpy([...SHAPE, 1], pixels) };

function request(path: string, host: Host, options: LargeArrayRequest["options"] = {}): LargeArrayRequest {
  const layout = path.endsWith(".npy") ? (head: Uint8Array) => npyByteLayout(head, path) : idxByteLayout;
  const address = { text: path, source: path, part: null, index: null };
  return { path, address, options, host, layout, labels: async () => null, memoryBytes: 0 };
}

describe.each(Object.keys(FILES))("%s", (path) => {
  const host = memoryHost(FILES);

  test.each([
    ["in the file's order", [...Array(COUNT).keys()]],
    ["shuffled", [...Array(COUNT).keys()].map((i) => (i * 7) % COUNT)],
    ["runs, again and backwards", [5, 6, 7, 7, 8, 6, 0, 39, 38]],
    ["none", []],
  ])("records %s are those of the same file in memory", async (_, indices) => {
    const large = (await openLargeArray(request(path, host)))!;
    const small = await openDataset(path, {}, host);
    expect(large.schema).toEqual(small.schema);
    expect(large.count).toBe(COUNT);
    expect(await large.read(indices)).toEqual(await small.read(indices));
  });

  test("only what is asked for is read", async () => {
    const asked: unknown[] = [];
    const readParts: Host["files"]["readParts"] = (from, parts) => {
      asked.push(...parts.map(({ length }) => length));
      return host.files.readParts(from, parts);
    };
    const large = (await openLargeArray(request(path, { ...host, files: { ...host.files, readParts } })))!;
    await large.read([3, 4, 20]);
    expect(asked).toEqual([2 * 6, 6]);
  });

  test("a record that is not there is an error", async () => {
    const large = (await openLargeArray(request(path, host)))!;
    expect((await errorOf(async () => large.read([COUNT]))).code).toBe("E_DATA");
  });
});

test("what has to be changed, or cannot be used as it is, is left to memory", async () => {
  const host = memoryHost({
    ...FILES,
    "black.idx": idxFile(SHAPE, new Uint8Array(COUNT * 6).fill(1)),
    "short.idx": FILES["p.idx"].subarray(0, 200),
    "floats.npy": writeNpy(SHAPE, new Float32Array(COUNT * 6)),
  });
  const opened = (path: string, options = {}) => openLargeArray(request(path, host, options));
  expect(await opened("p.idx")).not.toBeNull();
  expect(await opened("p.idx", { size: [3, 2], channels: 1 })).not.toBeNull();
  expect(await opened("p.idx", { size: 8 })).toBeNull();
  expect(await opened("p.idx", { channels: 3 })).toBeNull();
  expect(await opened("black.idx")).toBeNull();
  expect(await opened("short.idx")).toBeNull();
  expect(await opened("floats.npy")).toBeNull();
  expect(await openLargeArray({ ...request("p.idx", host), memoryBytes: undefined })).toBeNull();
});

test("another file has another fingerprint, and a file that is cut short while in use is an error", async () => {
  const host = memoryHost({ "a.idx": idxFile(SHAPE, pixels), "b.idx": idxFile(SHAPE, pixels.toReversed()) });
  const [a, b] = await Promise.all(["a.idx", "b.idx"].map((path) => openLargeArray(request(path, host))));
  expect(a!.fingerprint).not.toBe(b!.fingerprint);
  await host.files.write("a.idx", idxFile(SHAPE, pixels).subarray(0, 100));
  const error = await errorOf(async () => a!.read([0, 30]));
  expect(error.code).toBe("E_FILE");
  expect(error.message).toBe("a.idx: was cut short while it was read");
});
