/**
 * Replaces one model folder by another so that a crash leaves the old or the new. Beside NAME, in the folder
 * `.NAME.work`, a run trains and writes the new model to `.NAME.work/model`. Then
 *
 *   1. NAME             -> .NAME.work/old
 *   2. .NAME.work/model -> NAME
 *   3. files in old that vaekit did not write move to NAME, the rest is removed.
 *
 * A crash between these steps shows in what is where, and `mend` carries on.
 */

import { VaekitError } from "../errors.js";
import { type Files, type Host, LOCK_FILE } from "../host.js";
import { CHECKPOINTS, CONFIG, inside, inspectFolder, lastName, METRICS, RUN_MARKER, SUMS } from "./layout.js";
import { parseSums } from "./sums.js";

const NEW = "model";
const OLD = "old";
const TRASH = "trash";

/** The folder beside `path` in which its replacement is made; null for a path without a name of its own. */
export function siblingOf(path: string, files: Files): string | null {
  const name = lastName(path, files);
  return name === null ? null : files.join(path, "..", `.${name}.work`);
}

/** Where the new model is written before it is published. */
export function newModelPath(sibling: string, files: Files): string {
  return files.join(sibling, NEW);
}

/** Puts `sibling`'s new model at `path`. The caller holds the sibling's lock. E_OUT when something else is there by now. */
export async function publish(path: string, sibling: string, { files }: Host): Promise<void> {
  const fresh = newModelPath(sibling, files);
  const kind = await inspectFolder(path, files);
  if (kind === "file" || kind === "foreign" || kind === "unfinished") {
    throw new VaekitError(
      "E_OUT",
      `${path}: something else came here meanwhile`,
      `The new model is whole in ${fresh}: move it where you want it.`,
    );
  }
  try {
    if (kind === "model") await files.rename(path, files.join(sibling, OLD));
    if (kind === "empty") await files.remove(path);
    await files.rename(fresh, path);
  } catch (cause) {
    throw new VaekitError(
      "E_OUT",
      `${path}: the new model cannot be moved here`,
      `It is whole in ${fresh}: move it by hand.`,
      { cause },
    );
  }
  await tidy(path, sibling, files);
}

/**
 * Carries on what a crash interrupted at `path`: without the old model's folder the new one takes its place if it is
 * whole, else the old one comes back. E_LOCKED while a process is at it.
 */
export async function mend(path: string, host: Host): Promise<void> {
  const { files } = host;
  await removeSpent(path, files);
  const sibling = siblingOf(path, files);
  if (!sibling) return;
  const old = files.join(sibling, OLD);
  if (!(await files.stat(old))) return await removeLitter(path, sibling, files);
  const lock = await files.lock(sibling);
  try {
    if (!(await files.stat(old))) return;
    const kind = await inspectFolder(path, files);
    if (kind === "model") return await tidy(path, sibling, files);
    if (kind !== "missing") return; // someone made another folder here: theirs to sort out
    const fresh = newModelPath(sibling, files);
    if (await files.stat(files.join(fresh, CONFIG))) {
      await files.rename(fresh, path);
      await tidy(path, sibling, files);
    } else {
      await files.rename(old, path);
    }
  } finally {
    await lock.release();
    await removeIfEmpty(sibling, files);
  }
}

/** Removes what is left beside a model whose run was killed while it tidied up: all but an unfinished run. */
async function removeLitter(path: string, sibling: string, files: Files): Promise<void> {
  const isRun = async () => (await files.stat(files.join(sibling, CHECKPOINTS, RUN_MARKER))) !== null;
  if (!(await files.stat(sibling)) || (await isRun()) || (await inspectFolder(path, files)) !== "model") return;
  const lock = await files.lock(sibling);
  try {
    if (await isRun()) return;
    await removeUnpublished(sibling, files);
    await clearRun(sibling, files);
  } finally {
    await lock.release();
  }
  await removeIfEmpty(sibling, files);
}

/** Removes the checkpoints and the lock of a run that was killed after it had finished its model in place. */
async function removeSpent(path: string, files: Files): Promise<void> {
  const checkpoints = files.join(path, CHECKPOINTS);
  const isSpent = async () =>
    (await files.stat(checkpoints))?.kind === "folder" &&
    ((await files.stat(files.join(checkpoints, RUN_MARKER))) !== null || (await files.list(checkpoints)).length === 0);
  if (!(await isSpent()) && !(await hasLock(path, files))) return;
  if ((await inspectFolder(path, files)) !== "model") return;
  const lock = await files.lock(path);
  if (await isSpent()) await files.remove(checkpoints);
  await lock.release();
}

async function hasLock(folder: string, files: Files): Promise<boolean> {
  if ((await files.stat(folder))?.kind !== "folder") return false;
  return (await files.list(folder)).some((name) => name.startsWith(LOCK_FILE));
}

/** The folder to read the model of `path` from: itself, mended where that can be done. */
export async function readablePath(path: string, host: Host): Promise<string> {
  const { files } = host;
  await mend(path, host).catch(() => {}); // a writer is at it, or the disk is read-only: read what is there
  const sibling = siblingOf(path, files);
  if (!sibling || (await files.stat(path))) return path;
  for (const candidate of [newModelPath(sibling, files), files.join(sibling, OLD)]) {
    if (await files.stat(files.join(candidate, CONFIG))) return candidate;
  }
  return path;
}

/** Step 3: from here on the run counts as finished. */
async function tidy(path: string, sibling: string, files: Files): Promise<void> {
  await files.remove(files.join(sibling, CHECKPOINTS, RUN_MARKER));
  const old = files.join(sibling, OLD);
  if (await files.stat(old)) {
    for (const name of await foreignNames(old, files)) {
      const target = files.join(path, name);
      if (!(await files.stat(target))) await files.rename(files.join(old, name), target);
    }
    await files.rename(old, files.join(sibling, TRASH)); // what is removed in pieces must not be taken for a model
  }
  await removeUnpublished(sibling, files);
  await clearRun(sibling, files);
}

/** What lies in a model folder beside the files that its SHA256SUMS lists. */
async function foreignNames(folder: string, files: Files): Promise<string[]> {
  const ours = new Set([CONFIG, SUMS, METRICS, CHECKPOINTS]);
  const at = inside(folder, SUMS, files);
  try {
    for (const name of parseSums(new TextDecoder().decode(await files.read(at)), at).keys())
      ours.add(name.split("/")[0]);
  } catch {
    // A damaged model: what cannot be told apart stays.
  }
  return (await files.list(folder)).filter((name) => !ours.has(name));
}

/** Removes a new model that was never published. */
export async function removeUnpublished(sibling: string, files: Files): Promise<void> {
  for (const name of [TRASH, NEW]) await files.remove(files.join(sibling, name));
}

/** Removes what a run keeps in the folder it works in; last what marks the folder as a run's. */
export async function clearRun(folder: string, files: Files): Promise<void> {
  for (const name of [METRICS, CHECKPOINTS]) await files.remove(files.join(folder, name));
}

/** Removes a folder if there is nothing in it. */
export async function removeIfEmpty(path: string, files: Files): Promise<void> {
  const names = await files.list(path).catch(() => null);
  if (names?.length === 0) await files.remove(path);
}
