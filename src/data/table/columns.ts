/** Columns of many rows with access by row: in memory, or where somebody else puts them. */

import type { Column } from "../dataset.js";

/** Takes rows in their order, then gives any of them. */
export interface ColumnStore {
  /** The next rows, a column after the other. */
  append(columns: readonly Column[]): void | Promise<void>;
  /** No rows come any more. */
  finish(): void | Promise<void>;
  read(indices: ArrayLike<number>): readonly Column[] | Promise<readonly Column[]>;
  close(): Promise<void>;
}
/** Numbers and codes. */
export type ColumnKind = "float64" | "int32";

const ARRAYS = { float64: Float64Array, int32: Int32Array } as const;

/** An array of a column's kind. */
export function columnOf(kind: ColumnKind, length: number): Float64Array | Int32Array {
  return new ARRAYS[kind](length);
}

/** All rows in memory. */
export function memoryColumns(kinds: readonly ColumnKind[]): ColumnStore {
  const chunks: (readonly Column[])[] = [];
  let whole: Column[] = [];
  return {
    append: (columns) => void chunks.push(columns),
    finish() {
      const count = chunks.reduce((total, chunk) => total + (chunk[0]?.length ?? 0), 0);
      whole = kinds.map((kind, i) => {
        const all = columnOf(kind, count);
        let at = 0;
        for (const chunk of chunks) {
          all.set(chunk[i] as Float64Array, at);
          at += chunk[i].length;
        }
        return all;
      });
      chunks.length = 0;
    },
    read: (indices) =>
      whole.map((column, i) => {
        const out = columnOf(kinds[i], indices.length);
        for (let row = 0; row < out.length; row++) out[row] = column[indices[row]];
        return out;
      }),
    async close() {
      whole = [];
    },
  };
}
