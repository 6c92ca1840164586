/** The optimiser's kernel: its wasm form against the plain one bit for bit, float64 recurrences, and PyTorch. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kernelModule } from "../../scripts/build-kernels.js";
import { Philox } from "../../src/random.js";
import { cpuBank } from "../../src/runtime/cpu-bank.js";
import type { UpdateRule } from "../../src/runtime/engine.js";
import { adamFactors, hasWasmKernel, type UpdateKernel, wasmKernel } from "../../src/runtime/update.js";
import { plainKernel } from "../../src/runtime/update-plain.js";
import { optimizer } from "../../src/train/optimizers.js";
import golden from "../golden/adam.json" with { type: "json" };

const COUNT = 16;
const RULE: UpdateRule = {
  learningRate: 4e-3,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0,
  step: 1,
  gradientScale: 1,
};

test("this engine has the wasm form, so the tests below compare two forms", () => {
  expect(hasWasmKernel()).toBe(true);
});

test("the committed bytes are those of update.wat", async () => {
  const committed = readFileSync(new URL("../../src/runtime/kernels/update-wasm.ts", import.meta.url), "utf8");
  expect(committed).toBe(await kernelModule("update.wat"));
});

/** Runs `work` on both forms from the same memory; gives the memories after it. */
function both(
  start: Float32Array,
  work: (kernel: UpdateKernel) => unknown,
): { memories: Float32Array[]; answers: unknown[] } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const wasm = new Float32Array(memory.buffer as ArrayBuffer, 0, start.length);
  const plain = start.slice();
  wasm.set(start);
  const answers = [work(wasmKernel(memory)), work(plainKernel(plain.buffer))];
  return { memories: [wasm, plain], answers };
}

const float = fc.oneof(
  fc.constantFrom(0, -0, 1e-30, -1e-30, 1e30, -1e30, 1e-38, -1e-42, 1, 3.4e38),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ min: -4, max: 4, noNaN: true }),
);
const floats = (count: number) =>
  fc.array(float, { minLength: count, maxLength: count }).map((x) => Float32Array.from(x));

describe("the wasm form gives the bits of the plain form", async () => {
  test.each([1, 2, 10_000])("adam at step %i", (step) => {
    const rules = fc.record({
      learningRate: fc.constantFrom(1e-5, 4e-3, 1),
      weightDecay: fc.constantFrom(0, 0.01, 0.5),
      gradientScale: fc.constantFrom(1, 0.37, 1e-3),
      beta2: fc.constantFrom(0.99, 0.999),
    });
    fc.assert(
      fc.property(floats(4 * COUNT), rules, (start, options) => {
        for (let i = 3 * COUNT; i < 4 * COUNT; i++) start[i] = Math.abs(start[i]); // v is a mean of squares
        const factors = adamFactors({ ...RULE, ...options, step });
        const { memories } = both(start, (kernel) => kernel.adam(0, 64, 128, 192, COUNT, ...factors));
        expect(memories[0]).toEqual(memories[1]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("sumOfSquares, allFinite and axpby", () => {
    const values = fc.oneof(
      floats(2 * COUNT),
      floats(2 * COUNT).map((x) => x.fill(Number.NaN, 5, 6)),
      floats(2 * COUNT).map((x) => x.fill(Infinity, 0, 1)),
    );
    fc.assert(
      fc.property(values, fc.double({ min: -2, max: 2, noNaN: true }), (start, b) => {
        const { memories, answers } = both(start, (kernel) => {
          const sums = [kernel.sumOfSquares(0, COUNT), kernel.allFinite(0, COUNT), kernel.allFinite(64, COUNT)];
          kernel.axpby(0, 64, 0.999, b, COUNT);
          return sums;
        });
        expect(answers[0]).toEqual(answers[1]);
        expect(memories[0]).toEqual(memories[1]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe.each(["wasm", "plain"] as const)("adam, %s", (kernel) => {
  test.each([0, 0.01])("20 steps with weight decay %f follow a float64 recurrence", async (weightDecay) => {
    const count = 1001;
    const bank = cpuBank([{ name: "w", shape: [7, 11, 13] }], [], { kernel });
    const p = Float64Array.from(new Philox(1).normals(bank.view("w", "value")));
    const m = new Float64Array(count);
    const v = new Float64Array(count);
    const noise = new Philox(2);
    for (let step = 1; step <= 20; step++) {
      const gradient = noise.normals(bank.view("w", "gradient"));
      const rule = { ...RULE, weightDecay, step, gradientScale: 0.5 };
      for (let i = 0; i < count; i++) {
        const g = gradient[i] * 0.5;
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.99 * v[i] + 0.01 * g * g;
        p[i] -= rule.learningRate * weightDecay * p[i];
        p[i] -=
          (rule.learningRate * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.99 ** step)) + rule.epsilon);
      }
      await bank.update(rule);
    }
    expectClose(await bank.read("w", "value"), p, 1e-5, 1e-6);
    expectClose(await bank.read("w", "m"), m, 1e-5, 1e-6);
    expectClose(await bank.read("w", "v"), v, 1e-5, 1e-9);
  });

  test.each(["adam", "adamw"] as const)("5 steps of %s give PyTorch's numbers", async (name) => {
    const bank = cpuBank([{ name: "w", shape: [10] }], [], { kernel });
    await bank.write("w", "value", golden.start);
    const rule = optimizer(name);
    for (const [i, gradient] of golden.gradients.entries()) {
      await bank.write("w", "gradient", gradient);
      const gradientNorm = await bank.gradientNorm();
      await bank.update(rule({ learningRate: golden.settings.learningRate, step: i + 1, gradientNorm, clip: "none" }));
      expectClose(await bank.read("w", "value"), golden[name].values[i], 1e-6, 1e-9);
    }
    expectClose(await bank.read("w", "m"), golden[name].m, 1e-5, 0); // PyTorch rounds m + (g - m) rest, we beta m + rest g
    expectClose(await bank.read("w", "v"), golden[name].v, 1e-6, 1e-37);
  });

  test("a gradient that is not a number is seen in the parameters, never swallowed", async () => {
    const bank = cpuBank([{ name: "w", shape: [3] }], [], { kernel });
    await bank.write("w", "gradient", [1, Number.NaN, 1]);
    expect(await bank.gradientNorm()).toBeNaN();
    expect(bank.isFinite("gradient")).toBe(false);
    await bank.update(RULE);
    expect((await bank.read("w", "value"))[1]).toBeNaN();
    expect(bank.isFinite("value")).toBe(false);
  });

  test("moments fade to zero instead of staying subnormal", async () => {
    const bank = cpuBank([{ name: "w", shape: [1] }], [], { kernel });
    await bank.write("w", "m", [1e-38]);
    await bank.write("w", "v", [1e-38]);
    await bank.update(RULE);
    expect([...(await bank.read("w", "m")), ...(await bank.read("w", "v"))]).toEqual([0, 0]);
  });
});

describe("optimizers", () => {
  test("gradients longer than the clip are scaled down to it, shorter ones are left alone", () => {
    const scale = (gradientNorm: number, clip: number | "none") =>
      optimizer("adam")({ learningRate: 1, step: 1, gradientNorm, clip }).gradientScale;
    expect(scale(10, 2)).toBe(0.2);
    expect([scale(1, 2), scale(0, 2), scale(10, "none")]).toEqual([1, 1, 1]);
  });

  test("adamw decays by 0.01 unless told otherwise, adam does not", () => {
    const decay = (name: string, options = {}) =>
      optimizer(name, options)({ learningRate: 1, step: 1, gradientNorm: 1, clip: "none" }).weightDecay;
    expect([decay("adam"), decay("adamw"), decay("adamw", { weightDecay: 0 })]).toEqual([0, 0.01, 0]);
  });

  test("unknown names and options out of range are refused", () => {
    expect(() => optimizer("adma")).toThrow('unknown optimizer "adma"');
    expect(() => optimizer("toString")).toThrow("unknown optimizer");
    expect(() => optimizer("adam", { beta2: 1 })).toThrow("invalid beta2: got 1, expected a number from 0, below 1");
    expect(() => optimizer("adam", { epsilon: 0 })).toThrow("invalid epsilon");
  });
});

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, relative: number, absolute: number): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) {
    const gap = Math.abs(got[i] - expected[i]);
    expect(gap, `[${i}]: ${got[i]} against ${expected[i]}`).toBeLessThanOrEqual(
      absolute + relative * Math.abs(expected[i]),
    );
  }
}
