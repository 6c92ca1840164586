/** Labels: a class per record, from whatever a file holds them as. */

import { VaekitError } from "../errors.js";
import type { Labels } from "./dataset.js";

/** A data set with this many classes is taken for one whose labels are something else (ids, measurements). */
const MAX_CLASSES = 100_000;

/** Labels of the given values, their names in order: numbers by value, text by code units. */
export function labelsOf(values: ArrayLike<number | bigint | string>): Labels {
  const distinct = [...new Set(Array.from(values))];
  const names = distinct.every((value) => typeof value !== "string")
    ? distinct.sort((a, b) => (a < b ? -1 : 1)).map(String)
    : distinct.map(String).sort();
  const indexOf = new Map(names.map((name, i) => [name, i]));
  return { names, indices: Int32Array.from(Array.from(values), (value) => indexOf.get(String(value)) ?? -1) };
}

/** Labels of `count` records from an array [N] or [N, 1]. E_DATA, naming `where`, when they do not fit the records. */
export function labelsOfArray(
  { shape, values }: { shape: readonly number[]; values: ArrayLike<number | bigint | string> },
  count: number,
  where: string,
): Labels {
  if (values.length !== count || shape[0] !== count) {
    throw new VaekitError(
      "E_DATA",
      `${where}: labels of shape [${shape.join(", ")}], expected one for each of ${count} records`,
    );
  }
  const labels = labelsOf(values);
  if (labels.names.length > MAX_CLASSES || labels.names.includes("NaN")) {
    throw new VaekitError(
      "E_DATA",
      `${where}: ${labels.names.length} different labels, expected whole numbers or names of classes`,
    );
  }
  return labels;
}
