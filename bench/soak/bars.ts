/** Small pictures to train on: grey bars at one of three places, with noise; as a folder, a zip, an npz and an IDX file. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { writeNpz } from "../../src/files/npz.js";
import { writeZip } from "../../src/files/zip.js";
import { Philox } from "../../src/random.js";

const CLASSES = 3;
const LIT = 205;
const NOISE = 50;

export interface Bars {
  readonly count: number;
  readonly side: number;
  /** [count, side, side] bytes. */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
}

export function bars(count: number, side: number, seed: number): Bars {
  const random = new Philox(seed);
  const pixels = new Uint8Array(count * side * side);
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  for (let i = 0; i < pixels.length; i++) {
    const x = i % side;
    const y = Math.floor(i / side) % side;
    const label = labels[Math.floor(i / side / side)];
    const isLit = Math.floor((x * (CLASSES + 1)) / side) === label && y > 0 && y < side - 1;
    pixels[i] = (isLit ? LIT : 0) + NOISE * random.uniform();
  }
  return { count, side, pixels, labels };
}

export function barsNpz({ count, side, pixels, labels }: Bars): Uint8Array {
  return writeNpz(
    new Map([
      ["images", { shape: [count, side, side], values: pixels }],
      ["labels", { shape: [count], values: labels }],
    ]),
  );
}

export function barsIdx({ count, side, pixels }: Bars): Uint8Array {
  const header = new Uint8Array(16);
  header.set([0, 0, 8, 3]);
  [count, side, side].forEach((size, axis) => {
    new DataView(header.buffer).setUint32(4 + 4 * axis, size);
  });
  return Uint8Array.from([...header, ...pixels]);
}

/** Picture files by name, in a folder per class; every other one a JPEG. */
export async function barsFiles({ count, side, pixels, labels }: Bars): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    const picture = sharp(pixels.subarray(i * side * side, (i + 1) * side * side), {
      raw: { width: side, height: side, channels: 1 },
    });
    const [name, encoded] = i % 2 === 0 ? [`${i}.png`, picture.png()] : [`${i}.jpg`, picture.jpeg()];
    files.set(`bar ${labels[i]}/${name}`, await encoded.toBuffer());
  }
  return files;
}

export function barsZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return writeZip(files, true);
}

export function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, bytes] of files) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}
