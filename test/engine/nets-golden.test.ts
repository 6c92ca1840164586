/** Nets against PyTorch: the same weights, pictures and noise give the same loss and the same gradient of every parameter. */

import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { parseSafetensors } from "../../src/files/safetensors.js";
import { compose } from "../../src/model/compose.js";
import { stepProgram } from "../../src/model/programs.js";
import { ortNode } from "../../src/node/ort-node.js";
import { configOf } from "../helpers/models.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

/** Largest relative error allowed, against the largest entry of a tensor. */
const TOLERANCE = 1e-4;

interface About {
  readonly net: string;
  readonly shape: readonly number[];
  readonly latent: number;
  readonly batch: number;
  readonly hidden?: number;
  readonly channels?: readonly number[];
  readonly groups?: number;
}

function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(got[i] - expected[i]));
  }
  return error / largest;
}

describe.each(["mlp", "conv-12x8x1", "conv-8x8x3", "conv-norm", "residual"])("%s", (file) => {
  const bytes = readFileSync(new URL(`../golden/${file}.safetensors`, import.meta.url));
  const { tensors, metadata } = parseSafetensors(bytes, file);
  const { net, shape, latent, batch, hidden, channels, groups } = JSON.parse(metadata.about) as About;
  const golden = (name: string): ArrayLike<number> => tensors.get(name)!.values as Float32Array;

  test("loss and gradients are PyTorch's", async () => {
    const options = JSON.parse(JSON.stringify({ hidden, channels, groups })) as Record<string, unknown>;
    const model = compose(configOf(shape, { latent, net: { name: net, ...options } }));
    const { program, recording } = stepProgram(model, batch);
    const names = [...tensors.keys()].filter((name) => tensors.has(`grad.${name}`));
    expect([...recording.parameters.keys()].sort()).toEqual(names.sort());

    const bank = engine.bank([...recording.parameters].map(([name, spec]) => ({ name, shape: spec.shape })));
    for (const name of names) {
      expect(recording.parameters.get(name)!.shape, name).toEqual(tensors.get(name)!.shape);
      await bank.write(name, "value", golden(name));
    }
    const executable = await engine.compile(program, bank);
    const terms = await executable.run({
      image: Float32Array.from(golden("x")),
      "posterior.z.eps": Float32Array.from(golden("eps")),
      beta: Float32Array.of(1),
    });
    expect(difference(terms.loss, golden("negativeElbo"))).toBeLessThan(TOLERANCE);
    expect(difference(terms.reconstruction, golden("reconstruction"))).toBeLessThan(TOLERANCE);
    expect(difference(terms.kl, golden("kl"))).toBeLessThan(TOLERANCE);
    for (const name of names)
      expect(difference(await bank.read(name, "gradient"), golden(`grad.${name}`)), name).toBeLessThan(TOLERANCE);
    await executable.dispose();
    bank.dispose();
  });
});
