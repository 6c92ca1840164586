/** The model folder: what is saved comes back, damage is named, and a crash leaves the old model or the new one. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VaekitError } from "../../src/errors.js";
import { calibrationText } from "../../src/store/calibration.js";
import { loadModel, saveModel } from "../../src/store/folder.js";
import { damagedFiles } from "../../src/store/model-files.js";
import { checkOut } from "../../src/store/work-folder.js";
import { VERSION } from "../../src/version.js";
import { Killed, type MemoryDisk, memoryDisk } from "../helpers/memory-files.js";
import { sampleConfig, sampleModel } from "../helpers/saved-models.js";

const FILES = [
  "README.md",
  "SHA256SUMS",
  "config.json",
  "model.safetensors",
  "onnx/decoder_model.onnx",
  "onnx/encoder_model.onnx",
  "preprocessor_config.json",
];

async function savedDisk(): Promise<MemoryDisk> {
  const disk = memoryDisk();
  await saveModel("m", sampleModel(), disk.process().host);
  return disk;
}

/** The error that loading gives; a test fails where there is none. */
async function loadError(disk: MemoryDisk, path = "m"): Promise<VaekitError> {
  const error = await loadModel(path, disk.process().host).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VaekitError);
  return error as VaekitError;
}

function text(disk: MemoryDisk, path: string): string {
  return new TextDecoder().decode(disk.contents.get(path));
}
function edit(disk: MemoryDisk, path: string, change: (text: string) => string): void {
  disk.contents.set(path, new TextEncoder().encode(change(text(disk, path))));
}

test("a saved model comes back as it was, from the files of the layout and no others", async () => {
  const disk = await savedDisk();
  expect(disk.tree()).toEqual(FILES.map((name) => `m/${name}`).sort());
  const { config, weights } = await loadModel("m", disk.process().host);
  const { config: saved, weights: values } = sampleModel();
  expect(config).toEqual(saved);
  expect([...weights.keys()].sort()).toEqual([...values.keys()].sort());
  for (const [name, weight] of values) expect(weights.get(name)).toEqual(weight);
});

test("config.json is pretty, ends lines with LF, and has the same bytes however its keys were ordered", async () => {
  const disk = await savedDisk();
  const shuffled = Object.fromEntries(Object.entries(sampleModel().config).reverse());
  await saveModel("n", { ...sampleModel(), config: shuffled as never }, disk.process().host);
  expect(text(disk, "n/config.json")).toBe(text(disk, "m/config.json"));
  expect(text(disk, "m/config.json")).toMatch(/^\{\n {2}"format": "vaekit",\n {2}"formatVersion": 1,\n/);
  expect(text(disk, "m/config.json")).not.toContain("\r");
});

test("more files can be saved with a model, and are listed with their checksums", async () => {
  const disk = memoryDisk();
  const { host } = disk.process();
  await saveModel("m", sampleModel(1, { files: { "samples.png": new Uint8Array([9]) } }), host);
  expect(text(disk, "m/SHA256SUMS")).toMatch(/^[0-9a-f]{64} {2}samples.png$/m);
  expect(text(disk, "m/README.md")).toContain("(samples.png)");
  expect(await damagedFiles("m", host)).toEqual([]);
  disk.contents.set("m/samples.png", new Uint8Array([8]));
  expect(await damagedFiles("m", host)).toEqual(["samples.png"]);
  for (const name of ["config.json", "../x"]) {
    await expect(saveModel("n", sampleModel(1, { files: { [name]: "" } }), host)).rejects.toThrow(/invalid file name/);
  }
});

test("a calibration comes back with its model, and its damage is named like that of any file", async () => {
  const protocol = { data: "d", fingerprint: "f", records: "all", samples: 4, seed: 0, target: "as stored" };
  const full = { ...protocol, likelihoods: { image: "bernoulli" }, unit: "nats per record" as const };
  const disk = memoryDisk();
  const { host } = disk.process();
  const files = { "calibration.json": calibrationText(full, Float64Array.of(3, 1.5, 2)) };
  await saveModel("m", sampleModel(1, { files }), host);
  expect((await loadModel("m", host)).calibration).toMatchObject({ protocol: full, nats: [1.5, 2, 3] });
  edit(disk, "m/calibration.json", (json) => json.replace("1.5", "1.4"));
  expect(await loadError(disk)).toMatchObject({
    code: "E_MODEL",
    message: expect.stringContaining("m/calibration.json: wrong checksum"),
  });
  disk.contents.delete("m/calibration.json");
  expect((await loadError(disk)).message).toBe("m/calibration.json: this file of the model is missing");
  await saveModel("n", sampleModel(), host);
  expect((await loadModel("n", host)).calibration).toBeNull();
});

describe("damage", () => {
  test("nothing there, and a near name", async () => {
    const disk = await savedDisk();
    disk.folders.add("mnist");
    expect(await loadError(disk, "mnits")).toMatchObject({ code: "E_PATH", hint: 'Did you mean "mnist"?' });
    expect(await loadError(disk, "far/away")).toMatchObject({
      code: "E_PATH",
      hint: expect.stringContaining("vaekit fit"),
    });
  });

  test("a folder or file that is no model", async () => {
    const disk = await savedDisk();
    disk.contents.set("notes/todo.txt", new Uint8Array());
    disk.folders.add("notes");
    expect(await loadError(disk, "notes")).toMatchObject({
      code: "E_MODEL",
      message: expect.stringContaining("no config.json"),
    });
    expect((await loadError(disk, "m/config.json")).message).toMatch(/expected a model folder/);
    edit(disk, "m/config.json", () => '{"model_type": "bert"}');
    expect((await loadError(disk)).message).toMatch(/m\/config.json: not made by vaekit/);
  });

  test.each(FILES.filter((name) => name !== "README.md"))("%s is missing", async (name) => {
    const disk = await savedDisk();
    disk.contents.delete(`m/${name}`);
    const error = await loadError(disk);
    expect(error.code).toBe("E_MODEL");
    expect(error.message).toBe(`m/${name}: this file of the model is missing`);
  });

  test("a folder that a newer vaekit made says so, whatever else is new in it", async () => {
    const disk = await savedDisk();
    edit(disk, "m/config.json", (json) =>
      json
        .replace('"formatVersion": 1', '"formatVersion": 9')
        .replace('"0.1.0"', '"4.2.0"')
        .replace('"latent": 2', '"latent": [2, 3]'),
    );
    const error = await loadError(disk);
    expect(error.code).toBe("E_MODEL");
    expect(error.message).toContain(`made by vaekit 4.2.0 in format 9; this is vaekit ${VERSION}`);
    expect(error.hint).toMatch(/^Update vaekit/);
  });

  test("a configuration nested deeper than can be followed is damaged, not a crash", async () => {
    const disk = await savedDisk();
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    edit(disk, "m/config.json", (json) => json.replace('"format": "vaekit"', `"format": ${deep}`));
    expect((await loadError(disk)).message).toMatch(/"format" is a list, expected "vaekit"/);
  });

  test("a configuration that makes no sense names its key", async () => {
    const disk = await savedDisk();
    edit(disk, "m/config.json", (json) => json.replace('"latent": 2', '"latent": -2'));
    expect((await loadError(disk)).message).toMatch(/m\/config.json: invalid latent: /);
  });

  test("a file that was changed by hand has the wrong checksum", async () => {
    const disk = await savedDisk();
    edit(disk, "m/config.json", (json) => json.replace('"latent": 2', '"latent": 3'));
    expect((await loadError(disk)).message).toMatch(/m\/config.json: wrong checksum: got .*expected .*SHA256SUMS/);
  });

  const CHECKED = ["config.json", "model.safetensors", "preprocessor_config.json", "SHA256SUMS"];
  test("a file cut off anywhere is an error that names it", async () => {
    const disk = await savedDisk();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...CHECKED),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (name, where) => {
          const path = `m/${name}`;
          const whole = disk.contents.get(path)!;
          const length = Math.floor(where * whole.length);
          if (name === "SHA256SUMS" && length >= whole.length - 1) return; // its last line end may go
          disk.contents.set(path, whole.slice(0, length));
          try {
            const error = await loadError(disk);
            expect(error.code).toBe("E_MODEL");
            expect(error.message).toContain(path);
          } finally {
            disk.contents.set(path, whole);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a byte changed anywhere is an error, or changes nothing that is loaded", async () => {
    const disk = await savedDisk();
    const expected = await loadModel("m", disk.process().host);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...CHECKED),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (name, at, flip) => {
          const path = `m/${name}`;
          const whole = disk.contents.get(path)!;
          const bytes = whole.slice();
          bytes[at % bytes.length] ^= flip;
          disk.contents.set(path, bytes);
          try {
            const loaded = await loadModel("m", disk.process().host).catch((error: unknown) => {
              expect(error).toBeInstanceOf(VaekitError);
              expect((error as VaekitError).code).toBe("E_MODEL");
              return expected;
            });
            expect(loaded).toEqual(expected);
          } finally {
            disk.contents.set(path, whole);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("replacing", () => {
  test("an empty folder is filled, a model replaced, and what vaekit did not write stays", async () => {
    const disk = memoryDisk();
    const { host, files } = disk.process();
    disk.folders.add("m");
    await saveModel("m", sampleModel(1, { files: { "samples.png": new Uint8Array([1]) } }), host);
    await files.write("m/notes.txt", "mine");
    await files.write("m/.git/HEAD", "mine too");
    await saveModel("m/", sampleModel(2), host);
    expect((await loadModel("m", host)).config.metrics).toEqual({ negativeElbo: 102 });
    expect(disk.tree()).toEqual([...FILES, "notes.txt", ".git/HEAD"].map((name) => `m/${name}`).sort());
  });

  test("what is not a model is left alone", async () => {
    const disk = memoryDisk();
    const { host, files } = disk.process();
    await files.write("work/checkpoints/torch.pt", "");
    await files.write("bert/config.json", '{"model_type":"bert"}');
    await files.write("file", "");
    const before = disk.tree();
    for (const path of ["work", "bert", "file"]) {
      await expect(checkOut(path, host)).rejects.toMatchObject({ code: "E_OUT" });
      await expect(saveModel(path, sampleModel(), host)).rejects.toMatchObject({ code: "E_OUT" });
    }
    expect(disk.tree()).toEqual(before);
  });

  test("a model under a path without a name cannot be renamed, and says what to do", async () => {
    const disk = memoryDisk();
    const { host } = disk.process();
    await saveModel("m", sampleModel(), host);
    await expect(saveModel("m/../m/.", sampleModel(), host)).rejects.toMatchObject({
      code: "E_OUT",
      hint: expect.stringContaining("../NAME"),
    });
  });

  test("a full disk leaves nothing of a new model and all of an old one", async () => {
    const disk = memoryDisk();
    const full = disk.process({ full: (path) => path.endsWith("decoder_model.onnx") });
    await expect(saveModel("a/b/m", sampleModel(), full.host)).rejects.toThrow(/disk is full/);
    expect(disk.tree()).toEqual([]);
    await saveModel("m", sampleModel(1), disk.process().host);
    await expect(saveModel("m", sampleModel(2), full.host)).rejects.toThrow(/disk is full/);
    expect(disk.tree()).toEqual(FILES.map((name) => `m/${name}`).sort());
    expect((await loadModel("m", disk.process().host)).config.metrics).toEqual({ negativeElbo: 101 });
  });

  test("a folder that a live process works on is locked", async () => {
    const disk = await savedDisk();
    const { files } = disk.process();
    const lock = await files.lock(".m.work");
    await expect(saveModel("m", sampleModel(2), disk.process().host)).rejects.toMatchObject({ code: "E_LOCKED" });
    await lock.release();
  });

  test("a process killed between any two changes leaves the old model or the new, and the next save works", async () => {
    const old = sampleModel(1);
    const reference = await savedDisk();
    const counting = reference.process();
    await saveModel("m", sampleModel(2), counting.host);
    expect(counting.changes).toBeGreaterThan(20);
    const seen = new Set<unknown>();
    for (let killAt = 0; killAt < counting.changes; killAt++) {
      const disk = memoryDisk();
      await saveModel("m", { ...old, files: { "old.png": "" } }, disk.process().host);
      await disk.process().files.write("m/notes.txt", "mine");
      await expect(saveModel("m", sampleModel(2), disk.process({ killAt }).host)).rejects.toThrow(Killed);
      // A reader on a disk that cannot be written finds it too.
      const reading = await loadModel("m", disk.process({ readOnly: true }).host);
      const { config } = await loadModel("m", disk.process().host);
      expect(reading.config).toEqual(config);
      // Reading finishes what was begun: nothing of a run is left beside a model that took its place.
      if (config.metrics.negativeElbo === 102)
        expect(disk.tree(), `read after ${killAt}`).toEqual([...FILES, "notes.txt"].map((name) => `m/${name}`).sort());
      seen.add(config.metrics.negativeElbo);
      expect([101, 102]).toContain(config.metrics.negativeElbo);
      await saveModel("m", sampleModel(3), disk.process().host);
      expect(disk.tree(), `killed at change ${killAt}`).toEqual(
        [...FILES, "notes.txt"].map((name) => `m/${name}`).sort(),
      );
    }
    expect(seen).toEqual(new Set([101, 102]));
  });

  test("a process killed while it saves a new model leaves a whole one or none, and the next save works", async () => {
    for (let killAt = 0; ; killAt++) {
      const disk = memoryDisk();
      const saved = await saveModel("m", sampleModel(1), disk.process({ killAt }).host).then(
        () => true,
        () => false,
      );
      const model = await loadModel("m", disk.process().host).catch((error: VaekitError) => error);
      if (model instanceof Error)
        expect(model.code, `killed at ${killAt}: ${model.message}`).toMatch(/^E_(PATH|MODEL)$/);
      else expect(model.config).toEqual(sampleConfig({ metrics: { negativeElbo: 101 } }));
      await saveModel("m", sampleModel(2), disk.process().host);
      expect((await loadModel("m", disk.process().host)).config.metrics).toEqual({ negativeElbo: 102 });
      expect(disk.tree()).toEqual(FILES.map((name) => `m/${name}`).sort());
      if (saved) break;
    }
  });
});
