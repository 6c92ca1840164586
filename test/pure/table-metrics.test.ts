/** Metrics of tables against SDMetrics, scipy and scikit-learn, and at their edges. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { areaUnderRoc } from "../../src/eval/auc.js";
import { averagePrecision } from "../../src/eval/average-precision.js";
import { classSeparation } from "../../src/eval/class-separation.js";
import { associations } from "../../src/eval/tables/associations.js";
import { compareRows } from "../../src/eval/tables/compare.js";
import { pairErrors } from "../../src/eval/tables/pairs.js";
import { halved, privacyOf } from "../../src/eval/tables/privacy.js";
import { chosenRows, type Rows } from "../../src/eval/tables/rows.js";
import { kolmogorovSmirnov, shapeErrors, totalVariation } from "../../src/eval/tables/shapes.js";
import { fieldsOf } from "../../src/fields/list.js";
import { numberSchema } from "../../src/fields/number.js";
import { Philox } from "../../src/random.js";

const golden = JSON.parse(readFileSync(new URL("../golden/table-metrics.json", import.meta.url), "utf8"));
const NAMES = ["age", "gain", "hours", "job", "sex"];
const format = { decimal: ".", decimals: 2, fixed: false } as const;
const number = numberSchema("number", Float64Array.of(1, 2, 3), 3, format);
const labelsOf = (labels: readonly string[]) => ({
  kind: "category",
  labels,
  shares: new Array(labels.length + 2).fill(0.1),
});
const fields = fieldsOf({
  fields: { age: number, gain: number, hours: number, job: labelsOf(golden.jobs), sex: labelsOf(["f", "m"]) },
});

function rowsOf(table: Record<string, (number | null)[]>): Rows {
  const columns = NAMES.map((name, i) => [
    name,
    i < 3 ? Float64Array.from(table[name], (cell) => cell ?? Number.NaN) : Int32Array.from(table[name] as number[]),
  ]);
  return { fields, columns: Object.fromEntries(columns), count: table.age.length };
}
const [real, synthetic] = [rowsOf(golden.real), rowsOf(golden.synthetic)];
const range = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
const firstHalves = {
  a: chosenRows(real, range(0, 60)),
  b: chosenRows(real, range(60, 120)),
  learned: true,
  how: "in order",
};

describe("against other programs", () => {
  test("shapes are those of SDMetrics, the worst first", () => {
    const shapes = shapeErrors(real, synthetic);
    expect(shapes.map(({ column }) => column).sort()).toEqual(NAMES);
    for (const { column, error } of shapes) expect(error, column).toBeCloseTo(100 * golden.shapes[column], 2);
    expect(shapes.map(({ error }) => error)).toEqual(shapes.map(({ error }) => error).sort((a, b) => b - a));
  });
  test("pairs are those of SDMetrics", () => {
    const pairs = pairErrors(real, synthetic);
    expect(pairs).toHaveLength(10);
    for (const { columns, error } of pairs)
      expect(error, columns.join()).toBeCloseTo(100 * golden.pairs[columns.join(" ")], 2);
  });
  test("associations are those of scipy and of the formula", () => {
    const matrix = associations(real);
    for (const [pair, value] of Object.entries(golden.associations)) {
      const [i, j] = pair.split(" ").map((name) => NAMES.indexOf(name));
      expect(matrix[i * 5 + j], pair).toBeCloseTo(value as number, 10);
      expect(matrix[j * 5 + i]).toBe(matrix[i * 5 + j]);
    }
  });
  test("distances to the closest record are those of scikit-learn", () => {
    const { dcrShare, exactCopies, heldOutCopies, belowFifth, medianDistance } = privacyOf(firstHalves, synthetic)!;
    const found = { dcrShare, exactCopies, heldOutCopies, belowFifth, ...medianDistance };
    const { medianDistance: medians, ...shares } = golden.privacy;
    for (const [name, value] of Object.entries({ ...shares, ...medians }))
      expect(found[name as keyof typeof found], name).toBeCloseTo(value as number, 3);
    expect(exactCopies).toBeGreaterThan(0.04);
  });
  test("areas and average precision are those of scikit-learn, with scores that are equal", () => {
    const { positives, negatives, auroc, averagePrecision: expected } = golden.scores;
    expect(areaUnderRoc(positives, negatives)).toBeCloseTo(auroc, 12);
    expect(averagePrecision(positives, negatives)).toBeCloseTo(expected, 12);
    expect(averagePrecision([2, 2], [2, 2])).toBe(0.5);
    expect(averagePrecision([3], [1, 2])).toBe(1);
  });
});

describe("at the edges", () => {
  test("a table is like itself, and its rows are all copies", () => {
    const figures = compareRows(real, real, firstHalves);
    expect(figures).toMatchObject({ shapeError: 0, pairError: 0, privacy: { exactCopies: 1, dcrShare: 0.5 } });
  });
  test("columns of which one side has nothing are as far apart as can be", () => {
    expect(kolmogorovSmirnov(Float64Array.of(1), new Float64Array())).toBe(1);
    expect(kolmogorovSmirnov(new Float64Array(), new Float64Array())).toBe(0);
    expect(totalVariation(Int32Array.of(0, 0), Int32Array.of(1), 2)).toBe(1);
    const empty = { ...synthetic, columns: { ...synthetic.columns, age: new Float64Array(90).fill(Number.NaN) } };
    expect(shapeErrors(real, empty)[0]).toMatchObject({ column: "age", error: 100 });
    for (const { error } of pairErrors(real, empty)) expect(error).toSatisfy(Number.isFinite);
  });
  test("rows learned by heart are nearer to the half they are from", () => {
    const { a, b, learned, how } = halved(real, 3);
    expect([a.count, b.count, how]).toEqual([60, 60, "A and B are two halves of 60 rows, drawn by the seed"]);
    const { dcrShare, belowFifth } = privacyOf({ a, b, learned, how }, a)!;
    expect(dcrShare).toBeGreaterThan(0.95);
    expect(belowFifth).toBeGreaterThan(0.95);
    expect(privacyOf({ a, b, learned, how }, chosenRows(a, range(0, 19)))).toBeNull();
  });
  test("more pairs than can be looked at are sampled", () => {
    const many = fieldsOf({ fields: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`c${i}`, number])) });
    const random = new Philox(1);
    const columns = Object.fromEntries(
      many.map(({ name }) => [name, Float64Array.from(random.normals(new Float32Array(4)))]),
    );
    const rows: Rows = { fields: many, columns, count: 4 };
    expect(pairErrors(rows, rows)).toHaveLength(10_000);
  });
});

describe("classes that nats tell apart", () => {
  const nats = Float64Array.of(5, 4, 1, 2, 9);
  const of = (names: string[], indices: number[]) =>
    classSeparation({ names, indices: Int32Array.from(indices) }, range(0, indices.length), nats);
  test("of two the rarer is looked for, of two as common the stranger", () => {
    expect(of(["a", "b"], [0, 0, 1, 1, 1])).toMatchObject({
      positive: "a",
      negative: "b",
      positives: 2,
      auroc: 0.6667,
    });
    expect(of(["a", "b"], [0, 0, 1, 1])).toMatchObject({ positive: "a", why: "the one of higher mean nats", auroc: 1 });
  });
  test("with normal records all others are looked for, even where they are more", () => {
    expect(of(["dos", "normal.", "probe"], [0, 2, 1, 1, 0])).toMatchObject({
      positive: "not normal.",
      negatives: 2,
      auroc: 1,
      averagePrecision: 1,
    });
  });
  test("of other labels nothing is said", () => {
    expect(of(["a", "b", "c"], [0, 1, 2, 0, 1])).toBeNull();
    expect(of(["a", "b"], [0, 0, 0, 0, 0])).toBeNull();
    expect(of(["", "b"], [0, 1, 1, 1, 1])).toBeNull();
  });
});
