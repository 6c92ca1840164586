/** The wasm engine: ops, nets and training on it, against the float64 reference and the native engine. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grad } from "../../src/graph/grad.js";
import { allOps } from "../../src/graph/op.js";
import { input, type Tensor } from "../../src/graph/ops.js";
import { rewrite } from "../../src/graph/walk.js";
import { compose } from "../../src/model/compose.js";
import type { ModelConfig } from "../../src/model/config.js";
import { stepProgram } from "../../src/model/programs.js";
import { nodeHost } from "../../src/node/host.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine, EngineOptions } from "../../src/runtime/engine.js";
import { ortWeb } from "../../src/runtime/ort-web.js";
import { ndArray } from "../../src/runtime/reference.js";
import { configOf } from "../helpers/models.js";
import { expectClose, expectEngineAgrees, instantiate, withGradients } from "../helpers/tensors.js";
import { trainOnBars } from "../helpers/training.js";

let engine: Engine;
beforeAll(async () => {
  engine = await ortWeb({ threads: 1 });
});
afterAll(() => engine.dispose());

/** One example of each op is enough here: what it means is tested on the native engine; this is about the package. */
const tested = allOps.filter((op) => op.examples.length > 0);

test.each(tested)("$name, value and gradient", async (op) => {
  await expectEngineAgrees(engine, withGradients(op, instantiate(op, op.examples[0], new Philox(3))));
});

const nets: Record<string, ModelConfig> = {
  mlp: configOf([5, 4, 1]),
  conv: configOf([8, 8, 1], { net: { name: "conv", channels: [3, 4] } }),
  residual: configOf([8, 8, 1], { net: { name: "residual", channels: [4], groups: 2 } }),
};

test.each(Object.entries(nets))("a training step of the %s net", async (_, config) => {
  const { program, recording } = stepProgram(compose(config), 3);
  const random = new Philox(2);
  const given = new Map();
  const fed = new Map<Tensor, Tensor>();
  for (const [name, { tensor, spec }] of program.inputs) {
    // Parameters come as data, so that the reference is given the same.
    const plain = input(name, spec.shape);
    const size = (spec.shape as number[]).reduce((a, b) => a * b, 1);
    const started = recording.parameters.get(name)?.initialize(spec.shape as number[], random);
    given.set(plain, ndArray(started ?? random.uniforms(new Float32Array(size)), spec.shape as number[]));
    fed.set(tensor, plain);
  }
  const wanted = [program.outputs.loss, ...Object.values(program.gradients)];
  await expectEngineAgrees(engine, { outputs: rewrite(wanted, () => null, fed), given });
});

test("gradients land in the bank, and several runs of one program see new parameters", async () => {
  const w = input("w", [2], { role: "parameter" });
  const loss = w.square().sum();
  const bank = engine.bank([{ name: "w", shape: [2] }]);
  const { program } = await import("../../src/graph/program.js");
  const step = await engine.compile(program("step", { loss }, { w: grad(loss, [w])[0] }), bank);
  for (const values of [
    [1, -2],
    [3, 0.5],
  ]) {
    await bank.write("w", "value", values);
    const { loss: got } = await step.run({});
    expect(got[0]).toBeCloseTo(values[0] ** 2 + values[1] ** 2);
    expect([...(await bank.read("w", "gradient"))]).toEqual(values.map((v) => 2 * v));
  }
  await step.dispose();
  bank.dispose();
});

test("training on it comes to what training on the native engine comes to", async () => {
  const native = await nodeHost().engine("cpu", { threads: 1 });
  const wasm = await trainOnBars(engine);
  expect(wasm).toHaveLength(6);
  expectClose(wasm, await trainOnBars(native), 1e-5, "loss");
  await native.dispose();
});

describe("where the native package does not load", () => {
  const broken = () => Promise.reject(new Error("no binary for this system\nand a long story"));

  test("the wasm engine does, and says so", async () => {
    const notices: string[] = [];
    const found = await nodeHost({ loadNative: broken }).engine("cpu", {
      threads: 1,
      onNotice: (text) => notices.push(text),
    });
    expect(found).toMatchObject({ name: "wasm", target: "cpu", threads: 1 });
    expect(notices).toEqual([expect.stringMatching(/does not load here \(no binary for this system\): .*WebAssembly/)]);
    await found.dispose();
  });

  test("--device wasm forces it without a word", async () => {
    const notices: string[] = [];
    const found = await nodeHost().engine("wasm", { threads: 1, onNotice: (text) => notices.push(text) });
    expect(found.name).toBe("wasm");
    expect(notices).toEqual([]);
    await found.dispose();
  });

  test("without onnxruntime-web the error says what to install", async () => {
    await expect(ortWeb({ load: () => Promise.reject(new Error("not found")) })).rejects.toMatchObject({
      code: "E_DEVICE",
      hint: expect.stringContaining("npm install onnxruntime-web"),
    });
  });

  test("a start that fails says so as a matter of the device", async () => {
    const InferenceSession = { create: () => Promise.reject(new Error("no available backend found")) };
    const load = async () => ({ env: { wasm: {} }, InferenceSession }) as never;
    await expect(ortWeb({ load, threads: 1 })).rejects.toMatchObject({
      code: "E_DEVICE",
      message: "device wasm: ONNX Runtime does not start here: no available backend found",
    });
  });
});

describe("bad input", () => {
  test("a device that does not exist is named, and those that do", async () => {
    await expect(nodeHost().engine("wsam")).rejects.toMatchObject({
      code: "E_DEVICE",
      message: 'no device "wsam" here',
      hint: 'Did you mean "wasm"?',
    });
    await expect(nodeHost().engine("webgpu")).rejects.toMatchObject({ code: "E_DEVICE", hint: "Known: cpu, wasm." });
  });

  test.each([0, -1, 1.5, Number.NaN])("threads: %d is refused by every engine", async (threads) => {
    for (const make of [ortWeb, ortNode, (options: EngineOptions) => nodeHost().engine("wasm", options)])
      await expect(make({ threads })).rejects.toMatchObject({
        code: "E_OPTION",
        message: `invalid threads: got ${threads}, expected a whole number from 1`,
      });
  });

  test("threads asked for after the start are those it started with, and a notice says so", async () => {
    const notices: string[] = [];
    const later = await ortWeb({ threads: 2, onNotice: (text) => notices.push(text) });
    expect(later.threads).toBe(1);
    expect(notices).toEqual(["WebAssembly was started with threads: 1, and keeps them until the page or process ends"]);
    await later.dispose();
  });
});
