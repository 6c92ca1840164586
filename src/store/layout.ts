/** What a model folder is made of: names of its files, and what a folder can be told to be by looking at it. */

import type { Files } from "../host.js";

/** Parts, schema, versions, metrics. Written last: a folder with it holds a whole model. */
export const CONFIG = "config.json";
export const WEIGHTS = "model.safetensors";
export const PREPROCESSOR = "preprocessor_config.json";
/** The folder of the ONNX models. */
export const ONNX = "onnx/";
export const CARD = "README.md";
/** Scores of records kept aside; not there where none were. */
export const CALIBRATION = "calibration.json";
/** Points that distances are measured from, of tables; not there in private models. */
export const LANDMARKS = "landmarks.safetensors";
export const METRICS = "metrics.jsonl";
/** SHA-256 of every other file, in the form that `sha256sum -c SHA256SUMS` checks. */
export const SUMS = "SHA256SUMS";
export const CHECKPOINTS = "checkpoints";
/** Lies in `checkpoints/` while a run is unfinished, so that no other folder of that name is taken for ours. */
export const RUN_MARKER = "run.json";

export const FORMAT = "vaekit";

/** "file" and "foreign" are not ours; hidden files (a lock, .DS_Store) do not count. */
export type FolderKind = "missing" | "empty" | "model" | "unfinished" | "foreign" | "file";

/** What is at `path`. A model is a folder whose config.json says it is vaekit's. */
export async function inspectFolder(path: string, files: Files): Promise<FolderKind> {
  const info = await files.stat(path);
  if (!info) return "missing";
  if (info.kind !== "folder") return "file";
  const names = await visibleNames(path, files);
  if (names.length === 0) return "empty";
  if (names.includes(CONFIG) && (await files.read(files.join(path, CONFIG)).then(isOurConfig, () => false)))
    return "model";
  if (await files.stat(files.join(path, CHECKPOINTS, RUN_MARKER))) return "unfinished";
  // A run that was killed before its marker was there.
  const bare = names.join() === CHECKPOINTS && (await visibleNames(files.join(path, CHECKPOINTS), files)).length === 0;
  return bare ? "unfinished" : "foreign";
}

async function visibleNames(path: string, files: Files): Promise<string[]> {
  if ((await files.stat(path))?.kind !== "folder") return [path];
  return (await files.list(path)).filter((name) => !name.startsWith("."));
}

/** Whether these are the bytes of a config.json of vaekit, of whatever version. */
export function isOurConfig(bytes: Uint8Array): boolean {
  try {
    const config: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof config === "object" && config !== null && "format" in config && config.format === FORMAT;
  } catch {
    return false;
  }
}

/**
 * The last name of a path, or null where it has none that could be renamed ("", ".", "..", "/", "C:\\"). A backslash is a
 * separator on Windows alone; elsewhere it is a letter of a name.
 */
export function lastName(path: string, files: Pick<Files, "join">): string | null {
  const separators = files.join("a", "b") === "a\\b" ? /[/\\]/ : /\//;
  const name = path.split(separators).findLast((part) => part !== "") ?? "";
  return ["", ".", ".."].includes(name) || name.endsWith(":") ? null : name;
}

/** The file of an ONNX model, called as Hugging Face calls them. @example onnxFile("encoder") // "onnx/encoder_model.onnx" */
export function onnxFile(name: string): string {
  return `${ONNX}${name}_model.onnx`;
}

/** The path of `name`, which may hold slashes, in `folder`. */
export function inside(folder: string, name: string, files: Files): string {
  return files.join(folder, ...name.split("/"));
}
