/** A result as Markdown: the table, its notes, and a line that says how it was measured. */

import type { ResultFile } from "./result-file.js";
import type { Cell, Column, Result } from "./workload.js";

const DEFAULT_DIGITS = 2;

function show(cell: Cell | undefined, { digits = DEFAULT_DIGITS }: Column): string {
  if (cell === null || cell === undefined) return "-";
  if (typeof cell === "string") return cell.replaceAll("|", "\\|");
  if (typeof cell === "number") return cell.toFixed(digits);
  const [median, low, high] = [cell.median, cell.low, cell.high].map((value) => value.toFixed(digits));
  return low === high ? median! : `${median} (${low}-${high})`;
}

export function markdownTable({ columns, rows }: Pick<Result, "columns" | "rows">): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(() => "---")),
    ...rows.map((row) => line(columns.map((column) => show(row[column.key], column)))),
  ].join("\n");
}

export function markdownResult(file: ResultFile): string {
  const { cpu, cores, memoryGiB, os } = file.machine;
  const versions = Object.entries(file.versions).map(([name, version]) => `${name} ${version}`);
  const facts = [
    `${file.date.slice(0, 10)}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os}`,
    `threads ${file.threads}, seed ${file.seed}${file.quick ? ", **quick run, not to be quoted**" : ""}`,
    versions.join(", "),
  ];
  return [markdownTable(file), ...(file.notes ?? []), file.protocol, `Measured ${facts.join("; ")}.`].join("\n\n");
}
