/** What the doctor says of models of texts: whether the decoder asks the latents. */

import { describe, expect, test } from "vitest";
import { diagnose } from "../../src/eval/doctor/list.js";
import { swappedLatents } from "../../src/eval/doctor/swapped.js";
import type { LatentUse } from "../../src/model/checkup.js";
import { Philox } from "../../src/random.js";
import { trainTokenizer } from "../../src/text/load.js";
import { LINEAR, linearRunner, normalLogDensity, qMean } from "../helpers/linear-model.js";
import { sampleConfig } from "../helpers/saved-models.js";

test("latents of another record cost what they cost in closed form", async () => {
  const { w, b, s2, qVariance } = LINEAR;
  const count = 6;
  const image = new Philox(4).uniforms(new Float32Array(count));
  const noise = new Philox(5).normals(new Float32Array(count));
  const mu = image.map(qMean);
  const logvar = new Float32Array(count).fill(Math.log(qVariance));
  const { own, swapped } = await swappedLatents(linearRunner({ latent: 1 }), { image }, { mu, logvar }, noise);
  const z = Array.from(mu, (mean, i) => mean + Math.sqrt(qVariance) * noise[i]);
  for (let i = 0; i < count; i++) {
    expect(own[i]).toBeCloseTo(-normalLogDensity(image[i], w * z[i] + b, s2), 4);
    expect(swapped[i]).toBeCloseTo(-normalLogDensity(image[i], w * z[(i + 3) % count] + b, s2), 4);
  }
});

async function* words() {
  yield "a b c d e";
}
const { json } = await trainTokenizer("words", words(), { minCount: 1 });
const SQUEEZE = { varying: 0, least: 0, most: 0, typicalLeast: 0, typicalMost: 0, below: null, above: null };

/** A model of texts of which this is known, by findings. */
function examined(use: Partial<LatentUse> | null, kl = [0.5, 0.5], net: object = {}) {
  const latentUse = use && { records: 500, own: 100, swapped: 112, mutualInformation: 3, ...use };
  const config = sampleConfig({
    latent: 2,
    schema: { fields: { text: { kind: "text", tokenizer: json, maxLength: 8 } } },
    net: { name: "gru", hidden: 8, embedding: 8, reader: 8, dropout: 0, wordDropout: 0, ...net },
    likelihoods: { text: { name: "tokens" } },
    facts: { count: 1000, mean: { text: [] } },
    latents: { records: 500, kl, mean: [0, 0], variance: [0.5, 0.5], posteriorVariance: [0.5, 0.5] },
    checkup: {
      records: 500,
      mu: SQUEEZE,
      logvar: SQUEEZE,
      aggregateDivergence: 0,
      layers: {},
      fields: {},
      copies: null,
      ...(latentUse && { latentUse }),
    },
  });
  return diagnose({ path: "models/poems", config, weights: new Map(), history: [] });
}
const codes = (...known: Parameters<typeof examined>) => examined(...known).findings.map(({ code }) => code);

describe("a decoder that ignores its latents", () => {
  test("is found by what swapping them costs, though the KL is high; a healthy one is not", () => {
    expect(codes({})).toEqual([]);
    const [found] = examined({ swapped: 100.2, mutualInformation: 0.1 }, [4, 4]).findings;
    expect(found).toMatchObject({ code: "decoder-ignores-latents", severity: "fault" });
    expect(found.evidence).toContain("0.20 nats more than a record's own 100.0, over 500 records");
    expect(found.evidence).toContain("KL 8.00 nats, of which 0.10 tell records apart; 2 of 2 latents active");
  });

  test("is told with the flags that help, each stronger than it was", () => {
    const [{ remedy }] = examined({ swapped: 100 }, [1, 1], { wordDropout: 0.5 }).findings;
    for (const flag of ["--pretrain ", "--free-bits 0.5", "--word-dropout 0.5", "--cycles 4"])
      expect(remedy).toContain(flag);
  });

  test("is measured against the record: of long texts swapping has to cost a hundredth", () => {
    expect(codes({ own: 50, swapped: 50.9 })).toHaveLength(1);
    expect(codes({ own: 50, swapped: 51.1 })).toEqual([]);
    expect(codes({ own: 400, swapped: 403 })).toHaveLength(1);
  });

  test("is told once: a collapse that this explains is no finding beside it", () => {
    expect(codes({ swapped: 100 }, [0, 0])).toEqual(["decoder-ignores-latents"]);
    expect(codes(null, [0, 0])).toEqual(["posterior-collapse"]);
    expect(examined(null).notExamined.map(({ check }) => check)).toContain("decoder-ignores-latents");
  });
});
