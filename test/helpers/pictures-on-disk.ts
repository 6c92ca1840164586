/** Temporary folders and small pictures for tests on the disk. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, vi } from "vitest";

/** A folder for the tests of one file, with a cache of its own; both are removed afterwards. */
export function temporaryFolder(): { path: (...parts: string[]) => string } {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "vaekit-test-"));
    vi.stubEnv("VAEKIT_CACHE", join(root, "cache"));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });
  return { path: (...parts) => join(root, ...parts) };
}

export type Paint = (x: number, y: number) => readonly number[];

/** A picture painted pixel by pixel, as sharp takes it; the number of channels is that of the first pixel. */
export function painted(width: number, height: number, paint: Paint): Sharp {
  const pixels = Array.from({ length: width * height }, (_, i) => paint(i % width, Math.floor(i / width)));
  const channels = pixels[0].length as 1 | 2 | 3 | 4;
  return sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels } });
}

/** A picture of one colour. */
export function plain(width: number, height: number, colour: readonly number[]): Sharp {
  return painted(width, height, () => colour);
}
