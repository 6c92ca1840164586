/** The host of a browser: files in memory that behave as on a disk, archives, pictures, and data by URL. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { zipSync } from "fflate";
import sharp from "sharp";
import { expect, test } from "vitest";
import { packFolder, unpackFolder } from "../../src/browser/archive.js";
import { browserHost } from "../../src/browser/host.js";
import { memoryFiles } from "../../src/browser/memory-files.js";
import { openDataset } from "../../src/data/open.js";
import { writeNpy } from "../../src/files/npy.js";
import type { Files } from "../../src/host.js";
import { nodeFiles } from "../../src/node/files.js";
import { errorOf } from "../helpers/damage.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);

/** What a call does, as a value: what it gives, or the code of its error. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    const value = await call;
    return value instanceof Uint8Array ? text(value) : (value ?? null);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const somePath = fc.constantFrom("a", "b", "a/b", "a/c", "b/c/d", "./a", "a/b/c");
const step = fc.oneof(
  fc.record({ call: fc.constant("write" as const), at: somePath, content: fc.constantFrom("", "one", "two") }),
  fc.record({ call: fc.constant("append" as const), at: somePath, content: fc.constant("+") }),
  fc.record({ call: fc.constantFrom("makeFolder" as const, "remove" as const, "list" as const), at: somePath }),
  fc.record({ call: fc.constantFrom("read" as const, "kind" as const), at: somePath }),
  fc.record({ call: fc.constant("rename" as const), at: somePath, to: somePath }),
);

test("files in memory answer as files on a disk do, whatever is done to them", async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const root = path(`run-${runs++}`);
      await nodeFiles.makeFolder(root);
      const memory = memoryFiles();
      const doing = (files: Files, base: string, one: (typeof steps)[0]): Promise<unknown> => {
        const at = base === "" ? one.at : `${base}/${one.at}`;
        if (one.call === "write") return files.write(at, one.content);
        if (one.call === "append") return files.append(at, one.content);
        if (one.call === "rename") return files.rename(at, base === "" ? one.to : `${base}/${one.to}`);
        if (one.call === "kind") return files.stat(at).then((info) => info?.kind);
        return files[one.call](at);
      };
      for (const one of steps) {
        const disk = await outcome(doing(nodeFiles, root, one));
        // A disk makes no folders for what is appended to, and minds files on the way to what is removed.
        fc.pre(!(["append", "remove"].includes(one.call) && disk === "E_OUT"));
        expect({ one, outcome: await outcome(doing(memory, "", one)) }).toEqual({ one, outcome: disk });
      }
    }),
    { numRuns: 150 },
  );
});

test("nothing lies above the root, and /a is a", async () => {
  const files = memoryFiles();
  await files.write("/a/x", "1");
  expect(text(await files.read("a/x"))).toBe("1");
  expect(files.join("a", "..", "..", "b")).toBe("b");
  expect(files.join("/a", "b", "..")).toBe("/a");
  expect(await files.list("..")).toEqual(["a"]);
});

test("what was read or written is not changed by whoever changes his array", async () => {
  const files = memoryFiles();
  const mine = bytes("abc");
  await files.write("x", mine);
  mine[0] = 0;
  (await files.read("x"))[1] = 0;
  expect(text(await files.read("x"))).toBe("abc");
});

test("one writer has a folder until it releases it", async () => {
  const files = memoryFiles();
  const lock = await files.lock("m");
  expect((await errorOf(() => files.lock("./m"))).code).toBe("E_LOCKED");
  await lock.check();
  await lock.release();
  expect((await errorOf(() => lock.check())).code).toBe("E_LOCKED");
  await (await files.lock("m")).release();
});

test("a folder goes through an archive, config.json last, and comes back whatever wraps it", async () => {
  const files = memoryFiles();
  const contents = { "config.json": "{}", "onnx/encoder.onnx": "E", "model.safetensors": "W" };
  for (const [name, content] of Object.entries(contents)) await files.write(`models/m/${name}`, content);
  const archive = await packFolder("models/m", files);
  await unpackFolder(archive, "back", files);
  const treeOf = async (folder: string) =>
    Object.fromEntries(
      await Promise.all(Object.keys(contents).map(async (name) => [name, text(await files.read(`${folder}/${name}`))])),
    );
  expect(await treeOf("back")).toEqual(contents);

  // As a person packs it on a Mac, without our folder, into one that holds something else.
  const entries = Object.entries(contents).map(([name, content]) => [`some/folder/${name}`, bytes(content)]);
  const byHand = zipSync({ ...Object.fromEntries(entries), "__MACOSX/some/._folder": bytes("litter") });
  await files.write("other/old.txt", "old");
  await unpackFolder(byHand, "other", files);
  expect(await treeOf("other")).toEqual(contents);
  expect(await files.stat("other/old.txt")).toBeNull();

  const error = await errorOf(() => unpackFolder(archive.subarray(0, 40), "back", files, "cut.zip"));
  expect([error.code, error.message]).toEqual(["E_FILE", expect.stringContaining("cut.zip")]);
  expect(await treeOf("back")).toEqual(contents);
});

test.each([1, 3])("pictures of %i channels become a PNG that another decoder reads the same", async (channels) => {
  const host = browserHost();
  const [height, width] = [5, 7];
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * i * 31 + 7 * i) % 256);
  await host.pictureSinks[0].write("one.png", { count: 1, height, width, channels, pixels }, {}, host);
  const decoded = await sharp(await host.files.read("one.png"))
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(decoded.info).toMatchObject({ height, width, channels });
  expect([...decoded.data]).toEqual([...pixels]);
});

test("data is opened from a URL, and what the server says is told", async () => {
  const npy = writeNpy(
    [3, 2, 2],
    Uint8Array.from({ length: 12 }, (_, i) => i),
  );
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/some/digits.npy" ? 200 : 404);
    response.end(request.url === "/some/digits.npy" ? npy : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const host = browserHost();
    const data = await openDataset(`${base}/some/digits.npy`, {}, host);
    expect([data.count, data.name]).toEqual([3, `${base}/some/digits.npy`]);
    expect([...((await data.read([1])).image as Uint8Array)]).toEqual([4, 5, 6, 7]);
    const error = await errorOf(() => openDataset(`${base}/gone.npy`, {}, host));
    expect([error.code, error.message]).toEqual([
      "E_PATH",
      `${base}/gone.npy: cannot read: the server answers 404 Not Found`,
    ]);
  } finally {
    server.close();
  }
});

test("a device that is not there is named, with those that are", async () => {
  const error = await errorOf(() => browserHost().engine("cpu"));
  expect([error.code, error.message, error.hint]).toEqual(["E_DEVICE", 'no device "cpu" here', "Known: wasm, webgpu."]);
});
