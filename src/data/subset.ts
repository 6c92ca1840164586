/** A view of some records of a data set, in a given order. */

import { hashBytes } from "../random.js";
import type { Dataset } from "./dataset.js";
import { checkIndex } from "./pictures.js";

/** The records `indices` of `dataset`, which are numbered anew from 0. Closing the view closes the data set. */
export function subset(dataset: Dataset, indices: Uint32Array, name = dataset.name): Dataset {
  const bytes = new Uint8Array(indices.buffer, indices.byteOffset, indices.byteLength);
  const { labels } = dataset;
  return {
    name,
    count: indices.length,
    schema: dataset.schema,
    bytes: dataset.bytes,
    labels: labels && { names: labels.names, indices: Int32Array.from(indices, (index) => labels.indices[index]) },
    fingerprint: `${dataset.fingerprint}/${hashBytes(bytes)
      .map((word) => word.toString(16).padStart(8, "0"))
      .join("")}`,
    notices: dataset.notices,
    id: (index) => dataset.id(indices[checkIndex(index, indices.length, name)]),
    read: (wanted) =>
      dataset.read(Uint32Array.from(wanted, (index) => indices[checkIndex(index, indices.length, name)])),
    close: () => dataset.close(),
  };
}
