/** A folder for what one table needs for a while: unpacked files, and what does not fit the memory. */

import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REMOVE_PATIENTLY } from "../rename.js";
import { pathError } from "../system-error.js";

export interface TemporaryFolder {
  path(name: string): string;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/** Those that are there now; what nobody closed goes with the process. */
const present = new Set<string>();

/** A new folder among the system's temporary ones. E_OUT where none can be made. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const root = await mkdtemp(join(tmpdir(), "vaekit-table-")).catch((error) => {
    throw pathError("E_OUT", tmpdir(), error);
  });
  if (present.size === 0) process.on("exit", removeAll);
  present.add(root);
  return {
    path: (name) => join(root, name),
    async remove() {
      await rm(root, REMOVE_PATIENTLY);
      present.delete(root);
      if (present.size === 0) process.off("exit", removeAll);
    },
  };
}

function removeAll(): void {
  for (const root of present) rmSync(root, REMOVE_PATIENTLY);
}
