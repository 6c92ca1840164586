/** Fits the mixture prior to codes on an engine: how many components, the passes over the codes, the weights. */

import type { Engine } from "../../runtime/engine.js";
import type { Estimate, EstimateMeans, LatentCodes, Refusal } from "../parts.js";
import type { Weight } from "../runner.js";
import type { MixtureOptions } from "./mixture.js";
import { type Expect, expectationProgram, fitMixture, type Mixture, principalAxes } from "./mixture-em.js";

/** Held-out codes of MNIST and Fashion-MNIST gain .9 and 1.2 nats from 10 to 20, and half a nat more at 40, which takes long. */
const AUTO_COMPONENTS = 20;
/** Small codes, such as those of tables, are fitted quickly: rows drawn from 30 were measurably better than from 20. */
const SMALL_CODES = 16;
const AUTO_OF_SMALL = 30;
/** Codes that each component "auto" chooses has, at least; and for each of its dimensions. */
const FEWEST_CODES = 50;
const CODES_PER_DIMENSION = 2;
/** Numbers in all covariances that "auto" chooses, at most: fitting them takes seconds. */
const QUICK_NUMBERS = 100_000;
/** Codes that the pooled covariance counts as in each component's own, per dimension. */
const SHRINKAGE = 0.5;
const ITERATIONS = 100;
/** Nats per code. */
const TOLERANCE = 2e-3;
/** Codes in one pass through the engine. */
const BATCH = 2048;

export async function estimateMixture(
  codes: LatentCodes,
  options: MixtureOptions,
  { engine, random }: EstimateMeans,
): Promise<Estimate<MixtureOptions> | Refusal> {
  const { count, size } = codes;
  const wanted = options.components === "auto" ? autoComponents(codes) : options.components;
  const components = Math.min(wanted, count);
  if (size * size > QUICK_NUMBERS && options.components === "auto")
    return { refused: `${size} latents are too many for the full covariances of a mixture` };
  if (components === 0) return { refused: `${count} codes of ${size} latents are too few for a mixture` };
  const { centred, mean } = centre(codes);
  const expectation = await openExpectation(centred, components, engine);
  try {
    const settings = { components, random, shrinkage: SHRINKAGE * size, tolerance: TOLERANCE, iterations: ITERATIONS };
    const { mixture } = await fitMixture(centred, settings, expectation.expect);
    const summary = `${components} component${components === 1 ? "" : "s"}`;
    return { options: { components }, weights: weightsOf(mixture, mean), summary };
  } finally {
    await expectation.dispose();
  }
}

function autoComponents({ count, size }: LatentCodes): number {
  const byCodes = Math.floor(count / Math.max(FEWEST_CODES, CODES_PER_DIMENSION * size));
  const byTime = Math.floor(QUICK_NUMBERS / (size * size));
  return Math.min(size <= SMALL_CODES ? AUTO_OF_SMALL : AUTO_COMPONENTS, byCodes, byTime);
}

/** Sums of squares keep their digits only around the mean. */
function centre({ values, count, size }: LatentCodes): { centred: LatentCodes; mean: Float64Array } {
  const mean = new Float64Array(size);
  for (let i = 0; i < values.length; i++) mean[i % size] += values[i] / count;
  return { centred: { values: values.map((value, i) => value - mean[i % size]), count, size }, mean };
}

/** Runs passes over all codes, in batches whose sums are added in float64. */
async function openExpectation(
  { values, count, size }: LatentCodes,
  components: number,
  engine: Engine,
): Promise<{ readonly expect: Expect; dispose(): Promise<void> }> {
  const bank = engine.bank([]);
  const executable = await engine.compile(expectationProgram(components, size), bank);
  return {
    async expect(feeds) {
      let logLikelihood = 0;
      const counts = new Float64Array(components);
      const sums = new Float64Array(components * size);
      const squares = new Float64Array(components * size * size);
      for (let at = 0; at < count; at += BATCH) {
        const rows = Math.min(BATCH, count - at);
        const x = values.slice(at * size, (at + rows) * size);
        const results = await executable.run({ ...feeds, x }, { B: rows });
        logLikelihood += results.logLikelihood[0];
        add(counts, results.counts);
        add(sums, results.sums);
        add(squares, results.squares);
      }
      return { logLikelihood, counts, sums, squares };
    },
    async dispose() {
      await executable.dispose();
      bank.dispose();
    },
  };
}

function add(total: Float64Array, values: ArrayLike<number>): void {
  for (let i = 0; i < total.length; i++) total[i] += values[i];
}

/** As the mixture of `dist/mixture.ts` has them, around the codes' own mean. */
function weightsOf({ shares, means, covariances }: Mixture, mean: Float64Array): Map<string, Weight> {
  const components = shares.length;
  const size = mean.length;
  const axes = new Float32Array(components * size * size);
  const logscale = new Float32Array(components * size);
  covariances.forEach((covariance, k) => {
    const principal = principalAxes(covariance);
    axes.set(principal.axes, k * size * size);
    logscale.set(principal.logscale, k * size);
  });
  const logits = Float32Array.from(shares, (share) => Math.log(Math.max(share, Number.MIN_VALUE)));
  return new Map([
    ["logits", { shape: [components], values: logits }],
    ["mu", { shape: [components, size], values: Float32Array.from(means, (value, i) => value + mean[i % size]) }],
    ["axes", { shape: [components, size, size], values: axes }],
    ["logscale", { shape: [components, size], values: logscale }],
  ]);
}
