/** A column of dates or times: when (in bins), which day of the week, which hour of the day. */

import { type Column, type FieldSchema, HIDDEN_NUMBER } from "../data/dataset.js";
import { sharesOf } from "../data/shares.js";
import type { CellKind } from "./cell.js";
import { columnKind, columnProfile, expectSchema } from "./cells.js";
import type { CodeSegment } from "./codes.js";
import type { FieldKind } from "./field.js";
import { expectBinning, numberSchema } from "./number.js";
import {
  AMOUNT,
  type Binning,
  CODE,
  type NumberCodec,
  numberCodec,
  POSITION,
  STANDARD,
  VALUES,
  WITHIN,
} from "./number-codec.js";
import { oncePer } from "./once.js";
import { isTimeFormat, type TimeFormat, timeFormat, timeFormatOf } from "./time-format.js";

export interface DateSchema extends FieldSchema {
  readonly format: string;
  /** Bins of whole days since 1970, or of whole weeks (which begin on Mondays) where days of the week are told apart. */
  readonly days: Binning;
  /** Shares of Monday to Sunday; null where the days are binned themselves. */
  readonly weekdays: readonly number[] | null;
  /** Shares of the hours of the day; null where there are no times. */
  readonly hours: readonly number[] | null;
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
const WEEK_DAYS = 7;
const HOURS = 24;
/** 1970 began on a Thursday. */
const MONDAY = 3;
/** Days of the years 1 to 9999, which all formats can write. */
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;
/** Milliseconds by which float32 may misplace a time in its hour. */
const POSITION_ERROR = 0.5;
/** Shorter spans are binned by days. */
const LEAST_WEEKS = 8;

// After the values of a number: day of the week, hour, where in the hour.
const WEEKDAY = VALUES;
const HOUR_CODE = VALUES + 1;
const HOUR_POSITION = VALUES + 2;
const SIZE = VALUES + 3;

const cell: CellKind<DateSchema, number> = {
  detect({ cells, counts, present }) {
    if (present === 0) return null;
    const format = timeFormatOf(counts.keys());
    if (!format) return null;
    const { parse, text, hasTime } = timeFormat(format);
    const times = Float64Array.from(cells.flatMap((cell) => (cell === null ? [] : [parse(cell)]))).sort();
    const [first, last] = [times[0], times[times.length - 1]];
    const weekly = last - first > LEAST_WEEKS * WEEK_DAYS * DAY;
    const days = times.map((time) => Math.floor(time / DAY));
    const units = weekly ? days.map((day) => Math.floor((day + MONDAY) / WEEK_DAYS)) : days;
    const {
      cells: bins,
      shares,
      reach,
      whole,
      mean,
      deviation,
    } = numberSchema("number", units, cells.length, NO_FORMAT);
    const schema: DateSchema = {
      kind: "date",
      format,
      days: { cells: bins, shares, reach, whole, mean, deviation },
      weekdays: weekly ? countsOf(days.map(weekdayOf), WEEK_DAYS) : null,
      hours: hasTime ? countsOf(times.map(hourOf), HOURS) : null,
    };
    return {
      fit: 0.9,
      schema,
      why: `${hasTime ? "times" : "days"} from ${text(first)} to ${text(last)}, as ${format}`,
    };
  },
  rule: ({ format }) => ({ as: "time", format }),
  store(value, { format }) {
    if (value === null) return Number.NaN;
    const time =
      value instanceof Date
        ? value.getTime()
        : typeof value === "number"
          ? value
          : timeFormat(format).parse(String(value).trim());
    return Number.isNaN(time) ? undefined : time;
  },
  value: (stored) => (Number.isNaN(stored) ? null : new Date(stored)),
  text: (stored, schema) => (Number.isNaN(stored) ? null : codecOf(schema).format.text(stored)),
  type: ({ hours }) => (hours ? "timestamp" : "date"),
  describe: (schema) => `${schema.hours ? "times" : "days"} as ${schema.format}`,
};

export const date: FieldKind<DateSchema> = {
  ...columnKind,
  name: "date",
  cell,
  parse(schema) {
    const { format, days, weekdays = null, hours = null } = schema;
    expectSchema(isTimeFormat(format), "date", 'a format such as "%Y-%m-%d"');
    expectSchema(typeof days === "object" && days !== null, "date", "days");
    expectBinning(days, "date");
    const isCycle = (shares: unknown, count: number) =>
      shares === null || (Array.isArray(shares) && shares.length === count && shares.every((share) => share > 0));
    expectSchema(isCycle(weekdays, WEEK_DAYS) && isCycle(hours, HOURS), "date", "weekdays and hours: shares or null");
    return schema as DateSchema;
  },
  shape: () => [SIZE],
  encode(column, schema, out) {
    const values = out?.length === column.length * SIZE ? out : new Float32Array(column.length * SIZE);
    codecOf(schema).encode(column, values);
    return values;
  },
  decode(values, schema, out) {
    const column: Column = out ?? new Float64Array(values.length / SIZE);
    const { decode } = codecOf(schema);
    for (let i = 0; i < column.length; i++) column[i] = decode(values.subarray(i * SIZE, (i + 1) * SIZE));
    return column;
  },
  codes({ days, weekdays, hours }) {
    const cycle = { ordered: false, within: null };
    const segments: CodeSegment[] = [
      { at: CODE, count: days.shares.length, shares: days.shares, ordered: true, within: WITHIN, position: POSITION },
    ];
    if (weekdays) segments.push({ ...cycle, at: WEEKDAY, count: WEEK_DAYS, shares: weekdays, position: null });
    if (hours) segments.push({ ...cycle, at: HOUR_CODE, count: HOURS, shares: hours, position: HOUR_POSITION });
    return { segments, amounts: [AMOUNT], standard: [STANDARD] };
  },
  coordinates: {
    width: () => 1,
    range: () => 1 / Math.sqrt(12), // of times that are spread evenly
    put(column, { days, weekdays }, out, start, stride) {
      // Of times that are spread evenly over the whole span.
      const unit = DAY * (weekdays ? WEEK_DAYS : 1);
      const [first, last] = [
        Math.min(...days.cells.map(([start]) => start)),
        Math.max(...days.cells.map((cell) => cell[cell.length - 1])),
      ];
      const deviation = (Math.max(1, last - first) * unit) / Math.sqrt(12);
      for (let row = 0; row < column.length; row++) {
        const z = (column[row] - ((first + last) / 2) * unit) / deviation;
        out[row * stride + start] = Number.isNaN(z) ? 0 : z;
      }
    },
  },
  profile: columnProfile,
  reconstruction() {
    let sum = 0;
    let total = 0;
    return {
      add(values, expected, schema) {
        const { decode } = codecOf(schema as DateSchema);
        for (let at = 0; at < values.length; at += SIZE) {
          const off = decode(values.subarray(at, at + SIZE)) - decode(expected.subarray(at, at + SIZE));
          if (Number.isNaN(off)) continue;
          sum += Math.abs(off) / DAY;
          total++;
        }
      },
      result: () => ({ meanAbsoluteDays: total > 0 ? sum / total : 0 }),
    };
  },
  explain({ surprise, values, mean, stored }, schema) {
    const { decode, format } = codecOf(schema);
    const said = (of: Float32Array) => {
      const time = decode(of);
      return Number.isNaN(time) ? "nothing" : format.text(time);
    };
    return [
      {
        part: "",
        nats: surprise.reduce((a, b) => a + b, 0),
        got: stored === undefined ? said(values) : (cell.text(stored, schema) ?? "nothing"),
        expected: said(mean),
      },
    ];
  },
};

const NO_FORMAT = { decimal: ".", decimals: 0, fixed: true } as const;

interface DateCodec {
  readonly format: TimeFormat;
  encode(column: ArrayLike<number>, out: Float32Array): void;
  decode(values: Float32Array): number;
}
const codecOf = oncePer<DateSchema, DateCodec>(dateCodec);

function dateCodec({ format: name, days, weekdays, hours }: DateSchema): DateCodec {
  const format = timeFormat(name);
  const unit: NumberCodec = numberCodec(days);
  const one = new Float32Array(VALUES);
  // A week holds seven days of one name each; an hour so many times as the format can tell apart.
  const withinHour = hours ? -Math.log(HOUR / format.resolution) : 0;
  return {
    format,
    encode(column, out) {
      out.fill(0);
      for (let i = 0, to = 0; i < column.length; i++, to += SIZE) {
        const time = column[i];
        const isHidden = time === HIDDEN_NUMBER;
        const day = Math.floor(time / DAY);
        unit.encode([isHidden ? time : weekdays ? Math.floor((day + MONDAY) / WEEK_DAYS) : day], one);
        out.set(one, to);
        const isThere = !isHidden && !Number.isNaN(time);
        if (isThere) out[to + WITHIN] += withinHour;
        out[to + WEEKDAY] = isThere ? weekdayOf(day) : -1;
        out[to + HOUR_CODE] = isThere ? hourOf(time) : -1;
        out[to + HOUR_POSITION] = isThere ? (time - Math.floor(time / HOUR) * HOUR) / HOUR : 0;
      }
    },
    decode(values) {
      const at = unit.decode(values);
      if (Number.isNaN(at)) return at;
      const day = weekdays ? Math.floor(at) * WEEK_DAYS - MONDAY + Math.max(0, values[WEEKDAY]) : Math.floor(at);
      const inHour = Math.min(HOUR - 1, values[HOUR_POSITION] * HOUR + POSITION_ERROR);
      const time = hours ? Math.max(0, values[HOUR_CODE]) * HOUR + inHour : 0;
      const inDay = Math.floor(time / format.resolution) * format.resolution;
      return Math.max(FIRST_DAY, Math.min(LAST_DAY, day)) * DAY + inDay;
    },
  };
}

/** 0 is Monday. */
function weekdayOf(day: number): number {
  return (((day + MONDAY) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS;
}

function hourOf(time: number): number {
  return Math.floor(time / HOUR) - Math.floor(time / DAY) * HOURS;
}

function countsOf(codes: Float64Array, count: number): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const code of codes) counts[code]++;
  return sharesOf(counts);
}
