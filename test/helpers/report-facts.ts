/** Made-up facts of a report, for tests of the page. */

import type { EpochRecord } from "../../src/eval/history.js";
import type { ReportFacts, TableReport } from "../../src/eval/report/facts.js";
import { dataUri } from "../../src/eval/report/html.js";
import { Philox } from "../../src/random.js";
import { sampleConfig } from "./saved-models.js";

/** A PNG file of one grey pixel. */
const PIXEL = dataUri(
  "image/png",
  Uint8Array.from(
    atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="),
    (sign) => sign.charCodeAt(0),
  ),
);

/** Epochs whose loss falls from 300 towards 100; the best is the last but one. */
export function historyOf(epochs: number): EpochRecord[] {
  return Array.from({ length: epochs }, (_, i) => {
    const kl = 20 * (1 - 0.8 ** i);
    const reconstruction = 80 + 200 * 0.7 ** i;
    const terms = { loss: reconstruction + kl, reconstruction, kl };
    return {
      epoch: i + 1,
      step: 10 * (i + 1),
      seconds: 2,
      learningRate: 1e-3 * (1 - i / epochs),
      beta: 1,
      train: terms,
      validation: { ...terms, loss: terms.loss + 3 },
      best: i < epochs - 1,
    };
  });
}

const LATENT = 4;
const RECORDS = 60;

export function reportFactsOf(changes: Partial<ReportFacts> = {}): ReportFacts {
  const config = sampleConfig({
    latent: LATENT,
    latents: {
      records: RECORDS,
      kl: [0.5, 2, 0.001, 1],
      mean: [0, 0, 0, 0],
      variance: [0.4, 0.9, 0.001, 0.7],
      posteriorVariance: [0.6, 0.1, 1, 0.3],
    },
    metrics: {
      negativeElbo: 104.25,
      reconstruction: 84.5,
      kl: 19.75,
      bestEpoch: 11,
      protocol: "validation split of 60 records",
    },
  });
  const shown = (id: string) => ({ id, original: PIXEL, reconstruction: PIXEL, negativeElbo: 100 });
  return {
    config,
    path: "models/mnist",
    parameters: 12_345,
    madeOn: new Date("2026-03-04T05:06:07Z"),
    madeBy: "0.1.0",
    run: { device: "cpu", threads: 2 },
    history: historyOf(12),
    what: "grey pictures of 28 × 28",
    table: null,
    texts: null,
    picture: { height: 28, width: 28, channels: 1 },
    data: { name: "mnist", measured: RECORDS, count: RECORDS, kind: "kept aside", seed: 7 },
    records: { negativeElbo: 105, reconstruction: 85, kl: 20, quantiles: [60, 80, 101, 130, 170], draws: 1 },
    groups: ["Best", "Median", "Worst"].map((name) => ({ name, records: [shown(`${name}-1`), shown(`${name}-2`)] })),
    samples: Array.from({ length: 64 }, () => PIXEL),
    walks: [{ name: "latent 1", note: "KL 2.00 nats", strip: PIXEL }],
    walkRange: 2.5,
    map: {
      points: new Philox(1).normals(new Float32Array(2 * RECORDS)),
      classes: Int32Array.from({ length: RECORDS }, (_, i) => i % 3),
      names: ["ant", "bee", "cow"],
      axes: ["PC 1 (40 %)", "PC 2 (20 %)"],
      how: "the two main directions (PCA) of 4 latents",
    },
    findings: [],
    isPrivate: false,
    ...changes,
  };
}

const COLUMNS = ["age", "job", "pay"];

/** The same of a table; `changes` are of what is told of tables alone. */
export function tableReportOf(changes: Partial<TableReport> = {}): ReportFacts {
  const facts = reportFactsOf();
  return {
    ...facts,
    what: "rows of 3 columns",
    picture: null,
    groups: [],
    samples: [],
    walks: [],
    walkRange: 0,
    table: {
      columns: 3,
      figures: {
        shapeError: 4.5,
        pairError: 7.25,
        shapes: COLUMNS.map((column, i) => ({ column, error: 9 - i, measure: "total variation" })),
        pairs: [{ columns: ["age", "job"], error: 12.5, measure: "contingency" }],
        privacy: {
          dcrShare: 0.51,
          exactCopies: 0.002,
          heldOutCopies: 0.001,
          belowFifth: 0.06,
          medianDistance: { synthetic: 1.25, heldOut: 1.5 },
          synthetic: 5000,
          learned: true,
          halves: "A are 500 rows trained on, B as many kept aside",
        },
      },
      marginals: [
        {
          column: "job",
          ordered: false,
          bars: [
            { name: "clerk", real: 0.75, synthetic: 0.7 },
            { name: "others", real: 0.25, synthetic: 0.3 },
          ],
        },
        {
          column: "age",
          ordered: true,
          bars: [
            { name: "20 to 40", real: 0.6, synthetic: 0.5 },
            { name: "40 to 60", real: 0.4, synthetic: 0.5 },
          ],
        },
      ],
      associations: {
        columns: COLUMNS,
        real: Float64Array.of(1, 0.5, 0.1, 0.5, 1, 0.2, 0.1, 0.2, 1),
        synthetic: Float64Array.of(1, 0.1, 0.1, 0.1, 1, 0.6, 0.1, 0.6, 1),
      },
      protocol: { synthetic: "5,000 rows drawn", real: "60 rows kept aside from training" },
      scores: { values: Array.from({ length: 999 }, (_, i) => 10 + i / 100), unit: "nats" },
      ...changes,
    },
  };
}
