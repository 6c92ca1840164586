/** The files of a model folder: how each is written, and how each is read back with every damage named. */

import type { Schema } from "../data/dataset.js";
import { didYouMean, shown, VaekitError } from "../errors.js";
import { fieldsOf } from "../fields/list.js";
import { parseSafetensors, writeSafetensors } from "../files/safetensors.js";
import type { Host } from "../host.js";
import { FORMAT_VERSION, ModelConfig } from "../model/config.js";
import { expectParts } from "../model/needs.js";
import type { Weight } from "../model/runner.js";
import { VERSION } from "../version.js";
import { apartFiles, withApart } from "./apart.js";
import { type Calibration, parseCalibration } from "./calibration.js";
import { modelCard } from "./card.js";
import { parseLandmarks, type StoredLandmarks } from "./landmarks.js";
import {
  CALIBRATION,
  CARD,
  CONFIG,
  FORMAT,
  inside,
  inspectFolder,
  LANDMARKS,
  lastName,
  METRICS,
  ONNX,
  onnxFile,
  PREPROCESSOR,
  SUMS,
  WEIGHTS,
} from "./layout.js";
import { preprocessorConfig } from "./preprocessor.js";
import { parseSums, writeSums } from "./sums.js";

/** All that a model folder is written from. */
export interface SavedModel {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Bytes of the ONNX models, by name (`exportOnnx`). */
  readonly onnx: Readonly<Record<string, Uint8Array>>;
  /** More files by name: samples.png, reconstructions.png, metrics.jsonl, report.html; a README.md replaces the card. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
}

export interface LoadedModel {
  readonly config: ModelConfig;
  readonly weights: Map<string, Weight>;
  /** By which scores are judged; null where no records were kept aside in training. */
  readonly calibration: Calibration | null;
  /** From which distances are measured; null where there are none. */
  readonly landmarks: StoredLandmarks | null;
}

/** Files that this module alone writes. */
const OWN_FILES: readonly string[] = [CONFIG, WEIGHTS, PREPROCESSOR, SUMS];
const COPY_AGAIN = "The file is damaged: copy the model folder again, or train the model anew.";

/**
 * Writes the files of a model into `folder`, config.json last: a folder without it holds no model. Nothing else in the
 * folder is touched, and when one cannot be written (E_OUT) none of them stays.
 */
export async function writeModelFiles(folder: string, model: SavedModel, host: Host): Promise<void> {
  const { schema } = model.config;
  const apart = await apartFiles(schema.fields, host);
  const config = ModelConfig.parse({ ...model.config, schema: { ...schema, fields: apart.fields } });
  const contents = new Map<string, Uint8Array | string>();
  contents.set(WEIGHTS, writeSafetensors(model.weights, { format: FORMAT }));
  for (const [name, bytes] of Object.entries(model.onnx)) contents.set(onnxFile(name), bytes);
  for (const [name, text] of apart.files) contents.set(name, text);
  const preprocessor = preprocessorConfig(config.schema);
  if (preprocessor) contents.set(PREPROCESSOR, json(preprocessor));
  for (const [name, content] of Object.entries(model.files ?? {})) {
    if (OWN_FILES.includes(name) || name.startsWith(ONNX) || apart.files.has(name) || name.split("/").includes("..")) {
      throw new VaekitError("E_OPTION", `invalid file name in a model folder: "${name}"`);
    }
    contents.set(name, content);
  }
  if (!contents.has(CARD))
    contents.set(CARD, modelCard({ config: { ...config, schema }, files: [...contents.keys()] }));
  contents.set(CONFIG, json(config));

  const sums = new Map<string, string>();
  for (const [name, content] of contents) sums.set(name, await host.digest(bytesOf(content)));
  contents.delete(CONFIG);
  contents.set(SUMS, writeSums(sums));
  contents.set(CONFIG, json(config)); // last
  try {
    for (const [name, content] of contents) await host.files.write(inside(folder, name, host.files), content);
  } catch (error) {
    contents.delete(METRICS); // where a run works in place, its log
    for (const name of [...contents.keys()].reverse()) {
      await host.files.remove(inside(folder, name.split("/")[0], host.files)).catch(() => {});
    }
    throw error;
  }
}

/** SHA-256 of the weights as a model folder has them. */
export function weightsDigest(weights: ReadonlyMap<string, Weight>, host: Host): Promise<string> {
  return host.digest(writeSafetensors(weights, { format: FORMAT }));
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/**
 * Reads the model in `folder`, which errors call `path`. Each names the file: E_PATH where there is nothing; E_MODEL
 * where it is no model, a file is missing, truncated, corrupt or differs from its checksum, a newer vaekit made it, or it needs a part that nobody registered.
 */
export async function readModel(folder: string, path: string, host: Host): Promise<LoadedModel> {
  const { files } = host;
  await expectModel(folder, path, host);
  const read = async (name: string): Promise<{ bytes: Uint8Array; at: string }> => {
    const at = inside(folder, name, files);
    if (!(await files.stat(at))) throw missing(at);
    return { bytes: await files.read(at), at };
  };
  const config = await read(CONFIG);
  const written = parseConfig(config.bytes, config.at);
  const fields = await withApart(written.schema.fields, config.at, read, host);
  const parsed = { ...written, schema: { ...written.schema, fields } };
  const sums = await read(SUMS);
  const expected = parseSums(new TextDecoder().decode(sums.bytes), sums.at);
  const check = async (name: string, { bytes, at }: { bytes: Uint8Array; at: string }): Promise<void> => {
    const want = expected.get(name);
    const got = await host.digest(bytes);
    if (want === undefined) throw new VaekitError("E_MODEL", `${sums.at}: no checksum of ${name}`, COPY_AGAIN);
    if (want === got) return;
    const short = (sum: string) => `${sum.slice(0, 12)}...`;
    throw new VaekitError(
      "E_MODEL",
      `${at}: wrong checksum: got ${short(got)}, expected ${short(want)} (${SUMS})`,
      COPY_AGAIN,
    );
  };
  const readCalibration = async (): Promise<Calibration | null> => {
    if (!expected.has(CALIBRATION)) return null;
    const file = await read(CALIBRATION);
    await check(CALIBRATION, file);
    return parseCalibration(new TextDecoder().decode(file.bytes), file.at);
  };
  const readLandmarks = async (): Promise<StoredLandmarks | null> => {
    if (!expected.has(LANDMARKS)) return null;
    const file = await read(LANDMARKS);
    await check(LANDMARKS, file);
    return parseLandmarks(file.bytes, file.at);
  };
  const weights = await read(WEIGHTS);
  const tensors = parseWeights(weights.bytes, weights.at);
  await check(WEIGHTS, weights);
  await check(CONFIG, config);
  for (const name of expected.keys())
    if (name.startsWith(ONNX) && !(await files.stat(inside(folder, name, files))))
      throw missing(inside(folder, name, files));
  if (preprocessorConfig(parsed.schema)) await check(PREPROCESSOR, await read(PREPROCESSOR));
  expectParts(parsed, path);
  expectFields(parsed.schema, config.at);
  return { config: parsed, weights: tensors, calibration: await readCalibration(), landmarks: await readLandmarks() };
}

/** Names of the files listed in SHA256SUMS that are missing or differ: of all files, not only of those that loading reads. */
export async function damagedFiles(path: string, host: Host): Promise<string[]> {
  const at = host.files.join(path, SUMS);
  const damaged: string[] = [];
  for (const [name, sum] of parseSums(new TextDecoder().decode(await host.files.read(at)), at)) {
    const file = inside(path, name, host.files);
    if (!(await host.files.stat(file)) || (await host.digest(await host.files.read(file))) !== sum) damaged.push(name);
  }
  return damaged;
}

async function expectModel(folder: string, path: string, host: Host): Promise<void> {
  const { files } = host;
  const info = await files.stat(folder);
  if (!info) throw new VaekitError("E_PATH", `${path}: no such model folder`, await nearbyHint(path, host));
  if (info.kind === "file")
    throw new VaekitError(
      "E_MODEL",
      `${path}: a file, expected a model folder`,
      "Give the folder that `vaekit fit` wrote.",
    );
  const names = await files.list(folder);
  if (names.includes(CONFIG)) return;
  if ((await inspectFolder(folder, files)) === "unfinished") {
    throw new VaekitError(
      "E_MODEL",
      `${path}: no model yet: its training was not finished`,
      `Continue it with: vaekit fit DATA --out ${path} --resume`,
    );
  }
  if (names.includes(WEIGHTS) || names.includes(SUMS)) throw missing(files.join(path, CONFIG));
  throw new VaekitError(
    "E_MODEL",
    `${path}: no model folder: it has no ${CONFIG}`,
    "Give the folder that `vaekit fit` wrote.",
  );
}

async function nearbyHint(path: string, { files }: Host): Promise<string> {
  const name = lastName(path, files);
  const siblings = name ? await files.list(files.join(path, "..")).catch(() => []) : [];
  const near = didYouMean(name ?? "", siblings);
  return near.startsWith("Did") ? near : `Train one with: vaekit fit DATA --out ${path}`;
}

/** The configuration in the bytes of config.json at `at`; E_MODEL when it is none of ours, damaged, or newer. */
export function parseConfig(bytes: Uint8Array, at: string): ModelConfig {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VaekitError("E_MODEL", `${at}: no JSON: truncated or damaged (${bytes.length} bytes)`, COPY_AGAIN, {
      cause,
    });
  }
  const { format, formatVersion, vaekitVersion } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (format !== FORMAT) {
    throw new VaekitError("E_MODEL", `${at}: not made by vaekit: "format" is ${shown(format)}, expected "${FORMAT}"`);
  }
  if (typeof formatVersion === "number" && formatVersion > FORMAT_VERSION) {
    throw new VaekitError(
      "E_MODEL",
      `${at}: made by vaekit ${typeof vaekitVersion === "string" ? vaekitVersion : "of no version"} in format ${formatVersion}; this is vaekit ${VERSION}, which reads formats up to ${FORMAT_VERSION}`,
      "Update vaekit: npm install vaekit@latest",
    );
  }
  const config = ModelConfig.safeParse(value);
  if (config.success) return config.data;
  const issue = config.error.issues[0];
  throw new VaekitError("E_MODEL", `${at}: invalid ${issue.path.join(".") || "content"}: ${issue.message}`, COPY_AGAIN);
}

/** E_MODEL, naming the configuration `at`, where a field's schema makes no sense. */
function expectFields(schema: Schema, at: string): void {
  try {
    fieldsOf(schema);
  } catch (error) {
    if (!(error instanceof VaekitError)) throw error;
    throw new VaekitError("E_MODEL", `${at}: ${error.message}`, COPY_AGAIN, { cause: error });
  }
}

function parseWeights(bytes: Uint8Array, at: string): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  try {
    for (const [name, { shape, values, dtype }] of parseSafetensors(bytes, at).tensors) {
      if (!(values instanceof Float32Array))
        throw new VaekitError("E_MODEL", `${at}: tensor "${name}" has type ${dtype}, expected F32`);
      weights.set(name, { shape, values });
    }
  } catch (error) {
    if (!(error instanceof VaekitError)) throw error;
    throw new VaekitError("E_MODEL", error.message, COPY_AGAIN, { cause: error });
  }
  return weights;
}

function missing(at: string): VaekitError {
  return new VaekitError(
    "E_MODEL",
    `${at}: this file of the model is missing`,
    "Copy the whole model folder again, or train the model anew.",
  );
}

/** Pretty, but lists of numbers, such as a mean per pixel, on one line. */
function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(/\[\n\s+([-+.\dEe,\s]+?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, " ")}]`)}\n`;
}
