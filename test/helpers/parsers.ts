/**
 * Every parser of our own with whole files to damage: `read` ends in a VaekitError or in a right answer. For files with a
 * checksum that is what the whole file holds; for others, an answer that fits itself. "(signed)" means that the checksums
 * were made to fit the damage, as by someone who wants to do harm.
 */

import { createHash } from "node:crypto";
import { gzipSync, zipSync } from "fflate";
import { readLatents } from "../../src/data/latents.js";
import { openDataset } from "../../src/data/open.js";
import { arraySources } from "../../src/data/sources/all.js";
import { writeCsv } from "../../src/files/csv.js";
import { parseIdx } from "../../src/files/idx.js";
import { writeJsonl } from "../../src/files/jsonl.js";
import { parseNpy, writeNpy } from "../../src/files/npy.js";
import { openNpz, writeNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";
import { parseSafetensors, writeSafetensors } from "../../src/files/safetensors.js";
import { openZip } from "../../src/files/zip.js";
import type { Host } from "../../src/host.js";
import { compose } from "../../src/model/compose.js";
import { openRunner } from "../../src/model/open.js";
import { parametersOf } from "../../src/model/programs.js";
import type { Philox } from "../../src/random.js";
import { cpuBank } from "../../src/runtime/cpu-bank.js";
import type { Engine } from "../../src/runtime/engine.js";
import { readCheckpoint, writeCheckpoint } from "../../src/store/checkpoint.js";
import { loadModel, saveModel } from "../../src/store/folder.js";
import { readMetricsLog } from "../../src/store/metrics-log.js";
import { parseSums, writeSums } from "../../src/store/sums.js";
import { parseState } from "../../src/train/state.js";
import { idxFile } from "./idx-file.js";
import { memoryDisk } from "./memory-files.js";
import { mutate, mutateJson } from "./mutate.js";
import { sampleConfig, sampleModel } from "./saved-models.js";

export interface Parser {
  readonly name: string;
  readonly originals: readonly Uint8Array[];
  /** Damages one of the originals. */
  damage(original: Uint8Array, random: Philox): Uint8Array;
  read(bytes: Uint8Array): Promise<void>;
}

/** The parsers, each with a disk of its own. */
export async function parsers(): Promise<Parser[]> {
  return [
    ...arrayParsers(),
    ...archiveParsers(),
    ...tableParsers(),
    ...(await modelParsers()),
    await checkpointParser(mutate, "checkpoint"),
    await checkpointParser(signedCheckpoint, "checkpoint (signed)"),
    metricsParser(),
  ];
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

export function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(`a wrong answer: ${what}`);
}

function fits({ shape, values }: { shape: readonly number[]; values: ArrayLike<unknown> }): void {
  const count = shape.reduce((product, size) => product * size, 1);
  must(count === values.length, `[${shape}] with ${values.length} values`);
}

const bytes = Uint8Array.from({ length: 3 * 5 * 4 }, (_, i) => i * 7);

function arrayParsers(): Parser[] {
  const idx = [idxFile([3, 5, 4], bytes), idxFile([60], bytes)];
  const npy = [
    writeNpy([3, 5, 4], bytes),
    writeNpy(
      [30],
      Float32Array.from({ length: 30 }, (_, i) => i / 7),
    ),
    writeNpy([2, 2], BigInt64Array.of(1n, -2n, 3n, 2n ** 40n)),
    writeNpy([3], ["a", "größe", "😀"]),
  ];
  const tensors = new Map([
    ["a.weight", { shape: [3, 5], values: Float32Array.from({ length: 15 }, (_, i) => i) }],
    ["b", { shape: [4], values: Uint8Array.of(1, 2, 3, 4) }],
    ["c", { shape: [], values: BigInt64Array.of(7n) }],
  ]);
  return [
    { name: "idx", originals: idx, damage: mutate, read: async (file) => fits(parseIdx(file, "x")) },
    {
      name: "idx.gz",
      originals: idx.map((file) => gzipSync(file)),
      damage: mutate,
      read: async (file) => fits(parseIdx(file, "x")),
    },
    { name: "npy", originals: npy, damage: mutate, read: async (file) => fits(parseNpy(file, "x")) },
    {
      name: "safetensors",
      originals: [writeSafetensors(tensors, { format: "pt" }), writeSafetensors(new Map())],
      damage: mutate,
      read: async (file) => parseSafetensors(file, "x").tensors.forEach(fits),
    },
    dataParser("idx data set", "x-images-idx3-ubyte", idx.slice(0, 1)),
    dataParser("npy data set", "x.npy", npy),
  ];
}

function archiveParsers(): Parser[] {
  const files = { "a.txt": text("hello"), "b/c.bin": Uint8Array.from({ length: 3000 }, (_, i) => i * i) };
  const right = Object.values(files).map((file) => file.join());
  const npz = [false, true].map((compress) =>
    writeNpz(
      new Map([
        ["images", { shape: [3, 5, 4], values: bytes }],
        ["labels", { shape: [3], values: Int32Array.of(1, 0, 1) }],
        ["mu", { shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ]),
      compress,
    ),
  );
  return [
    {
      name: "zip",
      originals: [zipSync(files), zipSync(files, { level: 0 })],
      damage: mutate,
      async read(file) {
        const zip = await openZip(byteRanges(file), "x");
        for (const entry of zip.entries)
          must([...right, ""].includes((await zip.read(entry)).join()), `the bytes of ${entry.name}`);
      },
    },
    {
      name: "npz",
      originals: npz,
      damage: mutate,
      async read(file) {
        const archive = await openNpz(byteRanges(file), "x");
        for (const key of archive.keys) fits(await archive.read(key));
      },
    },
    dataParser("npz data set", "x.npz", npz),
    latentsParser("npz latents", "x.npz", npz),
  ];
}

function tableParsers(): Parser[] {
  const header = ["id", "label", "mu_0", "mu_1"];
  const rows = [
    ["a", 'a "quoted", one', 1, -2.5],
    ["b\nc", null, 1e-20, 3],
    ["größe", "😀", 0, 7],
  ];
  const objects = rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i], cell])));
  return [
    latentsParser("csv", "x.csv", [text(writeCsv(header, rows)), text("mu_0\r\n1\r\n")]),
    latentsParser("jsonl", "x.jsonl", [text(writeJsonl(objects))]),
  ];
}

/** As a data set: what is taken for pictures, and their labels. */
function dataParser(name: string, file: string, originals: readonly Uint8Array[]): Parser {
  const { contents, process } = memoryDisk();
  const host: Host = { ...process().host, sources: arraySources };
  return {
    name,
    originals,
    damage: mutate,
    async read(damaged) {
      contents.set(file, damaged);
      const data = await openDataset(file, {}, host);
      const { height, width, channels } = data.schema.fields.image as unknown as Record<string, number>;
      const { image } = await data.read([0, data.count - 1]);
      must(image.length === 2 * height * width * channels, `${image.length} values of ${height}x${width}x${channels}`);
      must(data.labels === null || data.labels.indices.length === data.count, "labels of another number");
    },
  };
}

function latentsParser(name: string, file: string, originals: readonly Uint8Array[]): Parser {
  const { contents, process } = memoryDisk();
  const { host } = process();
  return {
    name,
    originals,
    damage: mutate,
    async read(damaged) {
      contents.set(file, damaged);
      const { mu, count, width, ids } = await readLatents(file, host);
      must(mu.length === count * width && ids.length === count, `${mu.length} latents of ${count} rows`);
      must(
        mu.every((value) => Number.isFinite(value)),
        "a latent that is no number",
      );
    },
  };
}

/** An engine that runs nothing: what opening a model asks of it. */
const idleEngine: Engine = {
  name: "idle",
  target: "cpu",
  limits: { total: null, array: null },
  threads: 1,
  bank: cpuBank,
  compile: () => Promise.reject(new Error("nothing is compiled while a model is opened")),
  dispose: async () => {},
};

/** The files of a model folder one by one, and its configuration with checksums that fit. */
async function modelParsers(): Promise<Parser[]> {
  const disk = memoryDisk();
  const { host } = disk.process();
  const config = sampleConfig({ facts: { count: 100, mean: { image: new Array(12).fill(0.25) } } });
  const parameters = parametersOf(compose(config));
  const weights = new Map(
    [...parameters].map(([key, { shape }]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [key, { shape, values: Float32Array.from({ length }, (_, i) => i / 9) }];
    }),
  );
  await saveModel("m", sampleModel(1, { config, weights }), host);
  const whole = await loadModel("m", host);
  const expected = JSON.stringify([whole.config, [...whole.weights].map(([key, { values }]) => [key, [...values]])]);
  const sums = parseSums(new TextDecoder().decode(disk.contents.get("m/SHA256SUMS")), "x");

  async function reading(name: string, damaged: Uint8Array, work: () => Promise<void>): Promise<void> {
    const original = disk.contents.get(name)!;
    disk.contents.set(name, damaged);
    try {
      await work();
    } finally {
      disk.contents.set(name, original);
    }
  }
  const file = (name: string): Parser => ({
    name: `model folder: ${name}`,
    originals: [disk.contents.get(`m/${name}`)!],
    damage: mutate,
    read: (damaged) =>
      reading(`m/${name}`, damaged, async () => {
        const loaded = await loadModel("m", host);
        const got = [loaded.config, [...loaded.weights].map(([key, { values }]) => [key, [...values]])];
        must(JSON.stringify(got) === expected, "another model");
      }),
  });
  const signed: Parser = {
    name: "config.json (signed)",
    originals: [disk.contents.get("m/config.json")!],
    damage: mutateJson,
    read: (damaged) =>
      reading("m/config.json", damaged, async () => {
        const digest = createHash("sha256").update(damaged).digest("hex");
        await reading("m/SHA256SUMS", text(writeSums(new Map([...sums, ["config.json", digest]]))), async () => {
          const loaded = await loadModel("m", host);
          const runner = await openRunner(loaded.config, loaded.weights, idleEngine);
          must((await runner.weights()).size === parameters.size, "a model of other weights");
          await runner.dispose();
        });
      }),
  };
  return [file("config.json"), file("SHA256SUMS"), file("model.safetensors"), signed];
}

async function checkpointParser(damage: Parser["damage"], name: string): Promise<Parser> {
  const disk = memoryDisk();
  const { host } = disk.process();
  const progress = {
    step: 12,
    epoch: 1,
    batch: 4,
    random: { seed: 7, stream: 2, position: 1024 },
    tally: { records: 128, sums: { loss: 1234.5, kl: 0.1 } },
    rateFactor: 1,
    recoveries: 0,
    best: { score: Number.POSITIVE_INFINITY, epoch: 1, terms: { loss: 12, reconstruction: 11, kl: 1 } },
    stale: -0,
    seconds: 1.5,
  };
  const tensors = new Map(
    ["value", "m", "v", "best"].map((slot) => [`${slot}/w`, { shape: [2, 3], values: new Float32Array(6).fill(0.5) }]),
  );
  const state = { config: sampleConfig(), progress, tensors, logLines: 2 };
  await writeCheckpoint("m", state, host);
  const [path] = [...disk.contents.keys()].filter((key) => key.endsWith(".safetensors"));
  const isSigned = damage !== mutate;
  return {
    name,
    originals: [disk.contents.get(path)!],
    damage,
    async read(damaged) {
      disk.contents.set(path, damaged);
      const read = await readCheckpoint("m", host);
      if (!read) throw new Error("no checkpoint");
      const { progress: got } = parseState(read, "m");
      must(isSigned || JSON.stringify(got) === JSON.stringify(progress), "another state");
    },
  };
}

/** Changes the state in a checkpoint's header and its digest with it. */
function signedCheckpoint(original: Uint8Array, random: Philox): Uint8Array {
  const { tensors, metadata } = parseSafetensors(original, "x");
  const state = new TextDecoder().decode(mutateJson(text(metadata.state), random));
  const lines = [...tensors].map(([name, { shape, values }]) => {
    const digest = createHash("sha256").update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return JSON.stringify([digest.digest("hex"), name, shape]);
  });
  const digest = createHash("sha256")
    .update([...lines.sort(), state].join("\n"))
    .digest("hex");
  return writeSafetensors(tensors, { ...metadata, state, digest });
}

/** A log is never an error: torn lines are left out. */
function metricsParser(): Parser {
  const { contents, process } = memoryDisk();
  const { host } = process();
  const events = [{ event: "start" }, { event: "epoch", epoch: 1 }, { event: "epoch", epoch: 2 }];
  return {
    name: "metrics.jsonl",
    originals: [text(writeJsonl(events))],
    damage: mutate,
    async read(damaged) {
      contents.set("metrics.jsonl", damaged);
      const read = await readMetricsLog("metrics.jsonl", host.files);
      must(
        read.every(({ event }) => typeof event === "string"),
        "an event without a name",
      );
    },
  };
}
