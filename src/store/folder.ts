/** The model folder: saved whole or not at all, loaded with its damage named. */

import type { Host } from "../host.js";
import { CONFIG } from "./layout.js";
import { type LoadedModel, readModel, type SavedModel } from "./model-files.js";
import { readablePath } from "./sibling.js";
import { openWorkFolder } from "./work-folder.js";

export type { LoadedModel, SavedModel };

/**
 * Loads the model folder at `path`. A replacement that was killed half-way is mended first. Errors, each naming the
 * file: E_PATH where there is nothing; E_MODEL where it is no model, a file is missing, truncated, corrupt or differs
 * from its checksum, a newer vaekit made it, or it needs a part that nobody registered.
 */
export async function loadModel(path: string, host: Host): Promise<LoadedModel> {
  const before = await stamp(path, host);
  try {
    return await readModel(await readablePath(path, host), path, host);
  } catch (error) {
    // Another process may have put a new model here while we read the old one: then what did not fit is history.
    if ((await stamp(path, host)) === before) throw error;
    return readModel(await readablePath(path, host), path, host);
  }
}

async function stamp(path: string, { files }: Host): Promise<string> {
  const info = await files.stat(files.join(path, CONFIG)).catch(() => null);
  return `${info?.size} ${info?.modified}`;
}

/**
 * Saves a model as the folder `path`: after a crash there is the old model or the new one, whole. A model that is there
 * is replaced; files in its folder that vaekit did not write stay. E_OUT where the folder holds something else or
 * cannot be written, E_LOCKED while another process works on it; then nothing has changed.
 */
export async function saveModel(path: string, model: SavedModel, host: Host): Promise<void> {
  const work = await openWorkFolder(path, { resume: false }, host);
  try {
    await work.finish(model);
  } finally {
    await work.close();
  }
}
