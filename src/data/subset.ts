/** A view of some records of a data set, in a given order. */

import { hashBytes } from "../random.js";
import type { CellBatch, Dataset } from "./dataset.js";
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
    as: dataset.as && (async (schema) => subset(await dataset.as!(schema), indices, name)),
    cells: dataset.cells && isAscending(indices) ? () => chosenCells(dataset.cells!(), indices) : undefined,
  };
}

function isAscending(indices: Uint32Array): boolean {
  return indices.every((index, i) => i === 0 || index > indices[i - 1]);
}

/** The rows at ascending places, as they come. */
async function* chosenCells(batches: AsyncIterable<CellBatch>, indices: Uint32Array): AsyncGenerator<CellBatch, void> {
  let start = 0;
  for await (const batch of batches) {
    const end = batch.start + batch.count;
    let next = start;
    while (next < indices.length && indices[next] < end) next++;
    const rows = Array.from(indices.subarray(start, next), (index) => index - batch.start);
    const columns = Object.entries(batch.columns).map(([name, cells]) => [name, rows.map((row) => cells[row])]);
    if (rows.length > 0) yield { ...batch, start, count: rows.length, columns: Object.fromEntries(columns) };
    start = next;
  }
}
