/** NumPy's npz format: npy files in a zip archive, as np.savez and np.savez_compressed write it. */

import { VaekitError } from "../errors.js";
import { type NpyArray, type NpyValues, parseNpy, writeNpy } from "./npy.js";
import type { Ranges } from "./ranges.js";
import { openZip, writeZip } from "./zip.js";

export interface Npz {
  /** Names of the arrays, in the archive's order. */
  readonly keys: readonly string[];
  /** One array. E_FILE when it is damaged or there is no such key. */
  read(key: string): Promise<NpyArray>;
}

const SUFFIX = ".npy";

/** Opens the npz file `name`; arrays are unpacked when they are read. */
export async function openNpz(ranges: Ranges, name: string): Promise<Npz> {
  const zip = await openZip(ranges, name);
  const entries = new Map(
    zip.entries
      .filter((entry) => entry.name.endsWith(SUFFIX))
      .map((entry) => [entry.name.slice(0, -SUFFIX.length), entry]),
  );
  return {
    keys: [...entries.keys()],
    async read(key) {
      const entry = entries.get(key);
      if (!entry)
        throw new VaekitError(
          "E_FILE",
          `${name}: no array "${key}", it holds ${[...entries.keys()].join(", ") || "none"}`,
        );
      return parseNpy(await zip.read(entry), `${name}#${key}`);
    },
  };
}

/** One array to write. */
export interface NpzArray {
  readonly shape: readonly number[];
  readonly values: NpyValues;
}

/** The bytes of an npz file that `np.load(path)` opens. E_SHAPE when a shape and its values do not fit. */
export function writeNpz(arrays: ReadonlyMap<string, NpzArray>, compress = false): Uint8Array {
  return writeZip(
    new Map([...arrays].map(([key, { shape, values }]) => [key + SUFFIX, writeNpy(shape, values)])),
    compress,
  );
}
