/** Data source: an array of pictures, perhaps with labels, in an npz file. */

import { VaekitError } from "../../errors.js";
import { type Npz, openNpz } from "../../files/npz.js";
import { fileRanges } from "../../files/ranges.js";
import type { Source } from "../../host.js";
import type { Labels } from "../dataset.js";
import { labelsOfArray } from "../labels.js";
import { arrayDataset } from "./arrays.js";

/** Keys taken for the pictures where no part is named, in this order; else the only array that is no labels. */
const PICTURE_KEYS = ["images", "x", "X", "data", "x_train", "train_images", "arr_0"];
/** Keys that hold the labels of any pictures. */
const LABEL_KEYS = ["y", "labels"];

export const npzSource: Source = {
  name: "npz",
  forms: ["pictures.npz", "pictures.npz#KEY"],
  async bid({ source }, host) {
    return source.toLowerCase().endsWith(".npz") && (await host.files.stat(source))?.kind === "file" ? 1 : 0;
  },
  async open(address, options, host) {
    const { source, part } = address;
    const npz = await openNpz(await fileRanges(source, host.files), source);
    const key = part === null ? defaultKey(npz, source) : keyOfPart(npz, part, source);
    const { type, shape, values } = await npz.read(key);
    const labels = (count: number) => readLabels(npz, key, count, source);
    return arrayDataset(
      { shape, values, isBoolean: type === "b1" },
      labels,
      `${source}#${key}`,
      address,
      options,
      host,
    );
  },
};

function defaultKey(npz: Npz, source: string): string {
  const others = npz.keys.filter((key) => !labelKeys("").includes(key));
  const key =
    PICTURE_KEYS.find((candidate) => npz.keys.includes(candidate)) ?? (others.length === 1 ? others[0] : undefined);
  if (key !== undefined) return key;
  const held = npz.keys.join(", ") || "no arrays";
  throw new VaekitError(
    "E_DATA",
    `${source}: which array holds the pictures? It has ${held}`,
    `Name it: ${source}#KEY.`,
  );
}

/** `train` is the key train, x_train (Keras) or train_images (MedMNIST). */
function keyOfPart(npz: Npz, part: string, source: string): string {
  const key = [part, `x_${part}`, `${part}_images`].find((candidate) => npz.keys.includes(candidate));
  if (key !== undefined) return key;
  throw new VaekitError("E_DATA", `${source}: no array "${part}"`, `It has ${npz.keys.join(", ") || "none"}.`);
}

/** Where the labels of the pictures `key` may be: x_train -> y_train, train_images -> train_labels, any -> y, labels. */
function labelKeys(key: string): string[] {
  if (/^x_/i.test(key)) return [key.replace(/^x/i, (x) => (x === "x" ? "y" : "Y"))];
  if (key.endsWith("_images")) return [key.replace(/_images$/, "_labels")];
  return LABEL_KEYS;
}

async function readLabels(npz: Npz, key: string, count: number, source: string): Promise<Labels | null> {
  const found = labelKeys(key).find((candidate) => npz.keys.includes(candidate) && candidate !== key);
  return found === undefined ? null : labelsOfArray(await npz.read(found), count, `${source}#${found}`);
}
