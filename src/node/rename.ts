/** Renames, and waits where someone has the file open for a moment: on Windows that is an error, elsewhere nothing. */

import { rename } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "./system-error.js";

/** What Windows answers while a virus scanner, an indexer or a reader holds the file. Elsewhere these mean what they say. */
const HELD = ["EPERM", "EACCES", "EBUSY"];
/** Waits between tries, in milliseconds: five seconds together. */
const WAITS = [10, 20, 50, 100, 200, 500, 1000, 1500, 1600];

export interface RenameSystem {
  readonly platform: NodeJS.Platform;
  rename(from: string, to: string): Promise<void>;
  sleep(milliseconds: number): Promise<unknown>;
}
const THIS_SYSTEM: RenameSystem = { platform: process.platform, rename, sleep };

/** As `rename` of Node; the last error where it stays held. */
export async function renamePatiently(from: string, to: string, system: RenameSystem = THIS_SYSTEM): Promise<void> {
  for (const wait of system.platform === "win32" ? WAITS : []) {
    try {
      return await system.rename(from, to);
    } catch (error) {
      if (!HELD.includes(systemCode(error) ?? "")) throw error;
      await system.sleep(wait);
    }
  }
  return system.rename(from, to);
}

/** The same for removing: Node's own `rm` waits, when it is told to. */
export const REMOVE_PATIENTLY = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const;
