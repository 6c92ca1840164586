/** A data set of pictures that lie in memory. */

import { VaekitError } from "../errors.js";
import type { Columns, Dataset, Labels, Schema } from "./dataset.js";

/** The one field of a picture data set. */
export const IMAGE = "image";

/** Pictures [count, height, width, channels]: uint8 in 0..255 or float32 in 0..1; channels 1 or 3. */
export interface PictureArray {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array | Float32Array;
}
/** What is known about pictures besides their pixels. */
export interface PictureFacts {
  readonly name: string;
  readonly labels: Labels | null;
  readonly fingerprint: string;
  readonly notices?: readonly string[];
  /** Default: the index. */
  readonly id?: (index: number) => string;
}

export function pictureSchema({
  height,
  width,
  channels,
}: Pick<PictureArray, "height" | "width" | "channels">): Schema {
  return { fields: { [IMAGE]: { kind: "image", height, width, channels } } };
}

/** A data set over an array; `read` copies the records asked for and returns at once. */
export function pictureDataset(array: PictureArray, facts: PictureFacts): Dataset {
  const { count, pixels } = array;
  const size = array.height * array.width * array.channels;
  return {
    name: facts.name,
    count,
    schema: pictureSchema(array),
    bytes: pixels instanceof Uint8Array,
    labels: facts.labels,
    fingerprint: facts.fingerprint,
    notices: facts.notices ?? [],
    id: (index) => (facts.id ?? String)(checkIndex(index, count, facts.name)),
    read(indices): Columns {
      const Make = pixels instanceof Uint8Array ? Uint8Array : Float32Array;
      const out = new Make(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        const at = checkIndex(indices[i], count, facts.name) * size;
        out.set(pixels.subarray(at, at + size), i * size);
      }
      return { [IMAGE]: out };
    },
    close: async () => {},
  };
}

/** `index`, if there is such a record; E_DATA otherwise. */
export function checkIndex(index: number, count: number, name: string): number {
  if (Number.isInteger(index) && index >= 0 && index < count) return index;
  throw new VaekitError("E_DATA", `${name}: no record ${index}, it has ${count} (0..${count - 1})`);
}
