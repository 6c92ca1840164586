/** JSON lines: one JSON object a line. */

import { VaekitError } from "../errors.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Lines of text. Numbers that JSON does not know (NaN, Infinity) become null. */
export function writeJsonl(rows: Iterable<JsonObject>): string {
  let text = "";
  for (const row of rows) text += `${JSON.stringify(row)}\n`;
  return text;
}

/** Parses the text of the file `name`; blank lines are skipped. E_FILE naming the line that is no JSON object. */
export function parseJsonl(text: string, name: string): JsonObject[] {
  const rows: JsonObject[] = [];
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new VaekitError("E_FILE", `${name}: line ${i + 1}: no JSON: got ${line.slice(0, 80)}`, undefined, {
        cause,
      });
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new VaekitError("E_FILE", `${name}: line ${i + 1}: expected a JSON object, got ${line.slice(0, 80)}`);
    }
    rows.push(value as JsonObject);
  });
  return rows;
}
