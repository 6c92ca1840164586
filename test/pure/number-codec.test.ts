/** Cells of tables as codes and back: numbers with their densities, dates, labels, booleans; and the text that comes out. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HIDDEN_CODE, HIDDEN_NUMBER } from "../../src/data/dataset.js";
import type { DateSchema } from "../../src/fields/date.js";
import { fieldKinds } from "../../src/fields/list.js";
import { type NumberSchema, numberSchema } from "../../src/fields/number.js";
import {
  AMOUNT,
  CODE,
  type NumberCodec,
  numberCodec,
  POSITION,
  STANDARD,
  standardCode,
  VALUES,
  WITHIN,
} from "../../src/fields/number-codec.js";
import { cellSample, MISSING } from "../../src/fields/table/sample.js";
import { TIME_FORMATS, timeFormat, timeFormatOf } from "../../src/fields/time-format.js";
import { Philox } from "../../src/random.js";

const DECIMALS = { decimal: ".", decimals: 15, fixed: false } as const;
const WHOLE = { decimal: ".", decimals: 0, fixed: true } as const;

function schemaOf(values: readonly number[], whole = false, missing = 0): NumberSchema {
  const sorted = Float64Array.from(values, (x) => x + 0).sort();
  return numberSchema("number", sorted, values.length + missing, whole ? WHOLE : DECIMALS);
}
function encoded(codec: NumberCodec, ...values: number[]): Float32Array {
  const out = new Float32Array(values.length * VALUES);
  codec.encode(values, out);
  return out;
}
const normals = (count: number, seed = 1) => [...new Philox(seed).normals(new Float32Array(count))];

/** Sum over codes of share * density, integrated over all numbers: each interval, and both sides without end. */
function massOf(schema: NumberSchema): number {
  const codec = numberCodec(schema);
  const { cells, shares, whole } = schema;
  const [below, above, between, missing] = [0, cells.length + 1, cells.length + 2, cells.length + 3];
  const masses = new Map<number, number>();
  const add = (x: number, width: number) => {
    const row = encoded(codec, x);
    masses.set(row[CODE], (masses.get(row[CODE]) ?? 0) + Math.exp(row[WITHIN]) * width);
  };
  const first = Math.min(...cells.flat());
  const last = Math.max(...cells.flat());
  const end = whole && !cells.some(([value, ...more]) => more.length === 0 && value === last) ? last - 1 : last;
  if (whole) for (let x = first; x <= end; x++) add(x, 1);
  else {
    const atoms = cells.filter((cell) => cell.length === 1).map(([atom]) => atom);
    for (const atom of atoms) add(atom, 1);
    const edges = [...new Set([first, ...cells.flat(), last])].sort((a, b) => a - b);
    for (const [i, edge] of edges.slice(1).entries()) add((edges[i] + edge) / 2, edge - edges[i]);
  }
  // Beyond: x = end + reach (1 / (1 - u) - 1), so that u runs from 0 to 1.
  const steps = 4000;
  for (const [from, sign, reach] of [
    [first, -1, schema.reach[0]],
    [end, 1, schema.reach[1]],
  ])
    for (let i = 0; i < steps; i++) {
      const u = (i + 0.5) / steps;
      const row = encoded(codec, from + (sign * reach * u) / (1 - u));
      const code = row[CODE] as number;
      if (code !== below && code !== above) continue;
      masses.set(code, (masses.get(code) ?? 0) + (Math.exp(row[WITHIN]) * reach) / (1 - u) ** 2 / steps);
    }
  let total = shares[missing];
  for (const [code, share] of shares.entries())
    if (code !== missing && code !== between) total += share * (masses.get(code) ?? 0);
  // What lies between cells takes at most its own share.
  expect(masses.get(between) ?? 0).toBeLessThanOrEqual(1 + 1e-6);
  expect(masses.get(missing) ?? 0).toBe(0);
  return total + shares[between];
}

const COLUMNS: readonly [name: string, values: readonly number[], whole: boolean][] = [
  ["normal numbers", normals(2000), false],
  ["heavy tails", normals(2000).map((x) => Math.sinh(4 * x)), false],
  ["mostly zeros", normals(2000).map((x, i) => (i % 5 ? 0 : Math.exp(x))), false],
  ["a few values", normals(2000).map((x) => Math.round(2 * x) / 4), false],
  ["whole numbers", normals(2000).map((x) => Math.round(40 * x)), true],
  ["few whole numbers", normals(2000).map((x) => Math.round(x)), true],
  ["whole numbers with a spike", normals(2000).map((x, i) => (i % 3 ? Math.round(300 * x) : 17)), true],
  [
    "whole numbers with a spike at the end",
    normals(2000).map((x, i) => (i % 3 ? -Math.abs(Math.round(300 * x)) : 5)),
    true,
  ],
  ["a value within the first bin", [...new Array(60).fill(0), -2, -1, 3, 11, 40, 90, 4, 5, 6, 7], true],
  ["one value", new Array(50).fill(3.5), false],
  ["two values, far apart", [...new Array(40).fill(-1e12), ...new Array(40).fill(1e12)], true],
  ["five records", [1, 2.5, 7, 8, 100], false],
  ["huge numbers", normals(500).map((x) => x * 1e300), false],
  ["tiny ranges", normals(500).map((x) => 1 + x * 1e-12), false],
  ["tiny numbers", normals(500).map((x) => x * 1e-300), false],
];

const positive = (values: readonly number[]) => values.map((x) => x + 0);

describe.each(COLUMNS.map(([name, values, whole]) => [name, positive(values), whole] as const))(
  "a column of %s",
  (_, values, whole) => {
    const schema = schemaOf(values, whole, 10);
    const codec = numberCodec(schema);

    test("has finite facts that survive JSON", () => {
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
      expect(fieldKinds.get("number").parse(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
      expect(schema.shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
    });

    test("has cells in order that do not overlap", () => {
      const bins = schema.cells.filter((cell) => cell.length > 1);
      for (const bin of bins) expect(bin.every((edge, i) => i === 0 || edge > bin[i - 1])).toBe(true);
      for (const [i, bin] of bins.slice(1).entries()) expect(bin[0]).toBeGreaterThanOrEqual(bins[i].at(-1)!);
    });

    test("has bins whose intervals hold as many values each, up to those that are equal", () => {
      if (new Set(values).size < values.length / 2) return; // many that are equal fall together
      const atoms = new Set(schema.cells.filter((cell) => cell.length === 1).map(([value]) => value));
      const rest = values.filter((value) => !atoms.has(value));
      for (const edges of schema.cells.filter((cell) => cell.length > 2)) {
        const ends = edges.slice(1);
        const counts = ends.map((end, i) => rest.filter((value) => value >= edges[i] && value < end).length);
        expect(Math.max(...counts) - Math.min(...counts), `${edges}: ${counts}`).toBeLessThanOrEqual(2);
      }
    });

    test("gives each of its values a code of its own cells, and a place in it", () => {
      const rows = encoded(codec, ...values);
      const counts = new Array<number>(schema.shares.length).fill(0);
      for (let i = 0; i < values.length; i++) {
        const [code, position] = [rows[i * VALUES + CODE], rows[i * VALUES + POSITION]];
        counts[code]++;
        expect(code >= 1 && code <= schema.cells.length, `${values[i]} has code ${code}`).toBe(true);
        expect(position >= 0 && position <= 1).toBe(true);
        const cell = schema.cells[code - 1];
        expect(values[i]).toBeGreaterThanOrEqual(cell[0]);
        expect(values[i]).toBeLessThanOrEqual(cell[cell.length - 1]);
        expect(rows.subarray(i * VALUES, (i + 1) * VALUES).every(Number.isFinite)).toBe(true);
      }
      for (const [code, count] of counts.entries())
        if (count > 0) expect(Math.abs(count / (values.length + 10) - schema.shares[code])).toBeLessThan(0.04);
    });

    test("comes back from its codes to within a step of float32", () => {
      const rows = encoded(codec, ...values);
      for (const [i, value] of values.entries()) {
        const back = codec.decode(rows, i * VALUES);
        const cell = schema.cells[rows[i * VALUES + CODE] - 1];
        const width = cell[cell.length - 1] - cell[0];
        if (whole && width < 1e5) expect(back + 0).toBe(value + 0);
        else expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-5 * width + 1e-15 * Math.abs(value));
      }
    });

    test("has masses that sum to 1", () => {
      if (whole && Math.abs(values[0]) > 1e6) return; // too many whole numbers to add up
      expect(massOf(schema)).toBeCloseTo(1, 2);
    });

    test("shows amounts that rise with the value, where no value stands for itself within a bin", () => {
      const bins = schema.cells.filter((cell) => cell.length > 1);
      const isWithin = ([value]: readonly number[]) => bins.some((bin) => value > bin[0] && value < bin.at(-1)!);
      if (schema.cells.some((cell) => cell.length === 1 && isWithin(cell))) return;
      const sorted = [...values].sort((a, b) => a - b);
      const rows = encoded(codec, ...sorted);
      for (let i = 1; i < sorted.length; i++)
        expect(rows[i * VALUES + AMOUNT]).toBeGreaterThanOrEqual(rows[(i - 1) * VALUES + AMOUNT] - 1e-5);
    });

    test("knows its values by their standard deviations too", () => {
      const rows = encoded(codec, ...values);
      const made = values.map((_, i) => codec.decode([0, standardCode(schema), 0, 0, rows[i * VALUES + STANDARD]]));
      for (const [i, value] of values.entries())
        expect(Math.abs(made[i] - value)).toBeLessThanOrEqual(
          whole && schema.deviation < 1e5 ? 0 : 1e-5 * schema.deviation + 1e-6 * Math.abs(schema.mean),
        );
    });
  },
);

describe("any column of numbers", () => {
  const finite = fc.oneof(
    fc.double({ min: -1e300, max: 1e300, noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc.integer({ min: -1000, max: 1000 }),
    fc.constantFrom(0, 1e300, -1e300, 1e-300, 2 ** 53),
  );
  const columns = fc.array(finite, { minLength: 1, maxLength: 60 });

  test("encodes and decodes any number near to where it was", () => {
    fc.assert(
      fc.property(columns, fc.array(finite, { minLength: 1, maxLength: 10 }), (values, asked) => {
        const whole = values.every(Number.isInteger);
        const schema = schemaOf(values, whole);
        const codec = numberCodec(schema);
        const others = whole ? asked.filter(Number.isInteger) : asked;
        for (const x of [...values, ...others]) {
          const row = encoded(codec, x);
          expect(row.every(Number.isFinite), `${x} among ${values}: ${row}`).toBe(true);
          expect(row[CODE]).toBeGreaterThanOrEqual(0);
          expect(row[CODE]).toBeLessThan(codec.missing);
          expect(row[POSITION] >= 0 && row[POSITION] <= 1).toBe(true);
          expect(Number.isFinite(codec.decode(row))).toBe(true);
          if (values.includes(x)) {
            const cell = schema.cells[row[CODE] - 1];
            expect(cell, `${x} among ${values}`).toBeDefined();
            const width = cell[cell.length - 1] - cell[0];
            expect(Math.abs(codec.decode(row) - x)).toBeLessThanOrEqual(
              1e-5 * width + 1e-15 * Math.abs(x) + (whole ? 1 : 0),
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("decodes any place of any code to a number of that code", () => {
    fc.assert(
      fc.property(columns, fc.double({ min: 0, max: 1, noNaN: true }), (values, position) => {
        const schema = schemaOf(values, values.every(Number.isInteger));
        const codec = numberCodec(schema);
        for (const [i, cell] of schema.cells.entries()) {
          const x = codec.decode([0, i + 1, position, 0, 0]);
          expect(x).toBeGreaterThanOrEqual(cell[0]);
          expect(x).toBeLessThanOrEqual(cell[cell.length - 1]);
          if (schema.whole) expect(Number.isInteger(x)).toBe(true);
        }
        const { length } = schema.cells;
        expect(codec.decode([0, 0, position, 0, 0])).toBeLessThanOrEqual(Math.min(...schema.cells.flat()));
        expect(codec.decode([0, length + 1, position, 0, 0])).toBeGreaterThanOrEqual(
          Math.max(...values) - (schema.whole ? 0 : 0),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("has whole masses that sum to 1", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 200 }), (values) => {
        expect(massOf(schemaOf(values, true))).toBeCloseTo(1, 2);
      }),
      { numRuns: 60 },
    );
  });
});

describe("beyond what was seen", () => {
  const values = normals(2000);
  const schema = schemaOf(values);
  const codec = numberCodec(schema);
  const [first, last] = [Math.min(...values), Math.max(...values)];

  test("density falls with the square of the distance, a quarter at the reach", () => {
    const [near, reach, far] = encodedWithins(codec, [1e-9, schema.reach[1], 9 * schema.reach[1]], last);
    expect(near - reach).toBeCloseTo(Math.log(4), 4);
    expect(near - far).toBeCloseTo(Math.log(100), 4);
  });

  test("numbers have codes of their own and come back", () => {
    for (const [x, code] of [
      [first - 1, 0],
      [first - 1000, 0],
      [last + 1, schema.cells.length + 1],
      [last + 1e4, schema.cells.length + 1],
    ]) {
      const row = encoded(codec, x);
      expect(row[CODE]).toBe(code);
      expect(codec.decode(row) / x).toBeCloseTo(1, 2);
    }
  });

  test("the net sees nothing farther than 6, and standard deviations end at 1e4", () => {
    const row = encoded(codec, 1e300, -1e300);
    expect([row[AMOUNT], row[VALUES + AMOUNT]]).toEqual([6, -6]);
    expect([row[STANDARD], row[VALUES + STANDARD]]).toEqual([1e4, -1e4]);
  });

  test("a gap between cells has a code of its own", () => {
    const gapped = schemaOf([...new Array(50).fill(1), ...new Array(50).fill(9)]);
    const row = encoded(numberCodec(gapped), 5);
    expect([row[CODE], row[POSITION]]).toEqual([gapped.cells.length + 2, 0.5]);
    expect(numberCodec(gapped).decode(row)).toBe(5);
  });

  function encodedWithins(codec: NumberCodec, distances: readonly number[], from: number): number[] {
    return distances.map((distance) => encoded(codec, from + distance)[WITHIN]);
  }
});

describe("nothing there", () => {
  const schema = schemaOf([1, 2, 3, 4], true, 2);
  const codec = numberCodec(schema);
  test("missing is the last code, hidden is none, and both decode as missing", () => {
    const rows = encoded(codec, Number.NaN, HIDDEN_NUMBER);
    expect([...rows.subarray(0, VALUES)]).toEqual([0, codec.missing, 0, 0, 0]);
    expect([...rows.subarray(VALUES)]).toEqual([0, -1, 0, 0, 0]);
    expect([codec.decode(rows), codec.decode(rows, VALUES)]).toEqual([Number.NaN, Number.NaN]);
    expect(codec.missing).toBe(schema.shares.length - 1);
  });
  test("-0 is 0", () => {
    const zeros = schemaOf([-0, 0, 1, 2]);
    expect([...encoded(numberCodec(zeros), -0)].map((x) => x + 0)).toEqual(
      [...encoded(numberCodec(zeros), 0)].map((x) => x + 0),
    );
  });
});

function detected(
  texts: readonly (string | null)[],
  type: "text" | "number" | "integer" | "boolean" = "text",
  kind = "number",
) {
  const sample = cellSample({ name: "x", type }, texts, new Set(MISSING));
  return fieldKinds.get(kind).cell!.detect(sample);
}
const numberKind = fieldKinds.get("number");

/** What a column of numbers writes for its own cells, after the model's values. */
function writtenAgain(texts: readonly string[]): (string | null)[] {
  const found = detected(texts);
  if (!found) throw new Error("no numbers");
  const { schema } = found;
  const stored = Float64Array.from(texts, (text) => numberKind.cell!.store(text, schema) as number);
  const decoded = numberKind.decode(numberKind.encode(stored, schema), schema);
  return Array.from(decoded as Float64Array, (value) => numberKind.cell!.text(value, schema));
}

describe("the text of numbers", () => {
  test.each([
    ["whole", ["1", "20", "-3", "400"]],
    ["two decimals each", ["1.50", "20.25", "-3.00", "400.75"]],
    ["decimals where needed", ["1.5", "20", "-3.25", "400"]],
    ["decimal commas", ["1,50", "20,25", "-3,00", "0,75"]],
    ["huge", ["1e+300", "-2e+299", "5e+21", "1e+300", "-2e+299", "5e+21", "1e+300", "-2e+299", "5e+21"]],
    ["tiny", ["1e-20", "2.5e-20", "1e-20", "2.5e-20", "1e-20", "2.5e-20"]],
    ["from huge to tiny", ["1e+100", "1e-100", "7", "1e+100", "1e-100", "7", "1e+100", "1e-100", "7"]],
  ])("stays as it was: %s", (_, texts) => {
    expect(writtenAgain(texts)).toEqual(texts);
  });

  test.each([
    ["points between thousands", ["1.234.567", "2.345.678"]],
    ["leading zeros", ["007", "012", "100"]],
    ["signs behind a zero", ["-01", "+02"]],
    ["infinities", ["inf", "-inf", "Infinity"]],
    ["hexadecimal", ["0x10", "0xff"]],
    ["units", ["5 kg", "6 kg"]],
  ])("is none: %s", (_, texts) => {
    expect(detected(texts)).toBeNull();
  });

  test("is one where one cell of a hundred is something else, which is no number to store", () => {
    const found = detected([...Array.from({ length: 99 }, (_, i) => `${i}`), "abc"])!;
    expect(found.schema.kind).toBe("number");
    expect(numberKind.cell!.store("abc", found.schema)).toBeUndefined();
    expect(numberKind.cell!.store("1e999", found.schema)).toBeUndefined();
    expect(numberKind.cell!.store(Number.POSITIVE_INFINITY, found.schema)).toBeUndefined();
    expect(numberKind.cell!.store(null, found.schema)).toBeNaN();
  });

  test("a decoded number is one that can be written, also where no such number was seen", () => {
    const { schema } = detected(Array.from({ length: 300 }, (_, i) => (i / 8 + (i % 7)).toFixed(1)))!;
    const codes = (schema.cells as number[][]).length + 4;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: codes }), fc.double({ min: 0, max: 1, noNaN: true }), (code, position) => {
        const [value] = numberKind.decode(Float32Array.from([0, code, position, 0, position]), schema);
        if (!Number.isNaN(value)) expect(Number(numberKind.cell!.text(value, schema))).toBe(value);
      }),
    );
  });
});

describe("dates", () => {
  const dateKind = fieldKinds.get("date");
  const START = Date.UTC(1, 0, 1) - (Date.UTC(1, 0, 1) - new Date(0).setUTCFullYear(1, 0, 1));
  const END = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  const moments = fc.integer({ min: START, max: END });

  test.each(TIME_FORMATS)("%s reads what it writes, from year 1 to 9999", (format) => {
    const { parse, text, resolution } = timeFormat(format);
    fc.assert(
      fc.property(moments, (time) => {
        expect(parse(text(time))).toBe(Math.floor(time / resolution) * resolution);
      }),
    );
    for (const time of [START, END, 0, -1, Date.UTC(2024, 1, 29), Date.UTC(2000, 1, 29, 23, 59, 59)])
      expect(parse(text(time))).toBe(Math.floor(time / resolution) * resolution);
  });

  test.each(TIME_FORMATS)("%s is found again by what it writes", (format) => {
    const { text } = timeFormat(format);
    const times = Array.from({ length: 40 }, (_, i) => Date.UTC(2021, i, 13 + (i % 15), i % 24, i, i, i));
    const found = timeFormatOf(times.map(text))!;
    // Another format may read the same texts, if it reads them as the same times.
    const again = timeFormat(found);
    expect(times.map((time) => again.parse(text(time)))).toEqual(
      times.map((time) => timeFormat(format).parse(text(time))),
    );
  });

  test.each([
    ["%Y-%m-%d", ["2023-02-29", "2024-02-30", "2023-13-01", "2023-00-10", "2023-01-00", "23-01-01", "2023-01-01x", ""]],
    ["%Y-%m-%d %H:%M:%S", ["2023-01-01 24:00:00", "2023-01-01 12:60:00", "2023-01-01 12:00:60", "2023-01-01"]],
    ["%d-%b-%Y", ["31-Apr-2023", "01-Foo-2023", "29-Feb-1900"]],
  ])("days that no calendar has are none in %s", (format, texts) => {
    for (const text of texts) expect(timeFormat(format).parse(text), text).toBeNaN();
  });

  test.each([
    ["days of some years", "%Y-%m-%d", 3.7 * 86_400_000, 800],
    ["days of some weeks", "%d.%m.%Y", 86_400_000, 40],
    ["seconds of some weeks", "%Y-%m-%d %H:%M:%S", 3_333_000, 2000],
    ["minutes of a day", "%Y-%m-%dT%H:%M", 60_000, 1000],
    ["centuries", "%Y/%m/%d", 211 * 86_400_000, 5000],
  ])("come back from their codes: %s", (_, format, step, count) => {
    const { text, resolution } = timeFormat(format);
    const times = Float64Array.from({ length: count }, (_, i) => {
      const time = Date.UTC(1968, 1, 27, 22) + i * step;
      return Math.floor(time / resolution) * resolution;
    });
    const found = detected(Array.from(times, text), "text", "date")!;
    const { schema } = found;
    expect(schema).toMatchObject({ kind: "date", format: timeFormatOf(Array.from(times, text)) });
    const back = dateKind.decode(dateKind.encode(times, schema), schema);
    const { weekdays, days } = schema as DateSchema;
    let exact = 0;
    for (const [i, time] of times.entries()) {
      if (Math.abs(back[i] - time) < Math.max(1000, resolution)) exact++;
      expect(new Date(back[i]).getUTCDay()).toBe(weekdays ? new Date(time).getUTCDay() : new Date(back[i]).getUTCDay());
      expect(new Date(back[i]).getUTCHours(), text(time)).toBe(new Date(time).getUTCHours());
    }
    expect(exact / count).toBeGreaterThan(days.cells.length > 1 ? 0.9 : 0.5);
  });

  test("nothing there, hidden, and far beyond", () => {
    const texts = Array.from({ length: 400 }, (_, i) => timeFormat("%Y-%m-%d").text(Date.UTC(2020, 0, 1 + i)));
    const { schema } = detected(texts, "text", "date")!;
    const far = Float64Array.of(Number.NaN, HIDDEN_NUMBER, START, END);
    const values = dateKind.encode(far, schema);
    expect(values.every(Number.isFinite)).toBe(true);
    const back = dateKind.decode(values, schema);
    expect([back[0], back[1]]).toEqual([Number.NaN, Number.NaN]);
    for (const i of [2, 3]) expect(Math.abs(back[i] / far[i] - 1)).toBeLessThan(0.02);
    const { cell } = dateKind;
    expect(cell!.text(Number.NaN, schema)).toBeNull();
    expect(cell!.store("2021-02-29", schema)).toBeUndefined();
    expect(cell!.store(" 2020-02-29 ", schema)).toBe(Date.UTC(2020, 1, 29));
    expect(cell!.store(new Date(Number.NaN), schema)).toBeUndefined();
    expect(cell!.value(Date.UTC(2020, 1, 29), schema)).toEqual(new Date(Date.UTC(2020, 1, 29)));
  });

  test("any code and place is a date that its format reads", () => {
    const texts = Array.from({ length: 400 }, (_, i) =>
      timeFormat("%Y-%m-%d %H:%M:%S").text(Date.UTC(2020, 0, 1 + 5 * i, i)),
    );
    const { schema } = detected(texts, "text", "date")!;
    const { days } = schema as DateSchema;
    const { parse } = timeFormat("%Y-%m-%d %H:%M:%S");
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: days.cells.length + 2 }),
        fc.tuple(place, place),
        fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 23 })),
        (code, [position, minute], [weekday, hour]) => {
          const [time] = dateKind.decode(Float32Array.from([0, code, position, 0, 0, weekday, hour, minute]), schema);
          const text = dateKind.cell!.text(time, schema)!;
          expect(parse(text), text).toBe(time);
          if (time > START + 8 * 86_400_000 && time < END - 8 * 86_400_000)
            expect((new Date(time).getUTCDay() + 6) % 7).toBe(weekday);
          expect(new Date(time).getUTCHours()).toBe(hour);
        },
      ),
    );
  });
});

describe("labels", () => {
  const kind = fieldKinds.get("category");
  const texts = [..."bbbaaaccd", null, null];
  const { schema } = detected(texts, "text", "category")!;

  test("are in the order of how often they occur, then of their text", () => {
    expect(schema.labels).toEqual(["a", "b", "c", "d"]);
  });
  test("not seen are other, nothing is missing, hidden is hidden", () => {
    const store = (value: string | null) => kind.cell!.store(value, schema)!;
    expect([store("c"), store(" c "), store("x"), store("C"), store(null)]).toEqual([2, 2, 4, 4, -1]);
    const values = kind.encode(Int32Array.of(2, 4, -1, HIDDEN_CODE), schema);
    expect([...values]).toEqual([2, 4, 5, -1]);
    expect([...kind.decode(values, schema).slice(0, 3)]).toEqual([2, 4, -1]);
    expect([0, 4, -1].map((code) => kind.cell!.text(code, schema))).toEqual(["a", null, null]);
  });
  test("have shares that sum to 1, of others and of missing ones too", () => {
    const shares = schema.shares as number[];
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 3);
    expect(shares[5] / shares[3]).toBeCloseTo(2, 2);
    expect(shares[4]).toBeGreaterThan(0);
  });
  test("beyond a thousand are taken together", () => {
    const many = Array.from({ length: 4000 }, (_, i) => `label ${i % 1200}`).concat(new Array(2000).fill("common"));
    const { schema, why } = detected(many, "text", "category")!;
    expect((schema.labels as string[]).length).toBe(1000);
    expect((schema.labels as string[])[0]).toBe("common");
    expect(why).toBe("1,201 labels, 201 rare ones taken together");
    expect((schema.shares as number[])[1000]).toBeGreaterThan(0.09);
  });
});

describe("booleans", () => {
  const kind = fieldKinds.get("boolean");
  test.each([
    ["false", "true"],
    ["False", "True"],
    ["no", "yes"],
    ["No", "YES"],
    ["f", "t"],
    ["n", "y"],
    ["N", "Y"],
    ["0", "1"],
    ["off", "on"],
  ])("%s and %s", (no, yes) => {
    const texts = [no, no, yes, null, yes, no];
    const { schema, fit } = detected(texts, "text", "boolean")!;
    expect(fit).toBeGreaterThan(detected(texts)?.fit ?? 0);
    for (const [value, text] of [
      [false, no],
      [true, yes],
    ] as const) {
      const stored = kind.cell!.store(value, schema)!;
      expect(kind.cell!.store(text, schema)).toBe(stored);
      expect([kind.cell!.text(stored, schema), kind.cell!.value(stored, schema)]).toEqual([text, value]);
    }
    expect(kind.cell!.store(null, schema)).toBe(-1);
    expect([kind.cell!.text(-1, schema), kind.cell!.value(-1, schema)]).toEqual([null, null]);
  });
  test.each([[["yes", "no", "maybe"]], [["yes", "true"]], [["yes", "YES"]], [["0", "1", "2"]], [["yes"]]])(
    "%s are none",
    (words) => {
      expect(detected([...words, ...words], "text", "boolean")).toBeNull();
    },
  );
  test("a source that says that they are numbers means numbers", () => {
    expect(detected(["0", "1"], "integer", "boolean")).toBeNull();
  });
});
