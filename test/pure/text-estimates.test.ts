/** What latents tell of texts, and perplexity, against closed forms. */

import { describe, expect, test } from "vitest";
import { mutualInformation } from "../../src/eval/mutual-information.js";
import { perplexity } from "../../src/eval/perplexity.js";
import { Philox } from "../../src/random.js";

/** The encoder q(z|x) = N(slope x, deviation^2) of each of `width` numbers x ~ N(0, 1). */
function linearEncoder(count: number, width: number, slope: number, deviation: number) {
  const mu = new Philox(3).normals(new Float32Array(count * width)).map((x) => slope * x);
  return { mu, logvar: new Float32Array(mu.length).fill(2 * Math.log(deviation)), count, width };
}
/** I(x; z) of a Gaussian channel (Cover & Thomas 2006, eq. 9.16). */
const ofChannel = (width: number, slope: number, deviation: number): number =>
  (width / 2) * Math.log(1 + (slope / deviation) ** 2);

describe("mutual information", () => {
  test.each([
    [1, 1, 0.3],
    [1, 0.2, 1],
    [3, 1, 0.8],
  ])("of a linear Gaussian encoder of %i latents, slope %d, deviation %d, is that of the channel", (...channel) => {
    const estimate = mutualInformation(linearEncoder(3000, ...channel), 1);
    expect(Math.abs(estimate - ofChannel(...channel))).toBeLessThan(0.06);
  });

  test("is 0 where the posterior is the same for all, and log(count) where records are far apart", () => {
    expect(mutualInformation(linearEncoder(50, 2, 0, 0.5), 0)).toBeCloseTo(0, 12);
    const far = { mu: Float32Array.from({ length: 40 }, (_, i) => 100 * i), logvar: new Float32Array(40) };
    expect(mutualInformation({ ...far, count: 40, width: 1 }, 0)).toBeCloseTo(Math.log(40), 9);
  });

  test("and KL(q(z) || p(z)) make the mean KL (Hoffman & Johnson 2016)", () => {
    // Codes of N(0, 1 - s^2) with noise of variance s^2: q(z) is the prior, so that the mean KL is all information.
    const deviation = 0.6;
    const slope = Math.sqrt(1 - deviation ** 2);
    const meanKl = 0.5 * (slope ** 2 + deviation ** 2 - 1) - Math.log(deviation);
    expect(ofChannel(1, slope, deviation)).toBeCloseTo(meanKl, 10);
    expect(Math.abs(mutualInformation(linearEncoder(3000, 1, slope, deviation), 2) - meanKl)).toBeLessThan(0.04);
  });
});

describe("perplexity", () => {
  const facts = { latent: 1, dimensions: 9, isDensity: true, discretised: false };
  /** Two texts whose nats are `nats`, by as many particles that agree. */
  const batch = (nats: readonly number[], tokens: readonly number[], kl = 0) => ({
    count: nats.length,
    particles: 3,
    latent: 1,
    reconstruction: Float64Array.from(nats),
    kl: new Float64Array(nats.length).fill(kl),
    logWeights: Float64Array.from(nats.flatMap((own) => [-own, -own, -own])),
    mu: new Float32Array(nats.length),
    tokens: Int32Array.from(tokens),
  });

  test("of a model that thinks all tokens of a vocabulary equally likely is their number", () => {
    const run = perplexity.start(facts);
    run.add(batch([5 * Math.log(100), 2 * Math.log(100)], [5, 2]));
    run.add(batch([30 * Math.log(100)], [30], 3.7));
    const { tokens, perplexity: found, elboPerplexity } = run.result();
    expect(tokens).toBe(37);
    expect(found).toBeCloseTo(100, 9);
    expect(elboPerplexity).toBeCloseTo(100 * Math.exp(3.7 / 37), 9);
  });

  test("counts every token alike: long texts count for more than short ones", () => {
    const run = perplexity.start(facts);
    run.add(batch([Math.log(2), 99 * Math.log(8)], [1, 99]));
    expect(run.result().perplexity).toBeCloseTo(2 ** 0.01 * 8 ** 0.99, 9);
  });

  test("is not told of a likelihood that is no density", () => {
    const run = perplexity.start({ ...facts, isDensity: false });
    run.add(batch([1], [2]));
    expect(run.result()).toMatchObject({ perplexity: null, tokens: 2 });
  });
});
