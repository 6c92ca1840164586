/** What training leaves in a model folder: a result that fails costs itself, never the model. */

import { afterEach, expect, test, vi } from "vitest";
import { compose } from "../../src/model/compose.js";
import { parametersOf } from "../../src/model/programs.js";
import { nodeHost } from "../../src/node/host.js";
import { results } from "../../src/verbs/results/list.js";
import { makeResults } from "../../src/verbs/results/make.js";
import { configOf, memoryDataset } from "../helpers/models.js";

const SHAPE = [4, 4, 1];
afterEach(() => vi.restoreAllMocks());

test("one that fails is told, the others are made", async () => {
  const config = configOf(SHAPE, { latent: 2, training: { seed: 0, valid: 0.5 } });
  const weights = new Map(
    [...parametersOf(compose(config))].map(([name, { shape }]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, values: Float32Array.from({ length: size }, (_, i) => Math.sin(i)) }];
    }),
  );
  const pixels = Uint8Array.from({ length: 16 * 12 }, (_, i) => (i * 37) % 256);
  vi.spyOn(results[1], "make").mockRejectedValue(new Error("no ink"));
  const host = nodeHost();
  const engine = await host.engine("cpu", { threads: 1 });
  const made = await makeResults(config, weights, memoryDataset(pixels, SHAPE), [], engine, host);
  await engine.dispose();
  expect(made.notices).toEqual([`${results[1].name} could not be made: no ink`]);
  expect(Object.keys(made.files)).toEqual(["samples.png", "traversal.png", "calibration.json", "report.html"]);
  expect(made.config.latents?.records).toBe(6);
});
