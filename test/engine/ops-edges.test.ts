/** Where ops go wrong elsewhere: far logits, repeated indices, recurrences of any length. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { grad } from "../../src/graph/grad.js";
import { input, iota, scan, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine, Feeds } from "../../src/runtime/engine.js";
import { expectClose, expectEngineAgrees, randomArray } from "../helpers/tensors.js";

let engine: Engine;
beforeAll(async () => {
  engine = await ortNode({ threads: 2 });
});
afterAll(() => engine.dispose());

async function run(outputs: Record<string, Tensor>, feeds: Feeds, dims = {}): Promise<Record<string, number[]>> {
  const executable = await engine.compile(program("edge", outputs), engine.bank([]));
  const values = await executable.run(feeds, dims);
  await executable.dispose();
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, Array.from(list)]));
}

test("Bernoulli loss of logits as far as 1e4 is exact, and so is its gradient", async () => {
  const [y, x] = [input("y", [6]), input("x", [6])];
  const loss = y.sigmoidCrossEntropy(x);
  const [dy] = grad(loss.sum(), [y]);
  const feeds = { y: Float32Array.of(-1e4, 1e4, -1e4, 1e4, 0, -30), x: Float32Array.of(0, 1, 1, 0, 0.5, 0) };
  const got = await run({ loss, dy }, feeds);
  expectClose(got.loss, [0, 0, 1e4, 1e4, Math.LN2, Math.log1p(Math.exp(-30))], 1e-6, "loss");
  expectClose(got.dy, [0, 0, -1, 1, 0, 0], 1e-6, "dy");
});

test("cross-entropy of logits as far as 1e4 is finite, and its gradient sums to zero", async () => {
  const logits = input("logits", ["B", 3]);
  const targets = input("targets", ["B"], { dtype: "int32" });
  const loss = logits.crossEntropyWithLogits(targets);
  const [dLogits] = grad(loss.sum(), [logits]);
  const feeds = { logits: Float32Array.of(1e4, -1e4, 0, 1e4, -1e4, 0, 1, 1, 1), targets: Int32Array.of(0, 1, 2) };
  const got = await run({ loss, dLogits }, feeds, { B: 3 });
  expectClose(got.loss, [0, 2e4, Math.log(3)], 1e-6, "loss");
  expectClose(got.dLogits, [0, 0, 0, 1, -1, 0, 1 / 3, 1 / 3, -2 / 3], 1e-6, "dLogits");
});

test("an embedding's gradient counts every repeated index, every time", async () => {
  const [table, dy] = [input("table", [4, 64]), input("dy", ["N", 64])];
  const ids = input("ids", ["N"], { dtype: "int32" });
  const [dTable] = grad(table.gather(ids).mul(dy).sum(), [table]);
  const count = 4000;
  const executable = await engine.compile(program("embedding", { dTable }), engine.bank([]));
  const feeds = {
    ids: Int32Array.from({ length: count }, (_, i) => i % 3),
    dy: new Float32Array(count * 64).fill(1),
    table: new Float32Array(256),
  };
  for (let i = 0; i < 20; i++) {
    const values = (await executable.run(feeds, { N: count })).dTable;
    expect([values[0], values[64], values[128], values[192]]).toEqual([1334, 1333, 1333, 0]);
    expect(new Set(values.subarray(0, 64)).size).toBe(1);
  }
  await executable.dispose();
});

test("one-hot rows come from indices, and an index outside gives zeros", async () => {
  const ids = input("ids", ["B"], { dtype: "int32" });
  const { y } = await run({ y: ids.oneHot(3) }, { ids: Int32Array.of(2, 0, 7) }, { B: 3 });
  expect(y).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0]);
  expect((await run({ y: iota(4) }, {})).y).toEqual([0, 1, 2, 3]);
});

const [h0, xs] = [input("h0", ["B", 3]), input("xs", ["T", "B", 3])];
const [u, b] = [input("u", [3, 3]), input("b", [3])];
const step = ([h]: readonly Tensor[], [x]: readonly Tensor[]) => {
  const next = h.matmul(u).add(b).add(x).tanh();
  return { states: [next], outputs: [next.mul(h)] };
};

test.each([
  { T: 1, B: 2, reverse: false },
  { T: 5, B: 1, reverse: true },
  { T: 7, B: 3, reverse: false },
])("a scan of $T steps with $B records, reverse $reverse: value, first and second derivative", async (setting) => {
  const { reverse, ...dims } = setting;
  const random = new Philox(dims.T);
  const given = new Map(
    [h0, xs, u, b].map((x) => [
      x,
      randomArray(
        random,
        x.shape.map((dim) => (typeof dim === "number" ? dim : dims[dim as "T" | "B"])),
      ),
    ]),
  );
  const { states, outputs } = scan(step, [h0], [xs], { reverse });
  const first = grad(outputs[0].square().sum().add(states[0].sum()), [h0, xs, u, b]);
  const slope = first.map((dx) => dx.square().sum()).reduce((a, c) => a.add(c));
  const second = grad(slope, [h0, xs, u, b]);
  await expectEngineAgrees(engine, { outputs: [...states, ...outputs, ...first, ...second], given }, dims, 2e-4);
});

test("a scan inside a scan", async () => {
  const random = new Philox(3);
  const [start, rows] = [input("start", [2]), input("rows", [3, 4, 2])];
  const given = new Map([start, rows].map((x) => [x, randomArray(random, x.shape as number[])]));
  const outer = scan(
    ([h], [row]) => {
      const inner = scan(([g], [x]) => ({ states: [g.mul(h).add(x).tanh()], outputs: [] }), [h], [row]);
      return { states: [inner.states[0]], outputs: [inner.states[0].mul(row.sum(0))] };
    },
    [start],
    [rows],
  );
  const y = outer.outputs[0].sum().add(outer.states[0].sum());
  await expectEngineAgrees(engine, { outputs: [y, ...grad(y, [start, rows])], given });
});

test("a mean over a named axis counts it when the program runs, in its gradient too", async () => {
  const x = input("x", ["B", 2]);
  const means = x.mean(0);
  const [dx] = grad(x.square().mean(), [x]);
  const feeds = { x: Float32Array.of(1, 2, 3, 4, 8, 9) };
  const got = await run({ means, dx }, feeds, { B: 3 });
  expectClose(got.means, [4, 5], 1e-6, "means");
  expectClose(
    got.dx,
    [...feeds.x].map((value) => value / 3),
    1e-6,
    "dx",
  );
});
