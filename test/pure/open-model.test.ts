/** Opening a model whose configuration claims another net than its weights are of. */

import { expect, test } from "vitest";
import { compose } from "../../src/model/compose.js";
import type { ModelConfig } from "../../src/model/config.js";
import { openRunner } from "../../src/model/open.js";
import { parametersOf } from "../../src/model/programs.js";
import { cpuBank } from "../../src/runtime/cpu-bank.js";
import type { Engine } from "../../src/runtime/engine.js";
import { errorOf } from "../helpers/damage.js";
import { sampleConfig } from "../helpers/saved-models.js";

test.each<[string, Partial<ModelConfig>, string, RegExp]>([
  ["a net of a billion units", { net: { name: "mlp", hidden: 1e9 } }, "E_MODEL", /weight ".*" has shape/],
  ["a larger latent space", { latent: 65_536 }, "E_MODEL", /weight ".*" has shape/],
  [
    "a picture of a million rows",
    { schema: { fields: { image: { kind: "image", height: 1e6, width: 3, channels: 1 } } } },
    "E_CONFIG",
    /height is 1000000, expected a whole number 1\.\.65536/,
  ],
])("%s is refused before memory is asked for", async (_what, changes, code, message) => {
  const config = sampleConfig({ facts: { count: 1, mean: { image: new Array(12).fill(0.5) } } });
  const weights = new Map(
    [...parametersOf(compose(config))].map(([name, { shape }]) => [
      name,
      { shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) },
    ]),
  );
  let asked = 0;
  const engine: Engine = {
    name: "watched",
    target: "cpu",
    limits: { total: null, array: null },
    threads: 1,
    bank(entries) {
      asked++;
      return cpuBank(entries);
    },
    compile: () => Promise.reject(new Error("not here")),
    dispose: async () => {},
  };
  const error = await errorOf(() => openRunner({ ...config, ...changes }, weights, engine));
  expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  expect(asked).toBe(0);
});
