/** Ops against PyTorch's values and gradients (test/golden/ops.py), on the native engine. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseSafetensors } from "../../src/files/safetensors.js";
import { grad } from "../../src/graph/grad.js";
import { input, type Tensor } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { ortNode } from "../../src/node/ort-node.js";
import type { Engine, Values } from "../../src/runtime/engine.js";
import { expectClose } from "../helpers/tensors.js";

interface Attributes {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly outputPadding: number;
  readonly groups: number;
  readonly epsilon: number;
  readonly axes: number[];
  readonly approximate: "none" | "tanh";
}
interface GoldenCase {
  readonly name: string;
  readonly op: keyof typeof ops;
  readonly attributes: Attributes;
  readonly inputs: readonly string[];
}

const ops = {
  conv: ([x, w, b]: Tensor[], options: Attributes) => x.conv2d(w, options).add(b),
  convTranspose: ([x, w, b]: Tensor[], options: Attributes) => x.convTranspose2d(w, options).add(b),
  groupNorm: ([x, w, b]: Tensor[], { groups, epsilon }: Attributes) => x.groupNorm(groups, w, b, epsilon),
  layerNorm: ([x, w, b]: Tensor[], { epsilon }: Attributes) => x.layerNorm(w, b, epsilon),
  gelu: ([x]: Tensor[], { approximate }: Attributes) => x.gelu(approximate),
  softplus: ([x]: Tensor[]) => x.softplus(),
  logsumexp: ([x]: Tensor[], { axes }: Attributes) => x.logSumExp(axes),
  avgPool: ([x]: Tensor[], options: Attributes) => x.averagePool(options),
};

const folder = new URL("../golden/", import.meta.url);
const cases = JSON.parse(readFileSync(new URL("ops.json", folder), "utf8")) as GoldenCase[];
const { tensors } = parseSafetensors(readFileSync(new URL("ops.safetensors", folder)), "ops.safetensors");

let engine: Engine;
beforeAll(async () => {
  engine = await ortNode({ threads: 1 });
});
afterAll(() => engine.dispose());

test.each(cases)("$name", async ({ name, op, attributes, inputs }) => {
  const golden = (key: string) => tensors.get(`${name}/${key}`)!;
  const named = Object.fromEntries([...inputs, "dy"].map((key) => [key, input(key, golden(key).shape)]));
  const leaves = inputs.map((key) => named[key]);
  const y = ops[op](leaves, attributes);
  expect(y.shape).toEqual(golden("y").shape);
  const gradients = grad(y.mul(named.dy).sum(), leaves);
  const outputs = { y, ...Object.fromEntries(inputs.map((key, i) => [`d${key}`, gradients[i]])) };
  const bank = engine.bank([]);
  const executable = await engine.compile(program(name, outputs), bank);
  const feeds = Object.fromEntries(Object.keys(named).map((key) => [key, golden(key).values as Values]));
  const got = await executable.run(feeds);
  await executable.dispose();
  for (const key of Object.keys(outputs)) expectClose(got[key], golden(key).values as Float32Array, 1e-5, key);
});
