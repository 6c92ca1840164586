/** What rows are ranked by beside nats: landmarks, constant columns; models of contaminated data, and conditional ones. */

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { areaUnderRoc } from "../../src/eval/auc.js";
import { aggregated } from "../../src/eval/landmarks/aggregate.js";
import { distancesWithin } from "../../src/eval/landmarks/landmarks.js";
import { openRows, type Row, Vae } from "../../src/index.js";
import { compose } from "../../src/model/compose.js";
import { fieldFeeds } from "../../src/model/open.js";
import { stepProgram } from "../../src/model/programs.js";
import { nodeHost } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import { loadModel } from "../../src/store/folder.js";
import { plan } from "../../src/train/plan.js";
import { errorOf } from "../helpers/damage.js";
import { people } from "../helpers/people.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const rowsOf = (count: number, seed: number) => people(count, seed).map((person): Row => ({ ...person }));

/** Numbers on a curve, and where asked rows that lie off it. */
function measured(count: number, seed: number, strange = 0): { rows: Row[]; isStrange: boolean[] } {
  const random = new Philox(seed);
  const isStrange = Array.from({ length: count }, () => random.uniform() < strange);
  const [t, noise] = [0, 1].map(() => random.normals(new Float32Array(5 * count)));
  const rows = isStrange.map((odd, i): Row => {
    const at = t[i];
    const values = [at, at * at, Math.sin(2 * at), -at, at / 2 + 1].map((value, j) => value + 0.1 * noise[5 * i + j]);
    const [a, b, c, d, e] = odd ? values.map((_, j) => 1.5 * t[count + 5 * i + j - i * 4] + 2) : values;
    return { a, b, c, d, e };
  });
  return { rows, isStrange };
}

async function fitted(rows: Row[], options: object = {}, training: object = {}): Promise<Vae> {
  const data = await openRows(rows);
  const vae = new Vae({ schema: data.schema, threads: 1, seed: 3, ...options });
  await vae.fit(data, { epochs: 12, valid: 0.2, ...training });
  return vae;
}

describe("landmarks", () => {
  test("are means of three rows each, every row in one group at the most", () => {
    const values = new Philox(1).normals(new Float32Array(100 * 4));
    const groups = aggregated({ values, count: 100, width: 4 }, 3, new Philox(2));
    expect(groups.count).toBe(33);
    for (let group = 0; group < groups.count; group++) {
      const members = [...groups.groupOf.keys()].filter((row) => groups.groupOf[row] === group);
      expect(members).toHaveLength(3);
      for (let j = 0; j < 4; j++) {
        const mean = members.reduce((sum, row) => sum + values[row * 4 + j], 0) / 3;
        expect(groups.values[group * 4 + j]).toBeCloseTo(mean, 5);
      }
    }
  });

  test("distances within leave out the group that a row is part of", () => {
    const points = { values: Float32Array.of(0, 0, 0, 10), count: 4, width: 1 };
    const groups = { values: Float32Array.of(0, 4), count: 2, width: 1, rounds: 1, squashed: false };
    const reference = { ...groups, scaling: Float32Array.of(0.5) };
    const own = (point: number, landmark: number) => point < 3 && landmark === 0;
    expect([...distancesWithin(points, reference, own)]).toEqual([2, 2, 2, 3]);
  });

  test("lie in the folder, none of them a row; not in that of a private model", async () => {
    const rows = rowsOf(600, 4);
    const vae = await fitted(rows);
    await vae.save(path("open"));
    const { landmarks } = await loadModel(path("open"), nodeHost());
    expect(landmarks!.count).toBe(160); // a third of the 480 rows that were trained on
    await vae.dispose();
    const secret = await fitted(rows, {}, { private: true });
    await secret.save(path("private"));
    expect(existsSync(path("private", "landmarks.safetensors"))).toBe(false);
    const { scores, nats } = await secret.score(rows.slice(0, 5));
    expect(scores).toBeNull();
    expect(nats).toHaveLength(5);
    await secret.dispose();
  });

  test("make a row far from all others stranger than nats alone would", async () => {
    const { rows } = measured(1000, 5);
    const vae = await fitted(rows);
    const test = measured(600, 6, 0.2);
    const { scores, nats } = await vae.score(test.rows, { reasons: false });
    const area = (ranked: Float64Array) =>
      areaUnderRoc(
        ranked.filter((_, i) => test.isStrange[i]),
        ranked.filter((_, i) => !test.isStrange[i]),
      );
    expect(area(scores!)).toBeGreaterThan(0.95);
    expect(area(nats)).toBeGreaterThan(0.9);
    await vae.dispose();
  });
});

test("a column that was always the same, and is not, is the first reason", async () => {
  const rows = rowsOf(600, 7).map((row) => ({ ...row, country: "NL" }));
  const vae = await fitted(rows);
  expect(vae.config.schema.table!.columns.find(({ name }) => name === "country")?.role).toBe("constant");
  const [usual, odd] = [rows[0], { ...rows[0], country: "XX" }];
  const [before, after] = [await vae.scoreRow(usual), await vae.scoreRow(odd)];
  expect(after.nats - before.nats).toBeCloseTo(Math.log(2 * 601), 3);
  expect(after.score).toBeGreaterThan(before.score!);
  expect(after.reasons[0]).toMatchObject({ part: "country", got: "another value", expected: "NL" });
  await vae.dispose();
});

describe("with --contamination", () => {
  test("nothing is learned from the strangest rows of a batch once warm-up is over", async () => {
    const data = await openRows(measured(200, 8).rows);
    const config = await plan(data, { contamination: 0.2, latent: 2 });
    const model = compose(config);
    const { program, recording } = stepProgram(model, 10);
    const engine = await nodeHost().engine("cpu", { threads: 1 });
    const bank = engine.bank([...recording.parameters].map(([name, { shape }]) => ({ name, shape })));
    const random = new Philox(1);
    for (const [name, { shape, initialize }] of recording.parameters)
      await bank.write(name, "value", initialize(shape, random));
    const executable = await engine.compile(program, bank);
    const noise = Object.fromEntries(
      [...recording.noises].map(([name, { tensor }]) => {
        const length = tensor.shape.reduce<number>((size, dim) => size * (dim as number), 1);
        return [name, new Float32Array(length).fill(0.9)]; // the encoder sees all
      }),
    );
    const columns = await data.read(Uint32Array.from({ length: 10 }, (_, i) => i));
    const gradientWith = async (strange: number, beta: number) => {
      const a = (columns.a as Float64Array).slice().fill(strange, 0, 1);
      const feeds = fieldFeeds(model, { ...columns, a });
      await executable.run({ ...feeds, ...noise, beta: Float32Array.of(beta) });
      return bank.read("decoder.hidden1.weight", "gradient").then((gradient) => [...gradient]);
    };
    expect(await gradientWith(1000, 1)).toEqual(await gradientWith(2000, 1));
    expect(await gradientWith(1000, 0.5)).not.toEqual(await gradientWith(2000, 0.5));
    await executable.dispose();
    bank.dispose();
    await engine.dispose();
  });

  test("distances are those to a few landmarks, many times", async () => {
    const vae = await fitted(measured(600, 9).rows, {}, { contamination: 0.1 });
    await vae.save(path("contaminated"));
    const { landmarks, config } = await loadModel(path("contaminated"), nodeHost());
    expect(landmarks).toMatchObject({ rounds: 48, count: 48 * 8, squashed: true });
    expect(config.likelihoods.a).toMatchObject({ name: "normal-columns", degrees: 4 });
    await vae.dispose();
  });
});

describe("a conditional model", () => {
  test("draws the other columns for what it is given", async () => {
    const vae = await fitted(rowsOf(3000, 10), { given: ["job"] }, { epochs: 30 });
    expect(Object.keys(vae.config.likelihoods)).not.toContain("job");
    for (const [job, base] of [
      ["clerk", 500],
      ["nurse", 2500],
    ] as const) {
      const pays: number[] = [];
      for await (const row of vae.sampleRows(400, { where: { job } })) {
        expect(row.job).toBe(job);
        pays.push((row.pay as number) - 10 * 40);
      }
      const middle = pays.sort((a, b) => a - b)[200];
      expect(Math.abs(middle - base)).toBeLessThan(250);
    }
    const { nats } = await vae.score(rowsOf(20, 11));
    expect(nats.every(Number.isFinite)).toBe(true);
    await vae.save(path("conditional"));
    const loaded = await Vae.load(path("conditional"), { threads: 1 });
    expect([...(await loaded.score(rowsOf(20, 11))).nats]).toEqual([...nats]);
    await loaded.dispose();
    await vae.dispose();
  });

  test("is refused for a column that is not there, and where nothing is left to learn", async () => {
    const rows = rowsOf(60, 12).map(({ city, job }): Row => ({ city, job }));
    expect(await errorOf(() => fitted(rows, { given: ["jobb"] }))).toMatchObject({
      code: "E_COLUMN",
      hint: 'Did you mean "job"?',
    });
    expect(await errorOf(() => fitted(rows, { given: ["job", "city"] }))).toMatchObject({ code: "E_OPTION" });
  });
});

test("rows may come one after the other", async () => {
  async function* coming() {
    yield* rowsOf(300, 13);
  }
  const data = await openRows(coming());
  expect(data.count).toBe(300);
  expect(Object.keys(data.schema.fields)).toEqual(["city", "job", "age", "pay", "member", "since"]);
});
