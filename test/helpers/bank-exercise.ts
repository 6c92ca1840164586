/** All that a bank does, one after another: what it answers and what it holds afterwards, for comparison between banks. */

import { Philox } from "../../src/random.js";
import { type Bank, type ExtraSlot, SLOTS, type UpdateRule } from "../../src/runtime/engine.js";

export const ENTRIES = [
  { name: "encoder.weight", shape: [33, 41] },
  { name: "encoder.bias", shape: [5] },
  { name: "sigma", shape: [] },
];
export const EXTRA: readonly ExtraSlot[] = ["average", "sum"];

const RULE: UpdateRule = {
  learningRate: 0.05,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  step: 1,
  gradientScale: 0.25,
};
const STEPS = 3;

/** Values and norms by what they are of; refusals by their messages. */
export async function exercise(bank: Bank): Promise<{ values: Record<string, number[]>; refusals: string[] }> {
  const random = new Philox(8);
  const values: Record<string, number[]> = {};
  const keep = async (when: string): Promise<void> => {
    for (const slot of [...SLOTS, ...EXTRA])
      for (const { name } of ENTRIES) values[`${when}: ${slot}/${name}`] = [...(await bank.read(name, slot))];
  };
  const drawn = (name: string): Float32Array => {
    const { shape } = ENTRIES.find((entry) => entry.name === name)!;
    return random.normals(new Float32Array(shape.reduce((size, dim) => size * dim, 1)));
  };
  await keep("made");
  for (const { name } of ENTRIES) await bank.write(name, "value", drawn(name));
  await bank.moveAverage(0);
  for (let step = 1; step <= STEPS; step++) {
    for (const [at, weight] of [0.75, 0.25].entries()) {
      for (const { name } of ENTRIES) await bank.write(name, "gradient", drawn(name));
      values[`step ${step}: norm of part ${at}`] = [await bank.gradientNorm()];
      await bank.addGradient(weight, at === 0);
    }
    await bank.takeGradient(2);
    values[`step ${step}: norm`] = [await bank.gradientNorm()];
    await bank.update({ ...RULE, step });
    await bank.moveAverage(0.9);
    await keep(`step ${step}`);
  }
  // What is not finite is seen in the norm, and gone with the next sum.
  await bank.write("sigma", "gradient", [Number.NaN]);
  values["norm of NaN"] = [await bank.gradientNorm()];
  await bank.addGradient(1, true);
  await bank.write("sigma", "gradient", [1]);
  await bank.addGradient(1, true);
  await bank.takeGradient(1);
  values["norm after NaN"] = [await bank.gradientNorm()];

  const refusals: string[] = [];
  for (const refused of [
    () => bank.write("encoder.bias", "value", [1, 2]),
    () => bank.read("encoder.wieght", "value"),
    () => bank.write("sigma", "m", [1, 2]),
  ])
    refusals.push(await refused().then(String, (error: Error) => error.message));
  bank.dispose();
  refusals.push(await bank.gradientNorm().then(String, (error: Error) => error.message));
  return { values, refusals };
}
