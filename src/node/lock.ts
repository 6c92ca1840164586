/** One writer per folder: a lock file that names the process, so that a killed run never blocks the next. */

import { randomBytes } from "node:crypto";
import { type FileHandle, link, open, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { VaekitError } from "../errors.js";
import { LOCK_FILE, type Lock } from "../host.js";
import { writeAll } from "./atomic.js";
import { makeFolder } from "./make-folder.js";
import { startTime } from "./process-start.js";
import { renamePatiently } from "./rename.js";
import { pathError, systemCode } from "./system-error.js";

/** A holder touches its lock this often; on another machine, whose processes cannot be seen, it counts as dead after four. */
const HEARTBEAT_MILLISECONDS = 30_000;
/** A lock without contents is one whose writer is between two calls, or died there. */
const EMPTY_GRACE_MILLISECONDS = 2_000;
const ATTEMPTS = 40;
const ATTEMPT_MILLISECONDS = 100;

/** Who holds a lock. `started` is the process's start time as the system counts it, null where it cannot be had. */
interface Holder {
  readonly pid: number;
  readonly started: string | null;
  readonly host: string;
  readonly token: string;
}

/** Takes `folder` (made if missing). E_LOCKED, naming the process, while another lives that has it. */
export async function lockFolder(folder: string): Promise<Lock> {
  const path = join(folder, LOCK_FILE);
  const own: Holder = {
    pid: process.pid,
    started: startTime(process.pid),
    host: hostname(),
    token: randomBytes(8).toString("hex"),
  };
  try {
    await makeFolder(folder);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await create(path, own)) {
        await clearAside(folder);
        return held(path, folder, own);
      }
      await clearIfDead(path, folder);
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MILLISECONDS));
    }
  } catch (error) {
    throw pathError("E_OUT", folder, error);
  }
  throw new VaekitError("E_LOCKED", `${folder}: other processes keep taking this folder`, "Wait for them to end.");
}

function held(path: string, folder: string, own: Holder): Lock {
  const heartbeat = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), HEARTBEAT_MILLISECONDS);
  heartbeat.unref();
  return {
    async check() {
      const holder = await readHolder(path);
      if (holder?.token === own.token || (holder === null && (await create(path, own)))) return; // deleted by hand: ours still
      throw new VaekitError(
        "E_LOCKED",
        `${folder}: ${holder ? processName(holder) : "another process"} took this folder while this one was stopped`,
        "Let it end, or stop it and go on with --resume.",
      );
    },
    async release() {
      clearInterval(heartbeat);
      if ((await readHolder(path))?.token === own.token) await rm(path, { force: true });
    },
  };
}

/** Makes the lock file; false when there is one. */
async function create(path: string, own: Holder): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, "wx");
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    await writeAll(file, new TextEncoder().encode(JSON.stringify(own)));
    return true;
  } catch (error) {
    await rm(path, { force: true }).catch(() => {}); // a full disk must not leave a lock without a name
    throw error;
  } finally {
    await file.close();
  }
}

/** Removes the lock of a dead process. E_LOCKED when its holder lives. */
async function clearIfDead(path: string, folder: string): Promise<void> {
  const holder = await readHolder(path);
  const touched = (await stat(path).catch(() => null))?.mtimeMs;
  if (touched === undefined) return; // released meanwhile
  const age = Date.now() - touched;
  if (holder ? isAlive(holder, age) : age < EMPTY_GRACE_MILLISECONDS) {
    if (!holder) return;
    throw new VaekitError(
      "E_LOCKED",
      `${folder}: ${processName(holder)} is working on this folder`,
      `Wait for it to end, stop it, or choose another --out. If there is no such process, delete ${path}.`,
    );
  }
  // Renamed first, so that of two processes that see the same dead lock only one removes it, and a fresh lock that
  // came between is put back.
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await renamePatiently(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await readHolder(aside))?.token !== holder?.token) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** Removes dead locks that were put aside by a process that was killed before it removed them. */
async function clearAside(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${LOCK_FILE}.`)) continue;
    const path = join(folder, name);
    const holder = await readHolder(path);
    const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now());
    if (holder ? !isAlive(holder, age) : age > EMPTY_GRACE_MILLISECONDS) await rm(path, { force: true });
  }
}

function processName({ pid, host }: Holder): string {
  return `process ${pid}${host === hostname() ? "" : ` on ${host}`}`;
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value && "host" in value)) return null;
    const { pid, host } = value;
    // 0 and below are no processes: a signal to them reaches many.
    return Number.isSafeInteger(pid) && (pid as number) > 0 && typeof host === "string" ? (value as Holder) : null;
  } catch {
    return null;
  }
}

function isAlive({ pid, started, host }: Holder, age: number): boolean {
  if (host !== hostname()) return age < 4 * HEARTBEAT_MILLISECONDS;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== "EPERM") return false; // EPERM: it lives, as another user
  }
  const now = startTime(pid);
  return started === null || now === null || now === started; // another start time: the number was used again
}
