/** What the doctor measures and judges by, against closed forms and crafted histories. */

import { describe, expect, test } from "vitest";
import { divergenceFromStandard } from "../../src/eval/doctor/aggregate.js";
import { fitCommand, quoted, STANDARD } from "../../src/eval/doctor/command.js";
import { countCopies, countRepeated } from "../../src/eval/doctor/copies.js";
import type { Finding, Patient } from "../../src/eval/doctor/finding.js";
import { checks, diagnose, examine } from "../../src/eval/doctor/list.js";
import { neverDrawn } from "../../src/eval/doctor/never-drawn.js";
import { reachOf } from "../../src/eval/doctor/reach.js";
import type { EpochRecord } from "../../src/eval/history.js";
import { pca } from "../../src/eval/pca.js";
import { fieldsOf } from "../../src/fields/list.js";
import { principalVariance } from "../../src/fields/principal-variance.js";
import type { Checkup } from "../../src/model/checkup.js";
import type { ModelConfig } from "../../src/model/config.js";
import { elbo } from "../../src/model/objectives/elbo.js";
import { Philox } from "../../src/random.js";
import { TrainingOptions } from "../../src/train/options.js";
import { diagnosisText } from "../../src/verbs/doctor-text.js";
import { configOf, memoryDataset } from "../helpers/models.js";

const normals = (count: number, seed = 1): Float32Array => new Philox(seed).normals(new Float32Array(count));

function patientOf(changes: Partial<ModelConfig> = {}, history: readonly EpochRecord[] = []): Patient {
  return { path: "models/mine", config: configOf([4, 4, 1], changes), weights: new Map(), history };
}
const codesOf = (patient: Patient): string[] => examine(patient).map(({ code }) => code);
const find = (patient: Patient, code: string): Finding | undefined =>
  examine(patient).find((finding) => finding.code === code);

/** A history of these losses; beta 1 unless said otherwise. */
function course(
  losses: readonly (readonly [train: number, validation: number | null])[],
  betas: number[] = [],
): EpochRecord[] {
  const terms = (loss: number) => ({ loss, reconstruction: loss - 1, kl: 1 });
  return losses.map(([train, validation], i) => ({
    epoch: i + 1,
    step: 400 * (i + 1),
    seconds: 1,
    learningRate: 1e-3,
    beta: betas[i] ?? 1,
    train: terms(train),
    validation: validation === null ? null : terms(validation),
    best: false,
  }));
}

describe("the aggregate posterior's divergence from N(0, I)", () => {
  const COUNT = 4000;
  const LATENT = 6;
  test("is 0 where means and posteriors' variances make up N(0, I), but for chance", () => {
    const mu = normals(COUNT * LATENT).map((value) => value * Math.sqrt(0.8));
    const logvar = new Float32Array(mu.length).fill(Math.log(0.2));
    expect(divergenceFromStandard(mu, logvar, LATENT)).toBeLessThan(0.002);
  });
  test("is the closed form of a shifted, narrowed, correlated normal", () => {
    const z = normals(COUNT * LATENT, 3);
    const [shift, factor, rho, spread] = [0.7, 0.5, 0.6, 0.1];
    const mu = z.map((value, i) => {
      if (i % LATENT === 0) return value + shift;
      if (i % LATENT === 1) return factor * value;
      return i % LATENT === 3 ? rho * z[i - 1] + Math.sqrt(1 - rho * rho) * value : value;
    });
    const logvar = new Float32Array(mu.length).fill(Math.log(spread));
    const one = (mean: number, variance: number): number => (variance + mean * mean - 1 - Math.log(variance)) / 2;
    const variance = 1 + spread;
    const pair = (2 * variance - 2 - Math.log(variance * variance - rho * rho)) / 2;
    const expected = one(shift, variance) + one(0, factor * factor + spread) + pair + 2 * one(0, variance);
    expect(divergenceFromStandard(mu, logvar, LATENT)).toBeCloseTo(expected, 1);
  });
  test("few records of many latents are not mistaken for a bad prior", () => {
    const mu = normals(300 * 64).map((value) => value * Math.sqrt(0.9));
    const logvar = new Float32Array(mu.length).fill(Math.log(0.1));
    expect(divergenceFromStandard(mu, logvar, 64)).toBeLessThan(1);
  });
  test("beyond 512 latents each counts for itself", () => {
    const latent = 600;
    const mu = normals(50 * latent).map((value, i) => (i % latent === 0 ? value + 3 : value));
    const found = divergenceFromStandard(mu, new Float32Array(mu.length).fill(-9), latent);
    expect(found).toBeGreaterThan(2);
    expect(found).toBeLessThan(10);
  });
});

test("the largest principal variance is that of a full decomposition, of bytes and of 0..1, in chunks", () => {
  const [count, size] = [400, 12];
  const along = normals(count, 2);
  const noise = normals(count * size, 4);
  const bytes = Uint8Array.from(noise, (value, i) => 120 + 8 * value + 25 * along[Math.floor(i / size)] * (i % 3));
  const floats = Float32Array.from(bytes, (value) => value / 255);
  const mean = Array.from({ length: size }, (_, j) => {
    let sum = 0;
    for (let i = j; i < floats.length; i += size) sum += floats[i];
    return sum / count;
  });
  const exact = (pca(floats, size, 1).variances[0] * (count - 1)) / count;
  const chunks = <T extends Uint8Array | Float32Array>(all: T) => [
    all.subarray(0, 130 * size),
    all.subarray(130 * size),
  ];
  expect(principalVariance(chunks(floats), size, mean) / exact).toBeCloseTo(1, 2);
  expect(principalVariance(chunks(bytes), size, mean) / exact).toBeCloseTo(1, 2);
  expect(principalVariance([new Uint8Array(2 * size)], size, new Array(size).fill(0))).toBe(0);
});

describe("reach", () => {
  const table = (columns: readonly ((z: number) => number)[]): Float32Array => {
    const z = normals(1000 * columns.length, 6);
    return z.map((value, i) => columns[i % columns.length](value));
  };
  const same = (z: number): number => z;
  test("normal values pile up nowhere", () => {
    expect(reachOf(table([same, same, same]), 3)).toMatchObject({ varying: 3, below: null, above: null });
  });
  test("a ReLU leaves a pile at 0, whose share is told; latents that never vary are left out", () => {
    const relu = (z: number): number => Math.max(0, z - 0.5);
    const { varying, least, below, above } = reachOf(table([relu, relu, () => 0, same]), 4);
    expect({ varying, above }).toEqual({ varying: 3, above: null });
    expect(least).toBeLessThan(-2);
    expect(below).toMatchObject({ at: 0, latents: 2, share: expect.closeTo(0.69, 1) });
  });
  test("a saturated tanh leaves one at either end", () => {
    const { below, above } = reachOf(table([(z) => Math.tanh(4 * z), (z) => Math.tanh(5 * z)]), 2);
    expect(below?.latents).toBe(2);
    expect(above?.at).toBeCloseTo(1);
  });
  test("latents that take few values, each its own, are no piles of one end", () => {
    const steps = (size: number) => (z: number) => size * Math.sign(Math.round(z));
    const { below } = reachOf(table([steps(1), steps(1.7), steps(0.6), steps(2.4)]), 4);
    expect(below?.latents).toBe(1);
  });
});

const CHECKUP: Checkup = {
  records: 1000,
  mu: { varying: 4, least: -3, most: 3, typicalLeast: -2.5, typicalMost: 2.6, below: null, above: null },
  logvar: { varying: 4, least: -4, most: -0.1, typicalLeast: -3, typicalMost: -0.5, below: null, above: null },
  aggregateDivergence: 0.1,
  layers: { "encoder.hidden1": { units: 16, silent: 1 } },
  fields: { image: { residual: 0.01, variance: null, atLeast: 0, atMost: 0 } },
  copies: { aside: 50, copies: 0, example: null },
};

describe("a posterior judged by its reach", () => {
  const judged = (changes: Partial<Checkup>): Finding | undefined =>
    find(patientOf({ checkup: { ...CHECKUP, ...changes } }), "squeezed-posterior");
  test("of both signs it is healthy, and log-variances below 0 too", () => expect(judged({})).toBeUndefined());
  test("means of one sign", () => {
    expect(judged({ mu: { ...CHECKUP.mu, least: 0.01, typicalLeast: 0.2 } })?.evidence).toContain("no mean below 0");
  });
  test("means that end at -1 and 1", () => {
    const within = { ...CHECKUP.mu, least: -0.99, most: 0.98, typicalLeast: -0.95, typicalMost: 0.93 };
    expect(judged({ mu: within })?.evidence).toContain("no mean beyond -1..1");
    expect(judged({ mu: { ...within, typicalMost: 0.5 } })).toBeUndefined();
  });
  test("log-variances above 0", () => {
    const above = { ...CHECKUP.logvar, least: 0, most: 1.5 };
    expect(judged({ logvar: above })?.evidence).toContain("sigma never below 1");
    expect(judged({ logvar: { ...above, most: 0.02 } })).toBeUndefined(); // collapsed rather than squeezed
  });
  test("a lone latent that piles up is judged by where", () => {
    const lone = (at: number) => ({ ...CHECKUP.mu, varying: 1, below: { at, latents: 1, share: 0.3 } });
    expect(judged({ mu: lone(0) })?.evidence).toBe("30 % of the means of 1 of 1 latents lie at 0 (1000 records)");
    expect(judged({ mu: lone(-0.63) })).toBeUndefined();
  });
});

describe("the course of training", () => {
  const falling = Array.from({ length: 20 }, (_, i) => 90 + 40 * Math.exp(-i / 2));
  const steady = course(falling.map((loss) => [loss, loss + 1]));
  test("a loss that has come to rest is healthy", () => {
    const found = codesOf(patientOf({}, steady));
    for (const code of ["over-fitting", "too-few-epochs", "beta-never-reached"]) expect(found).not.toContain(code);
  });
  test("validation that rises while training falls", () => {
    const apart = course(falling.map((loss, i) => [loss - i, loss + Math.max(0, i - 8)]));
    expect(find(patientOf({}, apart), "over-fitting")).toMatchObject({
      severity: "warning",
      evidence: expect.stringMatching(/^epoch \d+ to 20: validation 9\d\.\d\d to 10\d\.\d\d nats, training/),
    });
  });
  test("a flat course that ends a little above its best is healthy", () => {
    const flat = course(Array.from({ length: 20 }, (_, i) => [90 - i / 100, i === 0 ? 91 : 91.01]));
    expect(codesOf(patientOf({}, flat))).not.toContain("over-fitting");
  });
  test("validation that rises with training does not count: the model got worse, not too good", () => {
    const worse = course(falling.map((loss, i) => [loss + Math.max(0, i - 8), loss + Math.max(0, i - 8)]));
    expect(codesOf(patientOf({}, worse))).not.toContain("over-fitting");
  });
  test("validation that stays far behind training, where enough records are kept aside to tell", () => {
    const behind = course(falling.map((loss, i) => [loss - 0.5 * Math.min(i, 10), loss + 1]));
    const aside = (count: number) => ({
      training: { seed: 0, valid: 0.05 },
      data: { name: "d", fingerprint: "", count, labels: null },
    });
    expect(find(patientOf(aside(1000), behind), "over-fitting")).toMatchObject({
      severity: "warning", // above the KL
      evidence: expect.stringContaining("a gap of 6.00"),
      reference: "a gap of at most 0.50 nats, 50 % of the KL",
    });
    expect(codesOf(patientOf(aside(100), behind))).not.toContain("over-fitting");
    const slightly = course(falling.map((loss, i) => [loss - 0.03 * i, loss + 0.2]));
    expect(find(patientOf(aside(1000), slightly), "over-fitting")?.severity).toBe("notice");
    // Records that happen to be hard are so from the first epoch.
    const hard = course(falling.map((loss) => [loss - 0.5, loss + 5]));
    expect(codesOf(patientOf(aside(1000), hard))).not.toContain("over-fitting");
  });
  test("few steps are too few, however the loss looks", () => {
    const short = course(falling.map((loss) => [loss, loss])).map((epoch) => ({ ...epoch, step: epoch.epoch * 20 }));
    expect(find(patientOf({}, short), "too-few-epochs")).toMatchObject({
      evidence: "400 steps in 20 epochs",
      remedy: expect.stringContaining("--epochs 100 "),
    });
  });
  test("more steps are no remedy where training is far ahead of validation", () => {
    const ahead = course(falling.map((loss, i) => [loss - i, loss])).map((epoch) => ({ ...epoch, step: epoch.epoch }));
    expect(codesOf(patientOf({}, ahead))).not.toContain("too-few-epochs");
  });
  test("a fall to the very end; an annealed rate falls at the end in health", () => {
    const straight = course(Array.from({ length: 10 }, (_, i) => [130 - 4 * i, 131 - 4 * i]));
    const constant = { training: { seed: 0, epochs: 10, schedule: "constant" } };
    expect(find(patientOf(constant, straight), "too-few-epochs")).toMatchObject({
      severity: "notice",
      remedy: expect.stringContaining("--epochs 20 "),
    });
    expect(codesOf(patientOf(constant, steady))).not.toContain("too-few-epochs");
  });
  test("without validation the training loss is looked at", () => {
    const straight = course(Array.from({ length: 10 }, (_, i) => [130 - 4 * i, null]));
    const diagnosis = diagnose(patientOf({ training: { seed: 0, schedule: "constant" } }, straight));
    expect(diagnosis.findings.map(({ code }) => code)).toContain("too-few-epochs");
    expect(diagnosis.notExamined).toContainEqual({ check: "over-fitting", why: expect.stringContaining("aside") });
  });
  test("losses of the warm-up, in which the KL term grows, are not compared", () => {
    const rising = course(
      Array.from({ length: 8 }, (_, i) => [80 + 4 * i, 80 + 4 * i]),
      [0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1],
    );
    expect(codesOf(patientOf({}, rising))).not.toContain("over-fitting");
  });
  test("beta that ends below its final value, whatever that is", () => {
    const history = course(
      [
        [3, 3],
        [2, 2],
      ],
      [0.5, 2],
    );
    expect(find(patientOf({ objective: { name: "elbo", beta: 4 } }, history), "beta-never-reached")).toMatchObject({
      severity: "fault",
      evidence: expect.stringContaining("beta 2.00 after epoch 2"),
    });
    expect(codesOf(patientOf({ objective: { name: "elbo", beta: 2 } }, history))).not.toContain("beta-never-reached");
  });
});

describe("collapse", () => {
  const latents = (variance: number, kl: number) => ({
    latents: {
      records: 500,
      kl: [kl, 0, 0, 0],
      mean: [0, 0, 0, 0],
      variance: [variance, 1e-4, 1e-4, 1e-4],
      posteriorVariance: [1 - variance, 1, 1, 1],
    },
  });
  test("no active latent", () => {
    expect(find(patientOf(latents(0.001, 0.01)), "posterior-collapse")?.evidence).toMatch(
      /^0 of 4 latents active, KL 0.01/,
    );
    expect(codesOf(patientOf(latents(0.9, 2)))).not.toContain("posterior-collapse");
  });
  const wide = (sigma: number, beta = 1): Patient =>
    patientOf({
      objective: { name: "elbo", beta },
      likelihoods: { image: { name: "normal", sigma, link: "sigmoid" } },
      facts: { count: 9, mean: {}, fields: { image: { variance: 0.1, greyShare: 0.9, largestEigenvalue: 0.5 } } },
    });
  test("is foreseen where beta times the decoder's variance is above the largest eigenvalue", () => {
    expect(find(wide(0.8), "collapse-foreseen")?.reference).toContain("below 0.5,");
    expect(find(wide(0.6), "collapse-foreseen")).toBeUndefined();
    expect(find(wide(0.6, 2), "collapse-foreseen")?.evidence).toContain("beta 2 times variance 0.36");
  });
});

describe("what a check lacks", () => {
  test("is said, and nothing passes that was not examined", () => {
    const { findings, passed, notExamined } = diagnose(patientOf());
    expect(findings).toEqual([]);
    expect(passed).toEqual(["weak-kl"]);
    expect(notExamined.map(({ check }) => check)).toEqual(
      checks.names().filter((name) => name !== "weak-kl" && checks.get(name).form === undefined),
    );
    expect(notExamined).toContainEqual({ check: "dead-units", why: expect.stringContaining("give DATA") });
  });
  test("the gravest finding comes first", () => {
    const history = course(
      [
        [3, 3],
        [2, 2],
      ],
      [0.1, 0.2],
    );
    const severities = examine(patientOf({ objective: { name: "elbo", beta: 0.6 } }, history)).map((f) => f.severity);
    expect(severities).toEqual(["fault", "notice", "notice"]);
  });
});

describe("a remedy's command", () => {
  test("repeats what was asked for, leaves out what is usual, and changes one thing", () => {
    const patient = patientOf({
      data: { name: "mnist", fingerprint: "", count: 9, labels: null },
      choices: { net: "conv: ..." },
      training: { seed: 3, epochs: 7, batchSize: 64, schedule: "onecycle", binarize: true },
      objective: { name: "elbo", beta: 4 },
    });
    expect(fitCommand(patient, { epochs: 14, beta: null })).toBe(
      "vaekit fit mnist --out models/mine-2 --epochs 14 --latent 4 --likelihood bernoulli --seed 3 --batch 64 --binarize",
    );
  });
  test("what is usual is what training does by default", () => {
    const standard = { ...TrainingOptions.parse({}), ...(elbo.options.parse({}) as object) } as Record<string, unknown>;
    const { epochs, ...others } = standard;
    expect(epochs).toBeGreaterThan(0);
    expect(STANDARD).toEqual(others);
  });
  test("quotes names that a shell would take apart", () => {
    expect(quoted("my pictures/cats")).toBe('"my pictures/cats"');
    expect(quoted("C:\\data\\cats")).toBe("C:\\data\\cats");
    expect(quoted("mnist#test")).toBe("mnist#test");
    expect(quoted('a "b" $HOME')).toBe('"a \\"b\\" \\$HOME"');
  });
});

describe("copies between training and validation", () => {
  const train = Uint32Array.of(0, 1, 2, 3);
  const valid = Uint32Array.of(4, 5);
  test.each([3, 4])("of records of %d bytes, byte for byte", async (size) => {
    const pixels = Uint8Array.from({ length: 6 * size }, (_, i) => (i * 37) % 251);
    const data = memoryDataset(pixels, [1, size, 1]);
    expect(await countCopies(data, { train, valid })).toEqual({ aside: 2, copies: 0, example: null });
    pixels.copyWithin(5 * size, 2 * size, 3 * size);
    expect(await countCopies(data, { train, valid })).toEqual({ aside: 2, copies: 1, example: "5" });
    pixels[5 * size + size - 1] ^= 128; // one bit more is another record
    expect(await countCopies(data, { train, valid })).toMatchObject({ copies: 0 });
  });
  test("of many records that differ in two pixels none is taken for another", async () => {
    const size = 64;
    const pixels = new Uint8Array(20_000 * size);
    for (let i = 0; i < 20_000; i++) {
      pixels[i * size + 3] = i & 255;
      pixels[i * size + 63] = i >> 8;
    }
    const all = Uint32Array.from({ length: 20_000 }, (_, i) => i);
    const split = { train: all.subarray(0, 10_000), valid: all.subarray(10_000) };
    expect(await countCopies(memoryDataset(pixels, [8, 8, 1]), split)).toMatchObject({ copies: 0 });
  });
  test("are a notice where few, a warning where many", () => {
    const some = (copies: number) =>
      find(
        patientOf({ checkup: { ...CHECKUP, copies: { aside: 500, copies, example: "a.png" } } }),
        "copies-in-validation",
      );
    expect(some(0)).toBeUndefined();
    expect(some(2)?.severity).toBe("notice");
    expect(some(30)?.severity).toBe("warning");
  });
});

describe("for people", () => {
  const finding: Finding = {
    code: "x",
    severity: "warning",
    problem: "Something is wrong with this model in a way that takes more than one line of eighty columns to tell.",
    evidence: "3 of 4",
    reference: "at most 1",
    remedy: `Do that: vaekit fit data --out models/mine-2 --epochs 40 --latent 20 --learning-rate 0.0005 --batch 64`,
  };
  test("findings are wrapped, and a command goes on as shells take it", () => {
    const text = diagnosisText({
      findings: [finding],
      passed: ["a", "b"],
      notExamined: [{ check: "c", why: "give DATA" }],
    });
    expect(text).toMatchInlineSnapshot(`
      "WARNING  x
        Something is wrong with this model in a way that takes more than one line of
        eighty columns to tell.
        seen      3 of 4
        healthy   at most 1
        remedy    Do that:
                  vaekit fit data --out models/mine-2 --epochs 40 --latent 20 \\
                    --learning-rate 0.0005 --batch 64

      not examined: c (give DATA)

      1 finding, 2 checks passed"
    `);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
  test("a healthy model gets one line", () => {
    expect(diagnosisText({ findings: [], passed: ["a", "b"], notExamined: [] })).toBe("no findings: 2 checks passed");
  });
});

describe("tables", () => {
  const labels = (count: number) => ({
    kind: "category",
    labels: Array.from({ length: count }, (_, i) => `l${i}`),
    shares: new Array(count + 2).fill(1 / count),
  });
  const rows = { nats: { job: 1, sex: 0.5, age: 2, pay: 1 }, drawn: 2048, neverDrawn: [], records: 100, repeated: 2 };
  const checkup = (changes: Partial<typeof rows> = {}) => ({
    ...CHECKUP,
    fields: {},
    records: 100,
    copies: null,
    rows: { ...rows, ...changes },
  });
  const tableOf = (changes: Partial<ModelConfig> = {}) =>
    patientOf({
      schema: {
        fields: { job: labels(5), sex: labels(2) },
        table: {
          columns: [
            { name: "id", role: "left out", type: "text", why: "asked for" },
            { name: "class", role: "label", type: "text", why: "" },
          ],
          missing: [],
        },
      },
      likelihoods: { job: { name: "categorical" }, sex: { name: "categorical" } },
      ...changes,
    });
  const onlyRows = (patient: Patient) =>
    diagnose(patient).findings.filter(({ code }) => checks.get(code).form === "row");

  test("are asked for what is about tables, pictures are not", () => {
    const asked = (patient: Patient) => {
      const { findings, passed, notExamined } = diagnose(patient);
      return [...findings.map(({ code }) => code), ...passed, ...notExamined.map(({ check }) => check)];
    };
    const own = ["identifier-column", "dominating-column", "labels-never-drawn", "repeated-rows"];
    expect(asked(tableOf())).toEqual(expect.arrayContaining(["posterior-collapse", ...own]));
    for (const name of own) expect(asked(patientOf())).not.toContain(name);
  });
  test("in good health have no finding; of an older model they are examined on data", () => {
    expect(onlyRows(tableOf({ checkup: checkup() }))).toEqual([]);
    expect(diagnose(tableOf()).notExamined).toContainEqual({
      check: "repeated-rows",
      why: "not measured when it was trained: give DATA",
    });
  });
  test("with a label for nearly every record leave that column out, beside what was left out", () => {
    const [found] = onlyRows(
      tableOf({ schema: { ...tableOf().config.schema, fields: { job: labels(60), sex: labels(2) } } }),
    );
    expect(found).toMatchObject({ code: "identifier-column", evidence: "60 labels in 100 records" });
    expect(found.remedy).toContain("--drop id,job --label class");
    expect(onlyRows(tableOf({ schema: { ...tableOf().config.schema, fields: { job: labels(50) } } }))).toEqual([]);
  });
  test("of which one column takes most of the likelihood say which", () => {
    const [found] = onlyRows(tableOf({ checkup: checkup({ nats: { ...rows.nats, age: 9, pay: -4 } }) }));
    expect(found).toMatchObject({ code: "dominating-column", evidence: "9.0 of 10.5 nats, 86 %, over 100 records" });
    expect(found.remedy).toContain("--drop id,age");
  });
  test("whose common labels are never drawn say which", () => {
    const neverDrawn = ["a", "b", "c", "d"].map((label) => ({ column: "job", label, share: 0.05 }));
    const [found] = onlyRows(tableOf({ checkup: checkup({ neverDrawn } as never) }));
    expect(found.evidence).toBe(
      'in 2048 rows none with job "a" (5.0 % of the records), job "b" (5.0 % of the records), job "c" (5.0 % of the records), and 1 more',
    );
  });
  test("with many rows that are there twice warn, with some they tell, with few they do not", () => {
    const severity = (repeated: number) => onlyRows(tableOf({ checkup: checkup({ repeated }) }))[0]?.severity;
    expect([5, 6, 31].map(severity)).toEqual([undefined, "notice", "warning"]);
  });
  test("may have the beta that training takes for them by itself, and no other below 1", () => {
    const { schema } = tableOf().config;
    const fields = fieldsOf(schema);
    const beta = fields[0].kind.training!({ fields, contamination: 0, likelihood: null }).beta;
    expect(beta).toBeLessThan(1);
    expect(codesOf(tableOf({ objective: { name: "elbo", beta } }))).not.toContain("weak-kl");
    expect(codesOf(tableOf({ objective: { name: "elbo", beta: beta / 2 } }))).toContain("weak-kl");
    expect(codesOf(patientOf({ objective: { name: "elbo", beta } }))).toContain("weak-kl");
  });
  test("that collapsed are found as pictures are", () => {
    const latents = { records: 9, kl: [0, 0.01], mean: [0, 0], variance: [0, 0], posteriorVariance: [1, 1] };
    expect(codesOf(tableOf({ latents }))).toContain("posterior-collapse");
  });
  test("have rows that repeat counted, and none of them named", async () => {
    const column = Float64Array.of(1, 2, 1, 3, 1);
    const data = {
      ...memoryDataset(new Uint8Array(5), [1, 1, 1]),
      id: (index: number) => `Mr ${index}`,
      cells: () => (async function* () {})(),
      read: (indices: ArrayLike<number>) => ({ x: Float64Array.from(indices, (index) => column[index]) }),
    };
    expect(await countRepeated(data)).toEqual({ records: 5, repeated: 2 });
    const split = { train: Uint32Array.of(0, 1), valid: Uint32Array.of(2, 3, 4) };
    expect(await countCopies(data, split)).toEqual({ aside: 3, copies: 2, example: "row 3" });
  });
  test("have labels compared with what was drawn", () => {
    const fields = fieldsOf({
      fields: { job: { kind: "category", labels: ["a", "b", "c"], shares: [0.9, 0.05, 0.005, 1e-4, 1e-4] } },
    });
    const drawn = { fields, columns: { job: Int32Array.of(0, 0, -1) }, count: 3 };
    expect(neverDrawn(drawn, 150).neverDrawn).toEqual([]); // 7 rows
    expect(neverDrawn(drawn, 1000)).toEqual({ drawn: 3, neverDrawn: [{ column: "job", label: "b", share: 0.05 }] });
  });
});
