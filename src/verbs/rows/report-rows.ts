/** Gathers what a report tells of a table: rows drawn beside real ones, as aggregates. */

import { sampleIndices } from "../../data/split.js";
import type { TableReport } from "../../eval/report/facts.js";
import { associations } from "../../eval/tables/associations.js";
import { compareRows } from "../../eval/tables/compare.js";
import { marginalOf } from "../../eval/tables/marginals.js";
import { halved } from "../../eval/tables/privacy.js";
import { comparable, leftOutText, readRows } from "../../eval/tables/rows.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import type { FormFacts, Looked } from "../report-facts.js";
import { drawnRows, drawnText } from "./drawn.js";
import { sidesOf } from "./halves.js";

/** Real rows that are looked at. */
const MAX_REAL = 10_000;
/** Rows drawn at the least, so that chance adds little. */
const LEAST_DRAWN = 5000;
/** Columns that are drawn: more are no picture. */
const MAX_COLUMNS = 40;

export async function rowFacts(looked: Looked): Promise<FormFacts> {
  const { config } = looked;
  const columns = Object.keys(config.schema.fields).length;
  return {
    what: `rows of ${columns} column${columns === 1 ? "" : "s"}`,
    picture: null,
    groups: [],
    samples: [],
    walks: [],
    walkRange: 0,
    table: await tableReport(looked),
  };
}

async function tableReport({ config, runner, data, kind, trained, calibration, seed }: Looked): Promise<TableReport> {
  const all = fieldsOf(config.schema);
  const fields = comparable(all);
  const real = await readRows(data, fields, sampleIndices(data.count, MAX_REAL, seed));
  const count = Math.max(LEAST_DRAWN, real.count);
  const synthetic = await drawnRows(runner, { count, seed });
  const halves = (trained && (await sidesOf(trained, data, fields, seed))) ?? halved(real, seed);
  const figures = compareRows(real, synthetic, halves, seed);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const worst = figures.shapes.slice(0, MAX_COLUMNS).map(({ column }) => byName.get(column) as Field);
  const mapped = fields.filter((field) => worst.includes(field));
  return {
    columns: fields.length,
    figures,
    marginals: worst.flatMap((field) => marginalOf(real, synthetic, field) ?? []),
    associations: {
      columns: mapped.map(({ name }) => name),
      real: associations(real, mapped),
      synthetic: associations(synthetic, mapped),
    },
    protocol: {
      synthetic: drawnText(runner, count, seed),
      real: `${real.count.toLocaleString("en")} rows ${WHICH[kind]}${leftOutText(all)}`,
    },
    scores: calibration && {
      values: calibration.scores ?? calibration.nats,
      unit: calibration.scores ? "score" : "nats",
    },
  };
}

const WHICH = { "kept aside": "kept aside from training", training: "trained on", other: "of other data" };
