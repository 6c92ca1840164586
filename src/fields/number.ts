/** A column of numbers: whole or not, with heavy tails, many zeros or none; each in its bin or, where it is common, for itself. */

import type { Column, FieldSchema } from "../data/dataset.js";
import { sharesOf } from "../data/shares.js";
import type { CellKind, CellSample } from "./cell.js";
import { columnKind, columnProfile, expectSchema, isNumeric, NORMAL_COLUMNS } from "./cells.js";
import type { FieldKind, Reconstruction } from "./field.js";
import { binned } from "./number-bins.js";
import {
  AMOUNT,
  type Binning,
  CODE,
  FARTHEST,
  type NumberCodec,
  numberCodec,
  POSITION,
  STANDARD,
  VALUES,
  WITHIN,
} from "./number-codec.js";
import { type NumberFormat, numberFormatOf, numberText, parseNumber, rounded } from "./number-text.js";
import { oncePer } from "./once.js";

export interface NumberSchema extends FieldSchema, Binning {
  readonly format: NumberFormat;
}

/** This share of a column's cells are numbers, or it is none of numbers. */
const LEAST_NUMBERS = 0.99;
/** The outermost part of the values, whose spread says how far values beyond may lie. */
const OUTER_SHARE = 0.05;
/** Of numbers whose distance no double holds. */
const LARGEST_REACH = 1e308;
const LEAST_REACH = 1e-300;
/** Anomalies among the training rows shall not widen what is ordinary. */
const FORGIVING = { name: NORMAL_COLUMNS, degrees: 4, floor: 0.05 };
/** Text such as 007 is a name. */
const LEADING_ZERO = /^[+-]?0\d/;

const cell: CellKind<NumberSchema, number> = {
  detect(column) {
    const { cells, counts, present } = column;
    if (present === 0) return null;
    const format = numberFormatOf(counts, LEAST_NUMBERS);
    if (!format || [...counts.keys()].some((text) => LEADING_ZERO.test(text))) return null;
    const values = Float64Array.from(
      cells.flatMap((text) => (text === null ? [] : [parseNumber(text, format.decimal)])).filter(Number.isFinite),
    ).sort();
    if (values.length === 0) return null;
    const schema = numberSchema("number", values, cells.length, format);
    return { fit: 0.8, schema, why: describeNumbers(schema, column) };
  },
  rule: ({ format }) => ({ as: "number", decimal: format.decimal }),
  store(value, { format }) {
    if (value === null) return Number.NaN;
    const read = (text: string) => parseNumber(text, format.decimal) || parseNumber(text, ".");
    const stored = typeof value === "string" ? read(value.trim()) : Number(value);
    return Number.isFinite(stored) ? stored : undefined;
  },
  value: (stored, { format }) => (Number.isNaN(stored) ? null : rounded(stored, format)),
  text: (stored, { format }) => (Number.isNaN(stored) ? null : numberText(stored, format)),
  type: ({ whole }) => (whole ? "integer" : "number"),
  describe: (schema) => describeNumbers(schema),
};

export const number: FieldKind<NumberSchema> = {
  ...columnKind,
  name: "number",
  cell,
  parse(schema) {
    expectBinning(schema, "number");
    const { decimal, decimals, fixed } = (schema.format ?? {}) as Partial<NumberFormat>;
    const isFormat = (decimal === "." || decimal === ",") && Number.isInteger(decimals) && typeof fixed === "boolean";
    expectSchema(isFormat, "number", "format: decimal, decimals and fixed");
    return schema as NumberSchema;
  },
  shape: () => [VALUES],
  chooseLikelihood(_profile, _schema, records) {
    if (!isNumeric(records)) return columnKind.chooseLikelihood();
    if (records.contamination === 0)
      return { value: NORMAL_COLUMNS, why: "nearly all columns are numbers, many of them continuous" };
    return { value: FORGIVING, why: "nearly all columns are numbers, some rows may be anomalies" };
  },
  encode(column, schema, out) {
    const values = out?.length === column.length * VALUES ? out : new Float32Array(column.length * VALUES);
    codecOf(schema).encode(column, values);
    return values;
  },
  decode(values, schema, out) {
    const column: Column = out ?? new Float64Array(values.length / VALUES);
    const codec = codecOf(schema);
    // Rounded as it is written, so that what holds for a row holds for its text.
    for (let i = 0; i < column.length; i++) column[i] = rounded(codec.decode(values, i * VALUES), schema.format);
    return column;
  },
  codes: ({ shares }) => ({
    segments: [{ at: CODE, count: shares.length, shares, ordered: true, within: WITHIN, position: POSITION }],
    amounts: [AMOUNT],
    standard: [STANDARD],
  }),
  coordinates: {
    width: () => 1,
    range({ cells, deviation }) {
      const all = lastOf(cells) - Math.min(...cells.map(([start]) => start));
      return all > 0 ? deviation / all : 1;
    },
    put(column, { mean, deviation }, out, start, stride) {
      for (let row = 0; row < column.length; row++) {
        const z = (column[row] - mean) / deviation;
        out[row * stride + start] = Number.isNaN(z) ? 0 : Math.max(-FARTHEST, Math.min(FARTHEST, z));
      }
    },
  },
  profile: columnProfile,
  reconstruction: rankError,
  explain({ surprise, values, mean, stored }, schema) {
    const codec = codecOf(schema);
    const said = (of: Float32Array, round = (value: number) => value) =>
      of[CODE] === codec.missing ? "nothing" : numberText(round(codec.decode(of)), schema.format);
    return [
      {
        part: "",
        nats: surprise[0],
        got: stored === undefined ? said(values) : (cell.text(stored, schema) ?? "nothing"),
        expected: said(mean, roundedTo),
      },
    ];
  },
};

/** E_CONFIG unless these are the facts of a codec. */
export function expectBinning(facts: object, kind: string): void {
  const { cells, shares, reach, mean, deviation } = facts as Partial<Binning>;
  const isCells =
    Array.isArray(cells) &&
    cells.length > 0 &&
    cells.every((edges) => Array.isArray(edges) && edges.length > 0 && edges.every(Number.isFinite));
  expectSchema(isCells, kind, "cells: a list of lists of numbers");
  const fits = Array.isArray(shares) && shares.length === cells.length + 4 && shares.every((share) => share > 0);
  expectSchema(fits, kind, `shares: ${cells.length + 4} numbers above 0`);
  expectSchema(Number.isFinite(mean) && Number(deviation) > 0, kind, "mean and deviation");
  expectSchema(Array.isArray(reach) && reach.length === 2 && reach.every((far) => far > 0), kind, "reach: two numbers");
}

const codecOf = oncePer<NumberSchema, NumberCodec>(numberCodec);

/** Of ascending values; the rest of `rows` is missing. */
export function numberSchema(kind: string, values: Float64Array, rows: number, format: NumberFormat): NumberSchema {
  const whole = format.decimals === 0;
  const { cells, counts } = binned(values, whole);
  const shares = sharesOf([0, ...counts, 0, 0, rows - values.length]);
  const { mean, deviation } = momentsOf(values);
  return { kind, format, whole, cells, shares, reach: reachOf(values), mean, deviation };
}

/** Squares of larger numbers overflow, so the values are scaled first. */
function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const scale = Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1])) || 1;
  let mean = 0;
  for (const value of values) mean += value / scale / values.length;
  let variance = 0;
  for (const value of values) variance += (value / scale - mean) ** 2 / values.length;
  const [center, deviation] = [mean * scale, Math.sqrt(variance) * scale].map((value) => Number(value.toPrecision(9)));
  return { mean: center, deviation: deviation > 0 ? deviation : 1 };
}

/** How far the outermost values spread. */
function reachOf(sorted: Float64Array): [number, number] {
  const outer = Math.max(1, Math.round(sorted.length * OUTER_SHARE));
  const last = sorted.length - 1;
  const all = sorted[last] - sorted[0];
  const least = all > 0 ? all / 100 : Math.max(1e-9, Math.abs(sorted[0]) / 100);
  const spread = (a: number, b: number) =>
    Number(Math.min(LARGEST_REACH, Math.max(LEAST_REACH, least, b - a)).toPrecision(6));
  return [spread(sorted[0], sorted[Math.min(last, outer)]), spread(sorted[Math.max(0, last - outer)], sorted[last])];
}

/** A guess has no more than four digits. */
function roundedTo(value: number): number {
  return Number(value.toPrecision(4));
}

/** Mean difference between the amounts of what is there and what is expected, where both are numbers. */
function rankError(): Reconstruction {
  let sum = 0;
  let total = 0;
  return {
    add(values, expected, schema) {
      const { encode, decode, missing } = codecOf(schema as NumberSchema);
      const amount = new Float32Array(VALUES);
      for (let at = 0; at < values.length; at += VALUES) {
        if (values[at + CODE] === missing || expected[at + CODE] === missing) continue;
        encode([decode(expected, at)], amount);
        sum += Math.abs(values[at + AMOUNT] - amount[AMOUNT]);
        total++;
      }
    },
    result: () => ({ meanAbsoluteError: total > 0 ? sum / total : 0 }),
  };
}

/** The largest value that a cell reaches to. */
function lastOf(cells: Binning["cells"]): number {
  return Math.max(...cells.map((edges) => edges[edges.length - 1]));
}

function describeNumbers({ cells, whole, format, shares }: NumberSchema, column?: CellSample): string {
  const first = Math.min(...cells.map(([start]) => start));
  const last = lastOf(cells) - (whole && cells[cells.length - 1].length > 1 ? 1 : 0);
  const ends = `${numberText(first, format)} to ${numberText(last, format)}`;
  const common = cells
    .map((edges, i) => ({ edges, share: shares[i + 1] }))
    .filter(({ edges, share }) => edges.length === 1 && share > 0.3);
  const often =
    common.length > 0 ? `, ${(100 * common[0].share).toFixed(0)} % are ${numberText(common[0].edges[0], format)}` : "";
  const values = column && column.counts.size <= 20 ? `, ${column.counts.size} different` : "";
  return `${whole ? "whole numbers" : "numbers"}, ${ends}${values}${often}`;
}
