/** The examples run as a reader runs them, on a few hundred pictures or rows. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { expect, test } from "vitest";
import { constant } from "../../dist/graph.js";
import { evaluate } from "../../dist/runtime/reference.js";
import { greyBernoulli } from "../../examples/my-parts.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TSX = createRequire(import.meta.url).resolve("tsx/cli");

/** Standard output of an example. They use the built package, as `npm ci` leaves it. */
async function run(name: string, ...flags: string[]): Promise<string> {
  const file = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [TSX, file, ...flags], { cwd: ROOT });
  return stdout;
}

test("five-steps: the loss falls from epoch to epoch", async () => {
  const out = await run("five-steps", "--records", "500", "--epochs", "3");
  const losses = [...out.matchAll(/loss ([\d.]+)/g)].map((match) => Number(match[1]));
  expect(losses).toHaveLength(3);
  expect(losses[1]).toBeLessThan(losses[0]);
  expect(losses[2]).toBeLessThan(losses[1]);
});

test("textbook-model: the ReLU keeps sigma at 1 or more, and the linear head is better", async () => {
  const out = await run("textbook-model", "--records", "600", "--epochs", "3");
  const figures = [...out.matchAll(/-ELBO ([\d.]+) nats, smallest sigma ([\d.]+)/g)].map((match) => match.map(Number));
  expect(figures).toHaveLength(2);
  const [[, printed, printedSigma], [, mended, mendedSigma]] = figures;
  expect(printedSigma).toBeGreaterThanOrEqual(1);
  expect(mendedSigma).toBeLessThan(1);
  expect(mended).toBeLessThan(printed);
});

test("own-parts: a model of parts of one's own is trained, saved, loaded, and drawn from", async () => {
  const out = await run("own-parts", "--records", "400", "--epochs", "3", "--out", path("own"));
  const losses = [...out.matchAll(/loss (-?[\d.]+)/g)].map((match) => Number(match[1]));
  expect(losses).toHaveLength(3);
  expect(losses[2]).toBeLessThan(losses[0]);
  expect(out).toContain("net gated, likelihood grey-bernoulli, 3 epochs");
  expect(out).toContain("400 records for 16 latents: 25 for each");
  expect((await sharp(path("own", "drawn.png")).stats()).channels[0].stdev).toBeGreaterThan(10);
});

test("score-service: an ordinary payment passes, a strange one is named with reasons, a broken one is refused", async () => {
  const out = await run("score-service", "--rows", "1500");
  const [ordinary, strange, broken] = out.trim().split("\n").slice(-3);
  expect(ordinary).toMatch(/p 0\.\d+, ordinary$/);
  expect(strange).toMatch(/strange, .*got .*, expected /);
  expect(broken).toContain('400, rows in memory: row 1, column "amount": got "much", expected a number');
});

test("synthetic-rows: rows drawn depend on each other as those trained on, conditions hold, holes are filled", async () => {
  const out = await run("synthetic-rows", "--rows", "1500", "--count", "1000", "--out", path("rows.csv"));
  const [ofSmokers, ofAll] = /([\d.]+) of smokers, ([\d.]+) of all/.exec(out)!.slice(1).map(Number);
  expect(ofSmokers).toBeGreaterThan(0.4);
  expect(ofAll).toBeLessThan(0.35);
  expect(Number(/the shortest of (\d+) cm/.exec(out)![1])).toBeGreaterThan(185);
  expect(Number(/shape error ([\d.]+) %/.exec(out)![1])).toBeLessThan(10);
  expect(out).toMatch(/filled: \{"height":190,"weight":\d[\d.]*,"smokes":false,"cough":"(seldom|often)"\}/);
  const lines = readFileSync(path("rows.csv"), "utf8").trim().split("\n");
  expect(lines).toHaveLength(1001);
  expect(lines[0]).toBe("height,weight,smokes,cough");
});

test("own-parts: the likelihood is a density, and its mean is the mean under it", () => {
  const STEPS = 20_000;
  const xs = Float64Array.from({ length: STEPS }, (_, i) => (i + 0.5) / STEPS);
  for (const logit of [-12, -2, 0, 0.3, 5]) {
    const dist = greyBernoulli({ logits: constant([logit]) });
    const [logp, mean] = evaluate([dist.logProb(constant(xs, [STEPS, 1])), dist.mean], new Map());
    const p = logp.data.map(Math.exp);
    expect(p.reduce((sum, value) => sum + value) / STEPS).toBeCloseTo(1, 3);
    expect(mean.data[0]).toBeCloseTo(p.reduce((sum, value, i) => sum + value * xs[i], 0) / STEPS, 3);
  }
});
