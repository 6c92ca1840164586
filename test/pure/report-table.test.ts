/** The report of a table: its sections and charts, and that nothing of single rows gets into it. */

import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { reportPage } from "../../src/eval/report/page.js";
import { threshold } from "../../src/eval/report/sections/scores.js";
import { marginalOf } from "../../src/eval/tables/marginals.js";
import type { Rows } from "../../src/eval/tables/rows.js";
import { fieldsOf } from "../../src/fields/list.js";
import { numberSchema } from "../../src/fields/number.js";
import { tableReportOf } from "../helpers/report-facts.js";

const EVIL = `"><script>alert('x')</script>`;

async function pageOf(changes: Parameters<typeof tableReportOf>[0] = {}) {
  const text = await reportPage(tableReportOf(changes));
  const { document } = parseHTML(text);
  return { text, document, words: document.body.textContent!.replace(/\s+/g, " ") };
}

describe("the page of a table", () => {
  test("has the sections of a table, each id once", async () => {
    const { document, words } = await pageOf();
    const ids = [...document.querySelectorAll("section")].map(({ id }) => id);
    expect(ids).toEqual("figures columns dependence privacy scores latents training doctor protocol use".split(" "));
    const all = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(all).size).toBe(all.length);
    expect(words).toContain("rows of 3 columns");
    expect(words).not.toMatch(/interpolate|pictures of 28|NaN|undefined/);
  });
  test("tells its figures: means, pairs, privacy, p-values, commands", async () => {
    const { document, words } = await pageOf();
    for (const text of [
      "4.5 %",
      "7.3 %",
      "9.0 % off",
      "age and job12.5 %contingency",
      "51.0 %",
      "0.2 %",
      "A are 500 rows",
    ])
      expect(words).toContain(text);
    expect(words).toContain("no sign that any were learned by heart");
    const rows = [...document.querySelectorAll("#scores tbody tr")].map(({ textContent }) => textContent);
    expect(rows).toContain("0.118.99100"); // 99 of 999 lie above: p is (99 + 1) / 1000
    expect(words).toContain("vaekit sample models/mnist -n 1000 --out rows.csv");
    expect(words).toContain("vaekit impute");
  });
  test("warns of rows learned by heart, and says nothing where that is not known", async () => {
    const { figures } = tableReportOf().table!;
    const privacy = { ...figures.privacy!, dcrShare: 0.6 };
    expect((await pageOf({ figures: { ...figures, privacy } })).words).toContain("may have learned some by heart");
    const other = await pageOf({ figures: { ...figures, privacy: { ...privacy, learned: false } } });
    expect(other.document.querySelector("#privacy .verdict")).toBeNull();
    expect(other.words).toContain("is not known here");
  });
  test("leaves out what it does not know", async () => {
    const { figures } = tableReportOf().table!;
    const { document } = await pageOf({ figures: { ...figures, privacy: null }, marginals: [], scores: null });
    const ids = [...document.querySelectorAll("section")].map(({ id }) => id);
    expect(ids).toEqual("figures dependence latents training doctor protocol use".split(" "));
  });
  test("text from outside cannot act, in charts either", async () => {
    const { marginals, associations } = tableReportOf().table!;
    const { document, text, words } = await pageOf({
      marginals: marginals.map((marginal) => ({
        ...marginal,
        column: EVIL,
        bars: marginal.bars.map((bar) => ({ ...bar, name: EVIL })),
      })),
      associations: { ...associations, columns: [EVIL, "b", "c"] },
    });
    expect(document.querySelectorAll("script")).toHaveLength(0);
    expect(text).not.toContain("<script");
    expect(words).toContain("alert('x')");
  });
});

describe("charts of a table", () => {
  test("have words for who does not see them", async () => {
    const { document } = await pageOf();
    const charts = [...document.querySelectorAll("#columns svg.chart, #dependence svg.chart, #scores svg.chart")];
    expect(charts).toHaveLength(6);
    for (const chart of charts) expect(chart.getAttribute("aria-label")!.length).toBeGreaterThan(20);
    expect(charts[0].getAttribute("aria-label")!.replaceAll("\u00a0", " ")).toBe(
      "job, 2 bars, real and drawn; farthest apart: clerk: real 75.0 %, drawn 70.0 %",
    );
    expect(charts[4].getAttribute("aria-label")).toBe(
      "Difference of the associations of 3 columns, largest between age and job: -0.40",
    );
  });
  test("show a difference in one colour where it is too strong, in another where too weak", async () => {
    const { document } = await pageOf();
    const map = [...document.querySelectorAll("#dependence svg.chart")][2];
    const cells = (colour: string) =>
      [...map.querySelectorAll(`path[fill="var(--${colour})"]`)].map((path) => [
        path.getAttribute("fill-opacity"),
        path.getAttribute("d")!.split("M").length - 1,
      ]);
    expect(cells("more")).toEqual([["0.83", 2]]);
    expect(cells("less")).toEqual([["0.83", 2]]);
  });
  test("of many columns stay small", async () => {
    const count = 40;
    const columns = Array.from({ length: count }, (_, i) => `column ${i}`);
    const values = () => Float64Array.from({ length: count ** 2 }, (_, i) => ((i * 7919) % 101) / 101);
    const { marginals } = tableReportOf().table!;
    const { text } = await pageOf({
      marginals: columns.map((column) => ({ ...marginals[1], column })),
      associations: { columns, real: values(), synthetic: values() },
    });
    expect(text.length).toBeLessThan(500_000);
  });
  test("mark p-values where so many ordinary rows lie above", () => {
    const ascending = Array.from({ length: 99 }, (_, i) => i);
    expect(threshold(ascending, 0.1)).toBe(89); // 90..98 lie above: p is (9 + 1) / 100
    expect(threshold(ascending, 0.02)).toBe(97);
    expect(threshold(ascending, 0.01)).toBeNull(); // the outermost row alone says nothing
  });
});

describe("bars of a column", () => {
  const format = { decimal: ".", decimals: 0, fixed: false } as const;
  const numbers = (values: readonly number[]): Rows => {
    const fields = fieldsOf({
      fields: { x: numberSchema("number", Float64Array.from(values).sort(), values.length, format) },
    });
    return { fields, columns: { x: Float64Array.from(values) }, count: values.length };
  };
  test("do not name labels of fewer than ten rows", () => {
    const labels = ["often", "rare", "drawn"];
    const fields = fieldsOf({ fields: { x: { kind: "category", labels, shares: [0.9, 0.05, 0.02, 0.02, 0.01] } } });
    const column = (counts: number[]) =>
      Int32Array.from(counts.flatMap((count, code) => new Array(count).fill(code - 1)));
    const real = { fields, columns: { x: column([2, 80, 9, 0]) }, count: 91 };
    const drawn = { fields, columns: { x: column([0, 50, 10, 40]) }, count: 100 };
    const { bars } = marginalOf(real, drawn, fields[0])!;
    expect(bars.map(({ name }) => name)).toEqual(["often", "others", "missing"]);
    expect(bars.map(({ synthetic }) => synthetic)).toEqual([0.5, 0.5, 0]);
    expect(bars.reduce((sum, { real }) => sum + real, 0)).toBeCloseTo(1, 12);
  });
  test("end where ten rows lie beyond, and take those in", () => {
    const values = Array.from({ length: 500 }, (_, i) => 1000 + i);
    const real = numbers([...values, 7_654_321]);
    const { bars } = marginalOf(real, real, real.fields[0])!;
    expect(bars.length).toBeLessThanOrEqual(20);
    expect(bars[3].name).toBe("1085 to 1109"); // as many whole numbers each
    expect(bars.map(({ name }) => name).join()).not.toMatch(/7654321|1000\b/);
    expect(bars.reduce((sum, { real }) => sum + real, 0)).toBeCloseTo(1, 12);
  });
  test("are one a value where those are few and whole; missing cells have one", () => {
    const real = numbers(Array.from({ length: 100 }, (_, i) => i % 5));
    const drawn = { ...real, columns: { x: real.columns.x.map((x) => (x === 4 ? Number.NaN : x)) as Float64Array } };
    const { bars } = marginalOf(real, drawn, real.fields[0])!;
    expect(bars.map(({ name }) => name)).toEqual(["0", "1", "2", "3", "4", "missing"]);
    expect(bars.map(({ synthetic }) => Number(synthetic.toFixed(6)))).toEqual([0.2, 0.2, 0.2, 0.2, 0, 0.2]);
  });
  test("of so few rows that they would tell of each are not drawn; of one value it is told what lies around it", () => {
    const few = numbers(Array.from({ length: 20 }, (_, i) => i));
    expect(marginalOf(few, few, few.fields[0])).toBeNull();
    const one = numbers(new Array(100).fill(3));
    const drawn = {
      ...one,
      columns: { x: one.columns.x.map((x, i) => (i < 20 ? 2.5 : i < 30 ? Number.NaN : x)) as Float64Array },
    };
    expect(marginalOf(one, drawn, one.fields[0])!.bars).toEqual([
      { name: "below 3", real: 0, synthetic: 0.2 },
      { name: "3", real: 1, synthetic: 0.7 },
      { name: "above 3", real: 0, synthetic: 0 },
      { name: "missing", real: 0, synthetic: 0.1 },
    ]);
  });
});
