/** Table sink: texts alone, a line each; one of several lines ends with a blank line. */

import { VaekitError } from "../../errors.js";
import { textSink } from "./text.js";

export const linesSink = textSink("lines", [".txt"], (columns) => {
  if (columns.length !== 1)
    throw new VaekitError(
      "E_OUT",
      `a text file holds one column, got ${columns.map(({ name }) => name).join(", ")}`,
      "Choose .csv, .jsonl or .parquet.",
    );
  return {
    begin: "",
    row: ([cell]) => {
      const text = String(cell ?? "");
      return text.includes("\n") ? `${text}\n\n` : `${text}\n`;
    },
    end: () => "",
  };
});
