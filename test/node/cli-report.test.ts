/** Traversals and reports as commands, and what training leaves of them in a model folder. */

import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { openNpz } from "../../src/files/npz.js";
import { byteRanges } from "../../src/files/ranges.js";
import { barsNpz, SIDE, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const COUNT = 120;
const ASIDE = 24;
const LATENT = 3;

const train = (...words: string[]) =>
  run(
    "fit",
    path("bars.npz"),
    "--latent",
    String(LATENT),
    "--net",
    "mlp",
    "--hidden",
    "32",
    "--valid",
    "0.2",
    ...words,
  );

beforeAll(async () => {
  writeFileSync(path("bars.npz"), barsNpz(COUNT));
  writeFileSync(path("others.npz"), barsNpz(50));
  await train("--out", path("m"), "--epochs", "25", "--batch", "16");
});

async function run(...words: string[]) {
  const finished = await vaekit([...words, "--threads", "1"]);
  expect(finished).toMatchObject({ status: 0 });
  return finished;
}
function pageAt(...parts: string[]) {
  const text = readFileSync(path(...parts), "utf8");
  return { text, document: parseHTML(text).document };
}
async function npz(name: string) {
  return openNpz(byteRanges(readFileSync(path(name))), name);
}

/** The same model as a vaekit would have left it that did not measure latents. */
function older(name: string): void {
  cpSync(path("m"), path(name), { recursive: true });
  const { latents: _, ...config } = JSON.parse(readFileSync(path(name, "config.json"), "utf8"));
  const text = JSON.stringify(config);
  writeFileSync(path(name, "config.json"), text);
  const sum = createHash("sha256").update(text).digest("hex");
  const sums = readFileSync(path(name, "SHA256SUMS"), "utf8").replace(/^\w{64}( {2}config\.json)$/m, `${sum}$1`);
  writeFileSync(path(name, "SHA256SUMS"), sums);
}

describe("training leaves", () => {
  test("a traversal that the card shows, and a report of the records kept aside", async () => {
    const { width } = await sharp(path("m", "traversal.png")).metadata();
    expect(width).toBeGreaterThan(11 * 56);
    const card = readFileSync(path("m", "README.md"), "utf8");
    expect(card).toContain("](traversal.png)");
    const { document, text } = pageAt("m", "report.html");
    expect(text.length).toBeLessThan(5e6);
    expect(document.querySelectorAll("#reconstructions .pair")).toHaveLength(3 * 8);
    expect(document.querySelector("#reconstructions")?.textContent).toContain(`${ASIDE} records kept aside`);
    expect(document.querySelectorAll("tbody tr")).toHaveLength(25);
    expect(document.body.textContent).toMatch(/cpu, 1 thread\b/);
    expect(document.body.textContent).toContain(`vaekit sample ${path("m")} -n 100`);
    const numbers = [...document.querySelectorAll("#reconstructions .row")].map((row) =>
      [...row.querySelectorAll(".pair span")].map((span) => Number(span.textContent?.replace("\u2212", "-"))),
    );
    const [best, median, worst] = numbers.map((group) => group.reduce((sum, value) => sum + value, 0));
    expect(best).toBeLessThan(median);
    expect(median).toBeLessThan(worst);
  });

  test("no picture of a record where it was asked to be private", async () => {
    await train("--out", path("private"), "--epochs", "2", "--private");
    const names = readdirSync(path("private"));
    expect(names).toEqual(expect.arrayContaining(["samples.png", "traversal.png", "report.html"]));
    expect(names).not.toContain("reconstructions.png");
    expect(readFileSync(path("private", "README.md"), "utf8")).not.toContain("reconstructions");
    const { document } = pageAt("private", "report.html");
    expect(document.querySelectorAll("#reconstructions img")).toHaveLength(0);
    // And a later report keeps to it.
    await run("report", path("private"), path("bars.npz"), "--out", path("later.html"));
    expect(pageAt("later.html").document.querySelectorAll("#reconstructions img")).toHaveLength(0);
  });
});

describe("report", () => {
  test("of the data that the model was trained on looks at the records kept aside", async () => {
    const { stdout } = await run("report", path("m"), "--out", path("again.html"), "--json");
    expect(JSON.parse(stdout)).toMatchObject({ records: ASIDE, kind: "kept aside" });
    const [then, now] = [pageAt("m", "report.html"), pageAt("again.html")].map(({ document }) =>
      [...document.querySelectorAll("#figures dd, #reconstructions .pair span, #reconstructions img")].map(
        (element) => element.getAttribute("src") ?? element.textContent,
      ),
    );
    expect(now).toEqual(then);
  });

  test("of other data says so", async () => {
    const { stdout } = await run("report", path("m"), path("others.npz"), "--out", path("other.html"), "--json");
    expect(JSON.parse(stdout)).toMatchObject({ records: 50, kind: "other" });
    expect(pageAt("other.html").document.querySelector("#figures")?.textContent).toContain("When trained on");
  });

  test("of an older model measures what it lacks", async () => {
    older("old-report");
    await run("report", path("old-report"), path("bars.npz"), "--out", path("old.html"));
    expect(pageAt("old.html").document.querySelectorAll("#latents svg.chart")).toHaveLength(2);
  });

  test("is a page and nothing else", async () => {
    const words = ["report", path("m"), path("bars.npz"), "--out", path("r.pdf")];
    expect(await vaekit(words)).toMatchObject({ status: 2, stderr: expect.stringContaining("E_OUT") });
    expect(existsSync(path("r.pdf"))).toBe(false);
  });
});

describe("traverse", () => {
  test("as an array has a walk per active latent, each picture named", async () => {
    const { stdout } = await run("traverse", path("m"), "--steps", "5", "--out", path("t.npz"), "--json");
    const { rows } = JSON.parse(stdout);
    const kls = rows.map(({ note }: { note: string }) => Number(/KL (.*) nats/.exec(note)![1]));
    expect(kls).toEqual(kls.toSorted((a: number, b: number) => b - a));
    const array = await npz("t.npz");
    expect((await array.read("images")).shape).toEqual([5 * rows.length, SIDE, SIDE, 1]);
    expect(Array.from((await array.read("names")).values as readonly string[]).slice(0, 2)).toEqual([
      `01-${rows[0].name.replace(" ", "-")}-step-0`,
      `01-${rows[0].name.replace(" ", "-")}-step-1`,
    ]);
  });

  test("as a sheet, as an animation there and back, and through a record", async () => {
    const words = ["--latents", "2,0", "--steps", "4", "--range", "3"];
    await run("traverse", path("m"), ...words, "--out", path("t.png"));
    await run("traverse", path("m"), ...words, "--out", path("t.gif"), "--at", `${path("bars.npz")}#images/7`);
    const sheet = await sharp(path("t.png")).metadata();
    expect(sheet.width).toBeGreaterThan(4 * 56);
    expect(sheet.height).toBeGreaterThan(2 * 56);
    expect((await sharp(path("t.gif"), { animated: true }).metadata()).pages).toBe(4 + 2 + 2 * 5);
  });

  test("along a direction through a record, whose reconstruction is in the middle", async () => {
    const direction = {
      latent: LATENT,
      direction: [0, 1, 0],
      origin: [0, 0, 0],
      scale: 0.7,
      auc: 0.9,
      where: "label = 2",
    };
    writeFileSync(path("d.json"), JSON.stringify({ format: "vaekit-direction", ...direction }));
    const at = `${path("bars.npz")}#images/5`;
    const words = ["--along", path("d.json"), "--at", at, "--steps", "3", "--json"];
    const { stdout } = await run("traverse", path("m"), ...words, "--out", path("along.npz"));
    expect(JSON.parse(stdout).rows).toEqual([{ name: "label = 2", note: "AUC 0.900" }]);
    await run("reconstruct", path("m"), at, "-n", "1", "--out", path("one.npz"));
    const pixels = SIDE * SIDE;
    const walk = (await (await npz("along.npz")).read("images")).values as Uint8Array;
    const pair = (await (await npz("one.npz")).read("images")).values as Uint8Array;
    expect(walk.slice(pixels, 2 * pixels)).toEqual(pair.slice(pixels));
    expect(walk.slice(0, pixels)).not.toEqual(walk.slice(2 * pixels));
  });

  test("of an older model says what to do, and does it with data", async () => {
    older("old");
    const words = ["traverse", path("old")];
    const refused = await vaekit([...words, "--out", path("old.png")]);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("E_MODEL");
    expect(refused.stderr).toContain("DATA --out t.png");
    await run(...words, path("bars.npz"), "--out", path("old.png"));
    expect(existsSync(path("old.png"))).toBe(true);
  });

  test.each([
    [["--latents", "0,9"], "E_OPTION invalid latents: got 9, the model has 3 (0..2)"],
    [["--latents", "one"], 'E_OPTION invalid --latents: got "one", expected a whole number from 0, or several'],
    [["--at", "bars.npz"], "expected one"],
    [["--along", "d.json", "--latents", "1"], "E_OPTION invalid latents: a direction moves them all"],
    [["--along", "missing.json"], "E_PATH"],
  ])("%j is refused in words", async (words, message) => {
    const given = words.map((word) => (/\.(npz|json)$/.test(word) ? path(word) : word));
    const { status, stderr } = await vaekit(["traverse", path("m"), "--out", path("no.png"), ...given]);
    expect(status).toBeGreaterThan(1);
    expect(stderr).toContain(message);
  });
});

test("a map of pictures has no column to colour by", async () => {
  const asked = ["map", path("m"), path("bars.npz"), "--color", "age", "--out", path("map.png")];
  const { status, stderr } = await vaekit([...asked, "--threads", "1"]);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/E_OPTION invalid color: this model is of pictures/);
});
