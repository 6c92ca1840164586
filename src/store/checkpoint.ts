/** Checkpoints: all that a run needs to continue bit for bit, in one safetensors file each; the last two are kept. */

import { VaekitError } from "../errors.js";
import { parseSafetensors, writeSafetensors } from "../files/safetensors.js";
import type { Host } from "../host.js";
import type { ModelConfig } from "../model/config.js";
import type { Weight } from "../model/runner.js";
import { CHECKPOINTS, FORMAT } from "./layout.js";
import { parseConfig } from "./model-files.js";

/** Where a run stands. */
export interface CheckpointState {
  readonly config: ModelConfig;
  /** By role and name: "value/encoder.hidden1.weight", "m/...", "v/...", "best/...". */
  readonly tensors: ReadonlyMap<string, Weight>;
  /**
   * The rest as plain JSON: steps done, epoch, sums of terms, best score, generator, learning-rate factor, patience,
   * seconds. Numbers come back as they were, infinities and NaN too.
   */
  readonly progress: { readonly step: number };
  /** Lines of metrics.jsonl at this point; the work folder fills it in. */
  readonly logLines?: number;
}

/** The newest and one to fall back on. */
const KEPT = 2;
const NAME = /^checkpoint-(\d+)\.safetensors$/;
const NUMBER_WIDTH = 6;

/** Writes a checkpoint into `folder`/checkpoints, then removes all but the last two. E_OUT when it cannot be written. */
export async function writeCheckpoint(folder: string, state: CheckpointState, host: Host): Promise<void> {
  const { files } = host;
  const place = files.join(folder, CHECKPOINTS);
  await files.makeFolder(place);
  const names = await checkpointNames(place, host);
  const number = 1 + numberOf(names[0] ?? "");
  const { tensors, ...rest } = state;
  const text = JSON.stringify(rest, exactNumbers);
  const metadata = { format: FORMAT, state: text, digest: await digestOf(tensors, text, host) };
  const name = `checkpoint-${String(number).padStart(NUMBER_WIDTH, "0")}.safetensors`;
  await files.write(files.join(place, name), writeSafetensors(tensors, metadata));
  for (const old of names.slice(KEPT - 1)) await files.remove(files.join(place, old));
}

/**
 * The newest whole checkpoint in `folder`, or null where there is none. A damaged one is passed over for the one before
 * it and told to `onNotice`. E_FILE when all are damaged, E_MODEL when a newer vaekit wrote it.
 */
export async function readCheckpoint(
  folder: string,
  host: Host,
  onNotice: (notice: string) => void = () => {},
): Promise<CheckpointState | null> {
  const place = host.files.join(folder, CHECKPOINTS);
  const names = await checkpointNames(place, host);
  let damage: unknown;
  for (const name of names) {
    const path = host.files.join(place, name);
    try {
      const state = await readState(path, host);
      if (damage instanceof VaekitError)
        onNotice(`${damage.message}; continuing from the checkpoint before it, at step ${state.progress.step}`);
      return state;
    } catch (error) {
      if (!(error instanceof VaekitError) || error.code !== "E_FILE") throw error;
      damage ??= error;
    }
  }
  if (names.length === 0) return null;
  throw new VaekitError(
    "E_FILE",
    `${place}: every checkpoint is damaged (${names.length})`,
    "Start again without --resume.",
    { cause: damage },
  );
}

async function readState(path: string, host: Host): Promise<CheckpointState> {
  const { tensors, metadata } = parseSafetensors(await host.files.read(path), path);
  const weights = new Map<string, Weight>();
  for (const [name, { shape, values }] of tensors) {
    if (values instanceof Float32Array) weights.set(name, { shape, values });
  }
  if (metadata.format !== FORMAT || (await digestOf(weights, metadata.state, host)) !== metadata.digest) {
    throw new VaekitError("E_FILE", `${path}: damaged: its content does not match its checksum`);
  }
  const { config, ...rest } = parseText(metadata.state, path);
  return { ...rest, config: parseConfig(new TextEncoder().encode(config), path), tensors: weights };
}

/** The state's text, its configuration as text of its own. */
function parseText(text: string, path: string): Omit<CheckpointState, "tensors" | "config"> & { config: string } {
  try {
    const state = JSON.parse(text, restoreNumbers) as Omit<CheckpointState, "tensors">;
    return { ...state, config: JSON.stringify(state.config) };
  } catch (cause) {
    throw new VaekitError("E_FILE", `${path}: damaged: its state cannot be read`, undefined, { cause });
  }
}

/** SHA-256 over the digest of each tensor, its name and shape, and the state's text. */
async function digestOf(tensors: ReadonlyMap<string, Weight>, text: string, host: Host): Promise<string> {
  const lines: string[] = [];
  for (const [name, { shape, values }] of tensors) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    lines.push(JSON.stringify([await host.digest(bytes), name, shape]));
  }
  return host.digest(new TextEncoder().encode([...lines.sort(), text].join("\n")));
}

export async function hasCheckpoints(folder: string, host: Host): Promise<boolean> {
  return (await checkpointNames(host.files.join(folder, CHECKPOINTS), host)).length > 0;
}

export async function removeCheckpoints(folder: string, host: Host): Promise<void> {
  const place = host.files.join(folder, CHECKPOINTS);
  for (const name of await checkpointNames(place, host)) await host.files.remove(host.files.join(place, name));
}

/** Names of the checkpoints in the folder `place`, newest first. */
async function checkpointNames(place: string, { files }: Host): Promise<string[]> {
  if (!(await files.stat(place))) return [];
  return (await files.list(place)).filter((name) => NAME.test(name)).sort((a, b) => numberOf(b) - numberOf(a));
}

function numberOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0);
}

/** JSON has no infinities, NaN or -0; as text they survive. */
const EXACT = "number:";
const EXACT_NUMBER = /^number:(?:-0|NaN|-?Infinity)$/;
function exactNumbers(_key: string, value: unknown): unknown {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return `${EXACT}${Object.is(value, -0) ? "-0" : value}`;
  return value;
}
function restoreNumbers(_key: string, value: unknown): unknown {
  return typeof value === "string" && EXACT_NUMBER.test(value) ? Number(value.slice(EXACT.length)) : value;
}
