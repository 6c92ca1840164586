/** The folder a run works in: checkpoints and metrics while it trains, a model when it is done, nothing if it fails at once. */

import { VaekitError } from "../errors.js";
import type { Files, Host, Lock } from "../host.js";
import { FORMAT_VERSION } from "../model/config.js";
import { VERSION } from "../version.js";
import {
  type CheckpointState,
  hasCheckpoints,
  readCheckpoint,
  removeCheckpoints,
  writeCheckpoint,
} from "./checkpoint.js";
import { CHECKPOINTS, FORMAT, inspectFolder, METRICS, RUN_MARKER } from "./layout.js";
import { type LoggedEvent, type MetricsLog, openMetricsLog, readMetricsLog } from "./metrics-log.js";
import { type SavedModel, writeModelFiles } from "./model-files.js";
import { clearRun, mend, newModelPath, publish, removeIfEmpty, removeUnpublished, siblingOf } from "./sibling.js";

export interface WorkFolder {
  /** Where the checkpoints and metrics.jsonl are: `out`, or a folder beside it while `out` holds the model to be replaced. */
  readonly path: string;
  /** The checkpoint to continue from; null: a new run. */
  readonly resumed: CheckpointState | null;
  /** What a user should know: a damaged checkpoint was passed over, an unfinished run is replaced. */
  readonly notices: readonly string[];
  /** Adds to metrics.jsonl, except events that come by the clock. */
  log(event: LoggedEvent): Promise<void>;
  /** What metrics.jsonl holds so far, also of the part before a resume. */
  events(): Promise<LoggedEvent[]>;
  /** E_LOCKED, here and at the end, when another process took the folder meanwhile. */
  checkpoint(state: CheckpointState): Promise<void>;
  /** Publishes the finished model at `out`, removes the checkpoints and ends the work. */
  finish(model: SavedModel): Promise<void>;
  /** Ends the work: checkpoints stay for `--resume`; without any, all that was made is removed. Nothing after `finish`. */
  close(): Promise<void>;
}

/** Whether `out` holds a finished model that no unfinished run is about to replace. */
export async function isFinished(out: string, host: Host): Promise<boolean> {
  const { files } = host;
  await mend(out, host).catch(() => {}); // a process is at it: then it is not finished, or will be in a moment
  const sibling = siblingOf(out, files);
  return (await inspectFolder(out, files)) === "model" && !(sibling && (await hasRun(sibling, files)));
}

/** E_OUT, before any work is done, where `openWorkFolder` would refuse `out`. Changes nothing. */
export async function checkOut(out: string, host: Host): Promise<void> {
  await placeOf(out, false, host.files);
}

/**
 * Opens the folder in which a run for `out` works, and locks it. E_OUT where `out` is a file, holds something that is
 * not a model, or cannot be written; E_LOCKED while another process works on it. Then nothing has changed.
 */
export async function openWorkFolder(
  out: string,
  { resume }: { readonly resume: boolean },
  host: Host,
): Promise<WorkFolder> {
  const { files } = host;
  for (;;) {
    await mend(out, host);
    const path = await placeOf(out, resume, files);
    const made = await missingFolders(path, files);
    const undo = async () => {
      for (const folder of made) await removeIfEmpty(folder, files);
    };
    try {
      await files.makeFolder(path);
      const lock = await files.lock(path);
      try {
        // Until the lock was ours another process may have finished here; then look again.
        if ((await placeOf(out, resume, files)) === path) {
          if (path === out) await removeStale(out, files);
          return await open({ out, path, undo, lock, host }, resume);
        }
      } catch (error) {
        await lock.release();
        throw error;
      }
      await lock.release();
      await undo();
    } catch (error) {
      await undo();
      throw path === out ? error : aboutSibling(out, error);
    }
  }
}

/** The error of a folder beside `out`, of which nobody knows. */
function aboutSibling(out: string, error: unknown): unknown {
  if (!(error instanceof VaekitError) || error.code !== "E_OUT") return error;
  const { message, hint } = error;
  return new VaekitError("E_OUT", `${out}: the new model is made beside it: ${message}`, hint, { cause: error });
}

/** Where a run for `out` works: there, or beside it while it holds a model (or did, and its replacement is to go on). */
async function placeOf(out: string, resume: boolean, files: Files): Promise<string> {
  const kind = await inspectFolder(out, files);
  if (kind === "file") throw new VaekitError("E_OUT", `${out}: a file, expected a folder for the model`, CHOOSE);
  if (kind === "foreign") {
    throw new VaekitError("E_OUT", `${out}: holds something that is not a model; nothing was changed`, CHOOSE);
  }
  const sibling = siblingOf(out, files);
  if (kind === "model" && !sibling) {
    throw new VaekitError("E_OUT", `${out}: holds a model, which cannot be replaced under this name`, RENAME);
  }
  const goesOn = resume && kind !== "unfinished" && sibling !== null && (await hasRun(sibling, files));
  return sibling && (kind === "model" || goesOn) ? sibling : out;
}
const CHOOSE = "Choose a new or empty folder.";
const RENAME = "Give the folder's own name, such as ../NAME.";

async function hasRun(folder: string, files: Files): Promise<boolean> {
  return (await files.stat(files.join(folder, CHECKPOINTS, RUN_MARKER))) !== null;
}

/** Whether `folder` holds nothing visible but what a run keeps there. */
async function onlyRun(folder: string, files: Files): Promise<boolean> {
  const names = await files.list(folder);
  return names.every((name) => name.startsWith(".") || name === CHECKPOINTS || name === METRICS);
}

/** Removes what atomic writes leave when their process is killed, in the folder and those in it. */
async function removeTemporary(folder: string, files: Files): Promise<void> {
  for (const name of await files.list(folder)) {
    const path = files.join(folder, name);
    if (TEMPORARY.test(name)) await files.remove(path);
    else if ((await files.stat(path))?.kind === "folder") await removeTemporary(path, files);
  }
}
const TEMPORARY = /^\..+\.[0-9a-f]+\.tmp$/;

/** Removes what a dead run left beside `out`. E_LOCKED when it lives. */
async function removeStale(out: string, files: Files): Promise<void> {
  const sibling = siblingOf(out, files);
  if (!sibling || !(await files.stat(sibling))) return;
  const lock = await files.lock(sibling);
  await clearRun(sibling, files);
  await removeUnpublished(sibling, files);
  await lock.release();
  await removeIfEmpty(sibling, files);
}

/** `path` and the folders above it that do not exist yet, the deepest first. */
async function missingFolders(path: string, files: Files): Promise<string[]> {
  const missing: string[] = [];
  for (let at = path; !(await files.stat(at)) && at !== missing.at(-1); at = files.join(at, "..")) missing.push(at);
  return missing;
}

interface Opened {
  readonly out: string;
  readonly path: string;
  /** Removes the folders that were made for this run, where they are empty. */
  readonly undo: () => Promise<void>;
  readonly lock: Lock;
  readonly host: Host;
}

async function open(opened: Opened, resume: boolean): Promise<WorkFolder> {
  const { out, path, host } = opened;
  const { files } = host;
  const notices: string[] = [];
  await removeTemporary(path, files);
  if (!(await hasRun(path, files))) await clearRun(path, files); // what a finished run had not removed yet
  const hadOthers = !resume && (await hasCheckpoints(path, host));
  const resumed = resume ? await readCheckpoint(path, host, (notice) => notices.push(notice)) : null;
  if (hadOthers) {
    notices.push(`${out}: an unfinished run is here; its first checkpoint replaces it (--resume would continue it)`);
  }
  if (!resumed && path !== out) await removeUnpublished(path, files);
  const marker = { format: FORMAT, formatVersion: FORMAT_VERSION, vaekitVersion: VERSION };
  await files.makeFolder(files.join(path, CHECKPOINTS));
  await files.write(files.join(path, CHECKPOINTS, RUN_MARKER), `${JSON.stringify(marker)}\n`);
  const log = await openMetricsLog(files.join(path, METRICS), resumed?.logLines ?? 0, files);
  return workFolder(opened, { resumed, notices, log, hadOthers });
}

interface Found {
  readonly resumed: CheckpointState | null;
  readonly notices: readonly string[];
  readonly log: MetricsLog;
  /** Checkpoints of another run are here, to be kept until there is one of ours. */
  readonly hadOthers: boolean;
}

function workFolder({ out, path, undo, lock, host }: Opened, { resumed, notices, log, hadOthers }: Found): WorkFolder {
  const { files } = host;
  let wrote = false;
  let whole = false; // the new model is, even if it could not be moved to its place
  let ended = false;

  const end = async () => {
    ended = true;
    await lock.release();
    if (path !== out) await removeIfEmpty(path, files);
  };

  return {
    path,
    resumed,
    notices,
    log: (event) => log.append(event),
    events: () => readMetricsLog(files.join(path, METRICS), files),

    async checkpoint(state) {
      await lock.check();
      if (hadOthers && !wrote) await removeCheckpoints(path, host);
      await writeCheckpoint(path, { ...state, logLines: log.lines }, host);
      wrote = true;
    },

    async finish(model) {
      await lock.check();
      const at = files.join(path, METRICS);
      const metrics: Record<string, Uint8Array> = (await files.stat(at)) ? { [METRICS]: await files.read(at) } : {};
      const target = path === out ? out : newModelPath(path, files);
      if (path !== out) await removeUnpublished(path, files);
      await writeModelFiles(target, { ...model, files: { ...model.files, ...metrics } }, host);
      whole = true;
      if (path === out) {
        await removeCheckpoints(out, host);
        await files.remove(files.join(out, CHECKPOINTS)); // with its marker, by which a killed process's rest is known
      } else await publish(out, path, host);
      await end();
    },

    async close() {
      if (ended) return;
      const isOurs = await lock.check().then(
        () => true,
        () => false,
      );
      if (!isOurs) return await lock.release(); // what is here now is another's
      if (!wrote && !resumed && !hadOthers && !whole) {
        if (path !== out) await removeUnpublished(path, files);
        // Files of a model that a crash left half-written keep their marker: without it the folder would not be ours.
        if (path !== out || (await onlyRun(path, files))) await clearRun(path, files);
      }
      await end();
      await undo();
    },
  };
}
