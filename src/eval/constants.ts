/** Columns that held one value in all of the training rows: they are not modelled, but another value there is strange. */

import type { Columns, Schema } from "../data/dataset.js";
import { UNSEEN_RECORDS } from "../data/shares.js";
import type { Reason } from "./reasons.js";

/** Rows of a batch by their constants. */
export interface OddConstants {
  /** Per row, names of the constant columns that hold something else. */
  readonly names: readonly (readonly string[])[];
  /** What each of them costs: that of a value never seen among so many records. */
  readonly nats: number;
}

/** Null where a table has no constant columns. `count` rows; `records` were trained on. */
export function oddConstants({ table }: Schema, columns: Columns, count: number, records: number): OddConstants | null {
  const constants = table?.columns.filter(({ role, name }) => role === "constant" && columns[name]) ?? [];
  if (constants.length === 0) return null;
  const isOdd = (code: number, value: string | null | undefined) =>
    typeof value === "string" ? code !== 0 : code >= 0;
  const names = Array.from({ length: count }, (_, row) =>
    constants.filter(({ name, value }) => isOdd(columns[name][row], value)).map(({ name }) => name),
  );
  return { names, nats: Math.log((records + 1) / UNSEEN_RECORDS) };
}

/** The same as reasons. */
export function reasonsOfConstants({ table }: Schema, names: readonly string[], nats: number): Omit<Reason, "share">[] {
  return names.map((part) => {
    const value = table?.columns.find(({ name }) => name === part)?.value;
    return { part, nats, got: "another value", expected: value ?? "nothing" };
  });
}
