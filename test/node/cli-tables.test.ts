/** What is said of models of tables, as commands: evaluate, report, doctor, map. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { PageData } from "../../src/eval/map-page/page-data.js";
import { Philox } from "../../src/random.js";
import { vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const ROWS = 2400;
const SECRET = "Zaphod";

/** Pay follows the job; one row in twenty is an attack, whose pay is that of no job; one job is of one row. */
function csvOf(seed: number): string {
  const random = new Philox(seed);
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const isAttack = random.uniform() < 0.05;
    const job = i === 17 ? SECRET : ["clerk", "smith", "nurse"][Math.floor(3 * random.uniform())];
    const pay = isAttack ? 9000 + 500 * random.uniform() : { clerk: 1000, smith: 2000, nurse: 3000, Zaphod: 100 }[job]!;
    const age = Math.floor(18 + 50 * random.uniform());
    const missing = random.uniform() < 0.1;
    return [job, missing ? "" : age, (pay + 100 * random.uniform()).toFixed(1), isAttack ? "attack" : "normal"].join(
      ",",
    );
  });
  return `job,age,pay,class\n${lines.join("\n")}\n`;
}

async function run(...words: string[]) {
  const finished = await vaekit([...words, "--threads", "1"]);
  expect(finished, finished.stderr).toMatchObject({ status: 0 });
  return finished;
}

beforeAll(async () => {
  writeFileSync(path("a.csv"), csvOf(1));
  writeFileSync(path("b.csv"), csvOf(2));
  await run("fit", path("a.csv"), "--label", "class", "--out", path("m"), "--epochs", "20", "--valid", "0.2");
}, 120_000);

describe("evaluate", () => {
  test("compares rows drawn with those of the data, and classes by their nats", async () => {
    const { stdout } = await run("evaluate", path("m"), path("b.csv"), "--json", "--samples", "4");
    const { table, records, nll } = JSON.parse(stdout);
    expect([records, Number.isFinite(nll)]).toEqual([ROWS, true]);
    expect(table.shapes.map(({ column }: { column: string }) => column).sort()).toEqual(["age", "job", "pay"]);
    expect(table.shapeError).toBeLessThan(12);
    expect(table.pairs).toHaveLength(3);
    expect(table.separation).toMatchObject({ positive: "attack", negative: "normal" });
    expect(table.separation.auroc).toBeGreaterThan(0.8);
    const ranksByMore = existsSync(path("m", "landmarks.safetensors"));
    expect(table.separationByScore).toEqual(ranksByMore ? expect.objectContaining({ positive: "attack" }) : null);
    expect(table.privacy).toMatchObject({ learned: false, synthetic: ROWS });
    expect(table.protocol.synthetic).toContain("2,400 rows drawn");
  });
  test("of the training data looks for rows learned by heart; as text it names the worst columns", async () => {
    const { stdout } = await run("evaluate", path("m"), path("a.csv"), "--generated", "500", "--limit", "800");
    expect(stdout).toMatch(/shapeError +[\d.]+ % \(mean of 3 columns\); worst: \w+ [\d.]+ %/);
    expect(stdout).toMatch(/dcrShare +0\.\d+ of rows drawn .*A are 480 rows trained on, B as many kept aside/);
    expect(stdout).toContain("500 rows drawn");
    expect(stdout).toContain("rows: 800 of 2400, drawn by the seed");
  });
});

describe("report", () => {
  test("is left by training, with all sections and no row, no rare label", () => {
    const text = readFileSync(path("m", "report.html"), "utf8");
    const { document } = parseHTML(text);
    const ids = [...document.querySelectorAll("section")].map(({ id }) => id);
    expect(ids).toEqual("figures columns dependence privacy scores latents training doctor protocol use".split(" "));
    expect(text).not.toContain(SECRET);
    expect(document.querySelector("#privacy")?.textContent).toContain("A are 480 rows trained on");
    expect([...document.querySelectorAll("#latents .legend li")].map((li) => li.textContent)).toContain("attack");
    expect(document.querySelectorAll("script, img")).toHaveLength(0);
    expect(text.length).toBeLessThan(2e6);
    expect(document.body.textContent).not.toMatch(/NaN|undefined|Infinity/);
  });
  test("is made again, of other data too", async () => {
    await run("report", path("m"), path("b.csv"), "--out", path("r.html"));
    const { document } = parseHTML(readFileSync(path("r.html"), "utf8"));
    expect(document.querySelector("#columns")?.textContent).toContain("2,000 rows of other data");
    expect(document.querySelector("#privacy .verdict")).toBeNull();
  });
});

describe("doctor", () => {
  test("examines a table as it was left and on data, and asks nothing that is about pictures", async () => {
    for (const data of [[], [path("b.csv")]]) {
      const { stdout } = await run("doctor", path("m"), ...data, "--json");
      const { findings, passed } = JSON.parse(stdout);
      const codes = findings.map(({ code }: { code: string }) => code);
      for (const check of ["identifier-column", "dominating-column", "labels-never-drawn", "repeated-rows"])
        expect([...codes, ...passed]).toContain(check);
      expect(codes).not.toContain("labels-never-drawn");
      expect(codes).not.toContain("repeated-rows");
    }
  });
  test("sees rows that are there twice", async () => {
    const [head, ...lines] = csvOf(2).trim().split("\n");
    writeFileSync(path("twice.csv"), [head, ...lines, ...lines].join("\n"));
    const { stdout } = await run("doctor", path("m"), path("twice.csv"), "--json");
    const found = JSON.parse(stdout).findings.find(({ code }: { code: string }) => code === "repeated-rows");
    expect(found).toMatchObject({ severity: "warning", evidence: expect.stringContaining("of 4800 rows (50.") });
  });
});

describe("map", () => {
  test("is a page with the cells of each row, coloured by a column", async () => {
    await run("map", path("m"), path("b.csv"), "--color", "job", "--out", path("map.html"));
    const { document } = parseHTML(readFileSync(path("map.html"), "utf8"));
    const data = JSON.parse(document.getElementById("data")!.textContent!) as PageData;
    expect(data.names).toEqual([SECRET, "clerk", "nurse", "smith"]);
    expect(data.cells?.columns).toEqual(["job", "age", "pay"]);
    const lines = readFileSync(path("b.csv"), "utf8").split("\n");
    const [job, , pay] = lines[1 + Number(data.ids[0])].split(",");
    expect([data.cells?.texts[0][0], Number(data.cells?.texts[2][0])]).toEqual([job, Number(pay)]);
    expect(data).toMatchObject({ count: ROWS, thumbnails: null, lattice: null });
  });
  test("is a picture, numbers in ranges; a column that is not there is named", async () => {
    await run("map", path("m"), path("b.csv"), "--color", "age", "--limit", "300", "--out", path("map.png"));
    expect((await sharp(path("map.png")).metadata()).width).toBeGreaterThan(1000);
    const { status, stderr } = await vaekit([
      "map",
      path("m"),
      path("b.csv"),
      "--color",
      "wage",
      "--out",
      path("x.png"),
    ]);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/E_COLUMN .*"wage"/);
  });
});
