/** What this process holds after a full garbage collection, and whether it grew. */

import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Largest growth that still counts as flat. */
export const FLAT = 0.05;
const MEBIBYTE = 2 ** 20;

/** Sizes are MiB. */
export interface Held {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** Open file descriptors; null where the system does not tell. */
  readonly descriptors: number | null;
  /** Timers, sockets, ports and the like that keep a process alive. */
  readonly resources: number;
}

export function isFlat(before: number, after: number): boolean {
  return before === 0 || after / before - 1 <= FLAT;
}

export function fullCollection(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

export async function holds(collect: () => void): Promise<Held> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50)); // finalizers run between turns
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const mebibytes = (bytes: number): number => Number((bytes / MEBIBYTE).toFixed(2));
  return {
    rss: mebibytes(rss),
    heapUsed: mebibytes(heapUsed),
    external: mebibytes(external),
    arrayBuffers: mebibytes(arrayBuffers),
    descriptors: descriptors(),
    resources: process.getActiveResourcesInfo().length,
  };
}

function descriptors(): number | null {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return null;
  }
}
