/** Texts as an answer: printed for people, as JSON, or as a table in a file. */

import { openTable } from "../../data/sinks/write.js";
import type { TableColumn, TableValues } from "../../host.js";
import type { VerbContext, VerbResult } from "../verb.js";

export interface TextAnswer {
  readonly columns: readonly TableColumn[];
  readonly values: TableValues;
  /** For people, where it is printed. */
  readonly text: string;
  /** What is said of a file. @example "10 texts" */
  readonly what: string;
  /** Facts beside the records. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Writes it to `out`, or gives it back to be printed. */
export async function shown(
  { columns, values, text, what, facts }: TextAnswer,
  out: string | undefined,
  { host, report }: VerbContext,
): Promise<VerbResult> {
  if (out === undefined) {
    const names = columns.map(({ name }) => name);
    const records = Array.from({ length: values.count }, (_, row) =>
      Object.fromEntries(names.map((name) => [name, (values.columns[name] as readonly unknown[])[row]])),
    );
    return { json: { ...facts, records }, text };
  }
  const table = await openTable(out, columns, {}, host);
  try {
    await table.write(values);
    await table.close();
  } catch (error) {
    await table.abort();
    throw error;
  }
  report({ event: "wrote", path: out, what });
  return { json: { path: out, count: values.count, ...facts }, text: "" };
}

/** A text on one line of a terminal, whole: line breaks are shown, and nothing in it can move the cursor. */
export function oneLine(text: string): string {
  return text.replaceAll("\n", "⏎").replace(/\p{Cc}/gu, "?");
}
