/** The examples run as a reader runs them, on a few hundred pictures. */

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

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
