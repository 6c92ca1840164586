/** A report stays small whatever the pictures are: here the worst, colour noise that nothing compresses. */

import { expect, test } from "vitest";
import { reportPage } from "../../src/eval/report/page.js";
import type { Runner } from "../../src/model/runner.js";
import { nodeHost } from "../../src/node/host.js";
import { Philox } from "../../src/random.js";
import { reportFacts } from "../../src/verbs/report-facts.js";
import { configOf, memoryDataset } from "../helpers/models.js";

const SHAPE = [72, 72, 3];
const SIZE = 72 * 72 * 3;
const LATENT = 12;
const RECORDS = 24;

const random = new Philox(1);
const noise = random.integers(new Uint32Array(RECORDS * SIZE), 256);
const decoded = random.uniforms(new Float32Array(SIZE + 4096));

const config = configOf(SHAPE, {
  latent: LATENT,
  latents: {
    records: RECORDS,
    kl: Array(LATENT).fill(1),
    mean: Array(LATENT).fill(0),
    variance: Array(LATENT).fill(1),
    posteriorVariance: Array(LATENT).fill(0),
  },
});

/** Decodes to noise, another one for each latent. */
const runner: Runner = {
  config,
  latent: LATENT,
  encode: async (_, count) => ({ mu: new Float32Array(count * LATENT), logvar: new Float32Array(count * LATENT) }),
  async decode(_, count) {
    const image = new Float32Array(count * SIZE);
    for (let i = 0; i < count; i++) image.set(decoded.subarray(i * 7, i * 7 + SIZE), i * SIZE);
    return { image };
  },
  draw: async (noise) => noise,
  drawRecords: async () => ({}),
  writer: () => Promise.reject(new Error("not used")),
  score: async ({ image }, count) => ({
    reconstruction: Float32Array.from({ length: count }, (_, i) => image[i * SIZE]),
    kl: new Float32Array(count),
    logWeights: new Float32Array(count),
  }),
  noiseSize: LATENT,
  probe: () => Promise.reject(new Error("not used")),
  explain: () => Promise.reject(new Error("not used")),
  weights: async () => new Map(),
  dispose: async () => {},
};

test("noise of 72x72 in colour makes a page below 5 MB that shows all there is", async () => {
  const facts = await reportFacts({
    config,
    weights: new Map(),
    runner,
    data: memoryDataset(Uint8Array.from(noise), SHAPE),
    kind: "kept aside",
    trained: null,
    calibration: null,
    measured: Uint32Array.from({ length: RECORDS }, (_, i) => i),
    mu: random.normals(new Float32Array(RECORDS * LATENT)),
    logvar: new Float32Array(RECORDS * LATENT),
    history: [],
    seed: 0,
    host: nodeHost(),
    path: "m",
    run: null,
    isPrivate: false,
  });
  expect([facts.samples.length, facts.groups.length, facts.walks.length]).toEqual([64, 3, 12]);
  const terms = facts.groups.flatMap(({ records }) => records.map(({ negativeElbo }) => negativeElbo));
  expect(terms.slice(0, 8)).toEqual(terms.slice(0, 8).toSorted((a, b) => a - b));
  expect(Math.min(...terms)).toBe(terms[0]);
  expect(Math.max(...terms)).toBe(terms[16]); // the worst come worst first
  const page = await reportPage(facts);
  expect(page.length).toBeLessThan(5e6);
  expect(page.length).toBeGreaterThan(2e6); // reduced no more than it must be
});
