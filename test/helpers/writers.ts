/** Every way in which files are written for a user, to be tried on disks that fail. */

import { writePictures, writeTable } from "../../src/data/sinks/write.js";
import type { Host } from "../../src/host.js";
import { Philox } from "../../src/random.js";
import { writeCheckpoint } from "../../src/store/checkpoint.js";
import { saveModel } from "../../src/store/folder.js";
import { sampleConfig, sampleModel } from "./saved-models.js";

export interface Writer {
  readonly name: string;
  /** The name of what it writes, a file or a folder. */
  readonly file: string;
  /** Writes something small, or something of some ten kilobytes that cannot be packed. */
  write(path: string, size: "small" | "large", host: Host): Promise<unknown>;
}

const SIDES = { small: 4, large: 32 } as const;
const COUNTS = { small: 2, large: 16 } as const;

function noise(length: number): Uint8Array {
  return Uint8Array.from(new Philox(1).integers(new Uint32Array(length), 256));
}

function picture(name: string, file: string): Writer {
  return {
    name,
    file,
    write(path, size, host) {
      const [side, count] = [SIDES[size], COUNTS[size]];
      const pixels = noise(count * side * side * 3);
      return writePictures(path, { count, height: side, width: side, channels: 3, pixels }, {}, host);
    },
  };
}

function table(name: string, file: string): Writer {
  return {
    name,
    file,
    write(path, size, host) {
      const count = size === "small" ? 2 : 600;
      const mu = { values: new Philox(2).normals(new Float32Array(count * 8)), width: 8 };
      const id = Array.from({ length: count }, (_, i) => `record ${i}`);
      return writeTable(path, { count, columns: { id, mu } }, host);
    },
  };
}

export const writers: readonly Writer[] = [
  picture("a contact sheet", "sheet.png"),
  picture("an animation", "walk.gif"),
  picture("a WebP", "sheet.webp"),
  picture("a folder of pictures", "pictures/"),
  picture("an array of pictures", "pictures.npz"),
  table("a CSV", "codes.csv"),
  table("a packed CSV", "codes.csv.gz"),
  table("JSON lines", "codes.jsonl"),
  table("JSON", "codes.json"),
  table("a table as npz", "codes.npz"),
  table("Parquet", "codes.parquet"),
  {
    name: "a model folder",
    file: "model",
    write: (path, size, host) =>
      saveModel(
        path,
        sampleModel(size === "small" ? 1 : 2, { files: size === "large" ? { "report.html": noise(50_000) } : {} }),
        host,
      ),
  },
  {
    name: "a checkpoint",
    file: "run",
    write(path, size, host) {
      const values = new Philox(3).normals(new Float32Array(size === "small" ? 4 : 10_000));
      const tensors = new Map([["value/w", { shape: [values.length], values }]]);
      return writeCheckpoint(path, { config: sampleConfig(), progress: { step: values.length }, tensors }, host);
    },
  },
];
