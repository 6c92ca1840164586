/** Whether the machine has cores to spare right now. */

import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** The least of some looks counts: something short may run during one of them, such as the compiler of a program that starts. */
const LOOKS = 10;
const MILLISECONDS_BETWEEN = 2;

/** Whether `threads` more threads would have a core each beside all else that runs. */
export async function hasIdleCores(threads: number): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await sleep(MILLISECONDS_BETWEEN);
    if (runningBesidesUs() + threads <= availableParallelism()) return true;
  }
  return false;
}

/** Linux counts what runs at this moment, this thread too; elsewhere the load of the last minute must do (0 on Windows). */
function runningBesidesUs(): number {
  try {
    return Number(/ (\d+)\/\d+ /.exec(readFileSync("/proc/loadavg", "utf8"))![1]) - 1;
  } catch {
    return Math.round(loadavg()[0]);
  }
}
