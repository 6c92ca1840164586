/** Scores as people and files see them: lines of CSV, a table in a file, the strangest for a terminal. */

import { openTable } from "../data/sinks/write.js";
import { markedText } from "../eval/text/surprises.js";
import { writeCsv } from "../files/csv.js";
import type { Host } from "../host.js";
import { reasonsText, type ScoredRecord, shortReasons } from "./scores.js";
import { textTable } from "./text-table.js";
import { oneLine } from "./texts/shown.js";
import type { AnswerLine } from "./verb.js";

const COLUMNS = [
  { name: "id", type: "text" },
  { name: "label", type: "text" },
  { name: "nats", type: "number" },
  { name: "p_value", type: "number" },
  { name: "reasons", type: "text" },
] as const;
/** What records are ranked by, where that is more than nats. */
const SCORE = { name: "score", type: "number" } as const;
/** Of texts. */
const PER_TOKEN = [
  { name: "tokens", type: "integer" },
  { name: "nats_per_token", type: "number" },
] as const;

export function jsonOf(record: ScoredRecord): Record<string, unknown> {
  const { id, label, nats, pValue, reasons } = record;
  return { id, label, nats, p_value: pValue, reasons, ...moreOf(record) };
}

function cellsOf(record: ScoredRecord): Record<string, string | number | null> {
  const { id, label, nats, pValue, reasons } = record;
  return { id, label, nats, p_value: pValue, reasons: reasonsText(reasons), ...moreOf(record) };
}

/** What only some models have. */
function moreOf({ score, tokens, natsPerToken }: ScoredRecord): Record<string, number> {
  return {
    // What texts are ranked by is what they cost per token.
    ...(tokens !== null ? { tokens, nats_per_token: natsPerToken! } : score !== null && { score }),
  };
}

/** A record as it is printed, below the names of the columns where it is the first. */
export function lineOf(record: ScoredRecord, isFirst: boolean): AnswerLine {
  const cells = cellsOf(record);
  const lines = writeCsv(Object.keys(cells), [Object.values(cells)]);
  return { json: jsonOf(record), text: isFirst ? lines : lines.slice(lines.indexOf("\n") + 1) };
}

/** Records on their way to a table, some at a time. */
export async function scoreTable(
  path: string,
  { hasScores, areTexts }: { readonly hasScores: boolean; readonly areTexts: boolean },
  host: Host,
) {
  const ofTable = [...COLUMNS, ...(hasScores ? [SCORE] : []), ...(areTexts ? PER_TOKEN : [])];
  const table = await openTable(path, ofTable, {}, host);
  const waiting: Record<string, string | number | null>[] = [];
  async function flush(): Promise<void> {
    const columns = ofTable.map(({ name }) => [name, waiting.map((cells) => cells[name])]);
    await table.write({ count: waiting.length, columns: Object.fromEntries(columns) });
    waiting.length = 0;
  }
  return {
    async add(record: ScoredRecord): Promise<void> {
      waiting.push(cellsOf(record));
      if (waiting.length === ROWS_AT_A_TIME) await flush();
    },
    async close(): Promise<void> {
      await flush();
      await table.close();
    },
    abort: () => table.abort(),
  };
}
const ROWS_AT_A_TIME = 4096;

/** The strangest records, one a line; below each its texts, the surprising tokens of them marked. */
export function strangestText(records: readonly ScoredRecord[], mark: (text: string) => string): string {
  const right = "right" as const;
  const numbers = (name: string, figure: (record: ScoredRecord) => number | null) =>
    records.some((record) => figure(record) !== null)
      ? [{ name, cells: records.map((record) => figure(record)?.toFixed(2) ?? ""), align: right }]
      : [];
  const hasLabels = records.some(({ label }) => label !== null);
  const [header, ...lines] = textTable([
    { name: "", cells: records.map((_, i) => String(i + 1)), align: right },
    { name: "id", cells: records.map(({ id }) => id) },
    ...(hasLabels ? [{ name: "label", cells: records.map(({ label }) => label ?? "") }] : []),
    ...numbers("nats", ({ nats }) => nats),
    ...numbers("per token", ({ natsPerToken }) => natsPerToken),
    ...numbers("score", ({ score, tokens }) => (tokens === null ? score : null)),
    { name: "p-value", cells: records.map(({ pValue }) => pText(pValue)), align: right },
    { name: "most surprising", cells: records.map(({ reasons }) => shortReasons(reasons)) },
  ]).split("\n");
  const below = ({ texts }: ScoredRecord): string[] =>
    texts.map((text) => {
      const shown = text.tokens.map((token) => ({ ...token, text: oneLine(token.text) }));
      return `   ${markedText({ ...text, tokens: shown }, mark)}`;
    });
  return [header, ...lines.flatMap((line, i) => [line, ...below(records[i])])].join("\n");
}

/** Two digits that say something. */
function pText(pValue: number | null): string {
  return pValue === null ? "" : pValue >= 0.1 ? pValue.toFixed(2) : String(Number(pValue.toPrecision(2)));
}
