/** Records that are rows of a table. */

import type { Dataset } from "../../data/dataset.js";
import { sinkFor } from "../../data/sinks/write.js";
import { VaekitError } from "../../errors.js";
import type { CodeMap } from "../../eval/report/facts.js";
import { FEWEST_NAMED } from "../../eval/tables/marginals.js";
import { fieldsOf } from "../../fields/list.js";
import { parseRowCondition } from "../../fields/table/condition.js";
import { storedAt } from "../../fields/table/stored.js";
import { allRecords } from "../pictures.js";
import { drawRows } from "../rows/draw.js";
import { drawnRows } from "../rows/drawn.js";
import type { TableJudgement } from "../rows/judge.js";
import { judgementLines } from "../rows/judgement-text.js";
import { rowWriter } from "../rows/write.js";
import type { Form } from "./form.js";
import { namedOut } from "./named-out.js";

/** Rows drawn for the doctor: a label of 1 % of them is missed once in 10^9 times. */
const EXAMINED = 2048;

/** Cells of a row that a map's page shows. */
const MAX_CELLS = 12;

export const rows: Form = {
  name: "row",
  also: ["text"],
  hasColumns: true,
  prints: false,
  expectOut: (out, { tableSinks }) => void sinkFor(namedOut(out), tableSinks, "rows"),
  opening: ({ schema }) => ({ schema }),
  fitting(dataset, { schema }): Dataset | Promise<Dataset> {
    if (JSON.stringify(dataset.schema) === JSON.stringify(schema)) return dataset;
    if (dataset.as) return dataset.as(schema);
    throw new VaekitError("E_SHAPE", `${dataset.name}: no table, the model takes rows of one`);
  },
  async sample(runner, request, { host, signal, report }) {
    const { where, count, seed, temperature, escapeFormulas } = request;
    const out = namedOut(request.out);
    const { schema } = runner.config;
    const condition = where === undefined ? undefined : parseRowCondition(where, fieldsOf(schema));
    const writer = await rowWriter(out, schema, { escapeFormulas }, host);
    let done = 0;
    try {
      const drawing = { count, seed, temperature, where: condition, writing: request, signal };
      for await (const block of drawRows(runner, drawing)) {
        await writer.write(block.columns, block.count);
        done += block.count;
        report({ event: "work", what: "drew", done, total: count });
      }
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    report({ event: "wrote", path: out, what: `${count.toLocaleString("en")} rows` });
    return { json: { path: out, count, seed }, text: "" };
  },
  interpolate: () => refuse("interpolate"),
  reconstruct: () => refuse("reconstruct"),
  decode: () => refuse("decode"),
  drawn: (runner, request) => drawnRows(runner, { ...request, count: EXAMINED }),
  async judge(runner, _engine, dataset, request) {
    const { judgeRows } = await import("../rows/judge.js");
    return { table: await judgeRows(runner, dataset, request) };
  },
  async reported(looked) {
    const { rowFacts } = await import("../rows/report-rows.js");
    return rowFacts(looked);
  },
  shownMap: withoutRareClasses,
  async onMap({ config }, dataset) {
    const shown = fieldsOf(config.schema).slice(0, MAX_CELLS);
    const columns = await dataset.read(allRecords(dataset));
    const texts = shown.map((field) => {
      const text = (row: number) => field.kind.cell!.text(storedAt(field, columns[field.name], row), field.schema);
      return Array.from({ length: dataset.count }, (_, row) => text(row) ?? "");
    });
    return { pictures: null, cells: { columns: shown.map(({ name }) => name), texts } };
  },
  told({ table, ...figures }) {
    return { ...figures, ...judgementLines(table as TableJudgement) };
  },
};

async function refuse(verb: string): Promise<never> {
  throw new VaekitError(
    "E_MODEL",
    `rows cannot be shown by ${verb}`,
    "sample, impute and score do for rows what it does for pictures and texts.",
  );
}

/** Classes of few records are not named. */
function withoutRareClasses(map: CodeMap): CodeMap {
  const { classes } = map;
  if (!classes) return map;
  const counts = map.names.map(() => 0);
  for (let i = 0; i < classes.length; i++) if (classes[i] >= 0) counts[classes[i]]++;
  const names = map.names.map((name, i) => (counts[i] < FEWEST_NAMED ? "" : name));
  return {
    ...map,
    names,
    classes: Array.from({ length: classes.length }, (_, i) => (names[classes[i]] ? classes[i] : -1)),
  };
}
