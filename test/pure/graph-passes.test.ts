/** What a person relies on when building graphs: gradients, passes, errors, named dimensions. */

import { describe, expect, test } from "vitest";
import { decompose } from "../../src/graph/decompose.js";
import { grad } from "../../src/graph/grad.js";
import { formatGraph } from "../../src/graph/lower.js";
import { toOnnx } from "../../src/graph/onnx.js";
import { concat, constant, input, scan, Tensor } from "../../src/graph/ops.js";
import { simplify } from "../../src/graph/simplify.js";
import { productOf } from "../../src/graph/tensor.js";
import { topological } from "../../src/graph/walk.js";
import { Philox } from "../../src/random.js";
import { evaluate, ndArray } from "../../src/runtime/reference.js";
import { expectClose, randomArray } from "../helpers/tensors.js";

const names = (outputs: readonly Tensor[]) => topological(outputs).map((node) => node.op.name);

describe("gradients", () => {
  const x = input("x", [3]);
  const given = new Map([[x, ndArray([1, 2, 3])]]);
  const gradientOf = (y: Tensor) => [...evaluate(grad(y, [x]), given)[0].data];

  test("a parameter that is not used gets zeros", () => {
    const unused = input("unused", [2, 2]);
    const [dUnused] = grad(x.sum(), [unused]);
    expect([...evaluate([dUnused], given)[0].data]).toEqual([0, 0, 0, 0]);
  });

  test("two uses of a tensor add up", () => {
    expect(gradientOf(x.mul(x).add(x.mul(3)).sum())).toEqual([5, 7, 9]);
  });

  test("gradients of what is looked up, and used as a whole later, are added into one array", () => {
    const places = constant(Int32Array.of(0, 2, 2), [3], "int32");
    const y = x.mul(x.gather(places).sum()).sum();
    expect(gradientOf(y)).toEqual([7 + 6, 7, 7 + 12]);
    expect(names(grad(y, [x]))).not.toContain("add");
  });

  test("the second derivative of x^3 is 6x", () => {
    const [first] = grad(x.mul(x).mul(x).sum(), [x]);
    expect(gradientOf(first.sum())).toEqual([6, 12, 18]);
  });

  test("nothing flows through stop()", () => {
    expect(gradientOf(x.mul(x.stop()).sum())).toEqual([1, 2, 3]);
  });

  test("only a scalar has a gradient; the message says which shape was given", () => {
    expect(() => grad(x, [x])).toThrow(/grad: the value must be a scalar, got shape \[3\]/);
  });
});

function expectSameValues(made: Tensor, y: Tensor, inputs: readonly Tensor[]): void {
  const random = new Philox(5);
  const given = new Map(inputs.map((tensor) => [tensor, randomArray(random, tensor.shape as number[])]));
  const [got, expected] = evaluate([made, y], given);
  expectClose(got.data, expected.data, 1e-9);
}

describe("passes", () => {
  const x = input("x", [2, 3]);

  test("equal computations become one", () => {
    const [y] = simplify([x.exp().add(1).mul(x.exp().add(1))]);
    expect(names([y]).filter((name) => name === "exp")).toHaveLength(1);
    expect(y.node.inputs[0]).toBe(y.node.inputs[1]);
  });

  test("different attributes stay apart", () => {
    const outputs = simplify([x.sum(0), x.sum(1)]);
    expect(outputs[0]).not.toBe(outputs[1]);
  });

  test("what no output needs is not written", () => {
    x.tanh();
    expect(names(simplify([x.exp()]))).toEqual(["input", "exp"]);
  });

  test("a convolution and its weight gradient share their windows", () => {
    const picture = input("picture", [2, 8, 8, 3]);
    const weights = input("weights", [48, 4]);
    const y = picture.conv2d(weights, { kernel: 4, stride: 2, padding: 1 });
    const outputs = simplify(decompose(simplify([y, ...grad(y.square().sum(), [weights])]), "cpu"));
    expect(names(outputs).filter((name) => name === "gather")).toHaveLength(1);
  });

  test("the gradient of a vocabulary's rows is made as its transpose, and is the same", () => {
    const [hidden, rows] = [input("hidden", [1024, 2]), input("rows", [24, 2])];
    const [drows] = grad(hidden.matmul(rows, { transposeB: true }).square().sum(), [rows]);
    const [made] = decompose([drows], "cpu");
    expect(names([made])).toContain("transpose");
    expectSameValues(made, drows, [hidden, rows]);
  });

  test("rows that are scaled and added up are a product", () => {
    const [values, factors] = [input("values", [5, 3]), input("factors", [5, 1])];
    const total = values.mul(factors).sum(0);
    const [made] = decompose([total], "cpu");
    expect(names([made])).toContain("matmul");
    expectSameValues(made, total, [values, factors]);
  });

  test("the body of a scan is decomposed and simplified too", () => {
    const xs = input("xs", ["T", 2]);
    const run = scan(
      ([h], [v]) => ({ states: [h.softplus().add(h.softplus().mul(v))], outputs: [] }),
      [x.sum(0).slice(0, 0, 2)],
      [xs],
    );
    const [y] = simplify(decompose(run.states, "cpu"));
    const { body } = y.node.attributes as { body: { nextStates: Tensor[] } };
    expect(names(body.nextStates)).not.toContain("softplus");
    expect(names(body.nextStates).filter((name) => name === "relu")).toHaveLength(1);
  });

  test("a deep graph does not overflow the stack", () => {
    let y: Tensor = x;
    for (let i = 0; i < 20_000; i++) y = y.tanh();
    expect(simplify([y])[0].shape).toEqual([2, 3]);
    expect(formatGraph([y]).split("\n")).toHaveLength(20_001);
  });
});

describe("shapes", () => {
  const a = input("a", [2, 3]);
  const picture = input("picture", ["B", 8, 6, 2]);

  test.each<[string, () => unknown, RegExp]>([
    ["add", () => a.add(input("b", [4])), /add: shapes do not broadcast, got \[2, 3\] and \[4\]/],
    ["matmul", () => a.matmul(a), /matmul: inner sizes 3 and 2 differ, got \[2, 3\] and \[2, 3\]/],
    ["reshape", () => a.reshape([4, 2]), /reshape: sizes differ, got \[2, 3\] and \[4, 2\]/],
    ["concat", () => concat([a, input("b", [1, 4])], 0), /concat: .* got \[2, 3\] and \[1, 4\]/],
    ["conv2d", () => picture.conv2d(a, { kernel: 3 }), /conv2d: .*3\*3\*2.* got \[B, 8, 6, 2\] and \[2, 3\]/],
    ["conv2d kernel", () => picture.conv2d(input("w", [162, 1]), { kernel: 9 }), /conv2d: kernel 9x9 is larger/],
    [
      "convTranspose2d",
      () => picture.convTranspose2d(a, { kernel: 3 }),
      /convTranspose2d: .* \[B, 8, 6, 2\] and \[2, 3\]/,
    ],
    ["gather", () => a.gather(a), /gather: indices must be int32 and are float32, got \[2, 3\] and \[2, 3\]/],
    ["groupNorm", () => picture.groupNorm(3), /groupNorm: 2 channels do not divide into 3 groups/],
    [
      "crossEntropyWithLogits",
      () => a.crossEntropyWithLogits(input("t", [3], { dtype: "int32" })),
      /got \[2, 3\] and \[3\]/,
    ],
    [
      "scan",
      () => scan(([h], [v]) => ({ states: [h.matmul(v)], outputs: [] }), [a], [input("s", ["T", 3, 4])]),
      /scan: the next state 0 is float32\[2, 4\], expected float32\[2, 3\]/,
    ],
  ])("%s names the op and the shapes", (_, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(expect.objectContaining({ code: "E_SHAPE" }));
  });

  test("named dimensions multiply in one canonical form", () => {
    expect(productOf(["T", 4, "B", 2])).toBe("8*B*T");
    expect(input("x", ["B", 4, "T"]).reshape([-1, 4]).shape).toEqual(["B*T", 4]);
    expect(picture.reshape([-1, 2]).shape).toEqual(["48*B", 2]);
  });

  test("an input that is used but not declared is named when a program is written", () => {
    expect(() => toOnnx({}, { y: a.add(1) }, { name: "p" })).toThrow(/input "a" is used but not declared/);
  });
});

test("a scan over time equals the same steps written out", () => {
  const random = new Philox(9);
  const [h0, xs, u] = [input("h0", [2, 3]), input("xs", [3, 2, 3]), input("u", [3, 3])];
  const given = new Map([h0, xs, u].map((tensor) => [tensor, randomArray(random, tensor.shape as number[])]));
  const step = (h: Tensor, x: Tensor) => h.matmul(u).add(x).tanh();
  const scanned = scan(([h], [x]) => ({ states: [step(h, x)], outputs: [step(h, x).mul(2)] }), [h0], [xs]);
  let h: Tensor = h0;
  const outputs: Tensor[] = [];
  for (let i = 0; i < 3; i++) {
    h = step(h, xs.slice(0, i, i + 1).squeeze(0));
    outputs.push(h.mul(2).expandDims(0));
  }
  const both = [scanned.states[0], h, scanned.outputs[0], concat(outputs, 0)];
  const slopes = [both[0].square().sum().add(both[2].sum()), both[1].square().sum().add(both[3].sum())];
  const gradients = slopes.map((y) => grad(y, [h0, xs, u]));
  const values = evaluate([...both, ...gradients.flat()], given).map(({ data }) => data);
  for (const [i, j] of [
    [0, 1],
    [2, 3],
    [4, 7],
    [5, 8],
    [6, 9],
  ])
    expectClose(values[i], values[j], 1e-12);
});

test("what a scan's body computes from outside alone is computed once, outside", () => {
  const [h0, xs, u] = [input("h0", [2]), input("xs", ["T", 2]), input("u", [2])];
  const { states } = scan(
    ([h], [x]) => ({ states: [h.mul(u.exp()).add(x).mul(constant(2))], outputs: [] }),
    [h0],
    [xs],
  );
  const { body } = states[0].node.attributes as { body: { nextStates: Tensor[] } };
  expect(names(body.nextStates)).not.toContain("exp");
  expect(states[0].node.inputs.map((tensor) => tensor.node.op.name)).toEqual(["input", "input", "exp"]);
});

test("methods and functions are the same ops", () => {
  expect(Tensor.prototype).toHaveProperty("conv2d");
  expect(Object.getOwnPropertyNames(Tensor.prototype)).not.toContain("unbroadcast");
});
