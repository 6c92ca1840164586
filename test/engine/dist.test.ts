/** Densities in float32 on the native engine: as in float64, and finite where formulas are careless. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pullback } from "../../src/graph/grad.js";
import { constant, input, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { ortNode } from "../../src/node/ort-node.js";
import type { Engine, Feeds } from "../../src/runtime/engine.js";
import { evaluate, ndArray } from "../../src/runtime/reference.js";
import { EXTREMES, families, pointsOf, textOf } from "../helpers/dists.js";
import { expectClose } from "../helpers/tensors.js";

/** Against 1 + the size of the number itself. */
const TOLERANCE = 2e-4;

let engine: Engine;
beforeAll(async () => {
  engine = await ortNode({ threads: 1 });
});
afterAll(() => engine.dispose());

describe.each(families)("$family", (family) => {
  const names = Object.keys(family.spec.examples[0]);
  const cases = [...family.spec.examples, ...(EXTREMES[family.family] ?? [])].map((example) => ({
    example,
    text: textOf(example),
  }));

  test.each(cases)("value and gradient at $text", async ({ example }) => {
    const points = pointsOf(family);
    const symbols = Object.fromEntries(names.map((name) => [name, input(name, [points.length, 1])]));
    const x = input("x", [points.length, 1]);
    const y = family(symbols).logProb(x);
    const wanted: Record<string, Tensor> = { x, ...symbols };
    const gradients = pullback([y], [constant(1).broadcastTo(y.shape)], Object.values(wanted));
    const outputs: Record<string, Tensor> = { y };
    for (const [i, name] of Object.keys(wanted).entries()) if (gradients[i]) outputs[`d${name}`] = gradients[i];

    const feeds: Record<string, Float32Array> = { x: Float32Array.from(points) };
    for (const name of names) feeds[name] = new Float32Array(points.length).fill(example[name]);
    const got = await run(outputs, feeds);
    const given = new Map(Object.entries(wanted).map(([name, t]) => [t, ndArray(feeds[name], [points.length, 1])]));
    for (const [i, { data }] of evaluate(Object.values(outputs), given).entries()) {
      const name = Object.keys(outputs)[i];
      expect([...got[name]].every(Number.isFinite), `${name}: ${got[name]}`).toBe(true);
      expectClose(got[name], data, TOLERANCE, name);
    }
  });
});

async function run(outputs: Record<string, Tensor>, feeds: Feeds): Promise<Record<string, Float32Array>> {
  const bank = engine.bank([]);
  const traced = program("density", outputs);
  const executable = await engine.compile(traced, bank);
  const needed = Object.fromEntries(Object.entries(feeds).filter(([name]) => traced.inputs.has(name)));
  const results = await executable.run(needed);
  await executable.dispose();
  bank.dispose();
  return results as Record<string, Float32Array>;
}
