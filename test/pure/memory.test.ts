/** Memory that steps need, and the refusal of those that need more than there is. */

import { expect, test } from "vitest";
import { input, type Tensor } from "../../src/graph/ops.js";
import { peakMemory } from "../../src/graph/peak-memory.js";
import { program } from "../../src/graph/program.js";
import { cpuBank } from "../../src/runtime/cpu-bank.js";
import { type OrtApi, ortExecutable } from "../../src/runtime/ort.js";
import { expectMemory } from "../../src/train/memory.js";
import { errorOf } from "../helpers/damage.js";

test("the peak counts what is alive at once, by hand", () => {
  const x = input("x", [10, 3]); // 120 bytes
  const w = input("w", [3, 5], { role: "parameter" }); // not counted
  const h = x.matmul(w); // 200 bytes; x stays for the second product
  const y = h.tanh(); // takes the place of h
  const back = y.matmul(w.transpose([1, 0])); // 60 bytes for w', 120 for the result
  const out = back.add(x).sum(0);
  expect(peakMemory([out])).toMatchObject({ bytes: 120 + 200 + 60 + 120, largest: y });
});

test("views take nothing, results stay, named sizes are filled in", () => {
  const x = input("x", ["B", 4]);
  const flat = x.reshape([-1]);
  const twice = flat.mul(2);
  expect(peakMemory([twice, flat], { B: 8 }).bytes).toBe(2 * 128 + 4);
});

/** One layer: B records of 1,000 values to as many. */
const layer = (batch: number) => {
  const h = input("x", [batch, 1000]).matmul(input("w", [1000, 1000], { role: "parameter" }));
  return program("step", { loss: (h as Tensor).tanh().sum() });
};
const step = { trace: layer, batch: 1000, fixed: 16e6 };
const MEGA = 1e6;

test("a step that fits passes, and so does one whose engine knows no limits", () => {
  expectMemory(step, { total: 24.1 * MEGA, array: 4 * MEGA });
  expectMemory(step, { total: null, array: null });
});

test("a step that does not fit is refused with its largest array and a batch that fits", async () => {
  const total = await errorOf(() => expectMemory(step, { total: 20 * MEGA, array: null }));
  expect([total.code, total.message, total.hint]).toEqual([
    "E_OPTION",
    "batch 1000: a training step takes 0.024 GB or more, there are 0.020 GB; its largest array is tanh [1000, 1000] of 0.004 GB",
    'A batch of 125 fits; "accumulate" makes updates of several batches.',
  ]);
  expectMemory({ ...step, batch: 125 }, { total: 20 * MEGA, array: null });
  const array = await errorOf(() => expectMemory(step, { total: null, array: MEGA }));
  expect([array.message, array.hint]).toEqual([
    "batch 1000: a training step has the array tanh [1000, 1000] of 0.004 GB, the device takes at most 0.001 GB in one",
    'A batch of 250 fits; "accumulate" makes updates of several batches.',
  ]);
  const nothing = await errorOf(() => expectMemory(step, { total: 10 * MEGA, array: null }));
  expect(nothing.hint).toMatch("Not even one record fits");
});

test.each([
  "Non-zero status code returned while running Conv node. Name:'n3' Status Message: bfc_arena.cc:359 Failed to allocate memory for requested buffer of size 12884901888",
  "std::bad_alloc",
  "Aborted(OOM). Build with -sASSERTIONS for more info.",
])("memory that runs out in a run is said: %s", async (message) => {
  const traced = program("step", { y: input("x", [2]).mul(2) });
  const session = { run: () => Promise.reject(new Error(message)), release: async () => {} };
  class Tensor1 {
    constructor(
      readonly type: string,
      readonly data: unknown,
      readonly dims: readonly number[],
    ) {}
  }
  const lowered = { bytes: new Uint8Array(), outputs: Object.values(traced.outputs), watched: new Map() };
  const executable = ortExecutable({ Tensor: Tensor1 } as OrtApi, session, traced, lowered, cpuBank([]), {
    fillsOutputs: true,
  });
  const error = await errorOf(() => executable.run({ x: new Float32Array(2) }));
  expect([error.code, error.message, error.hint]).toEqual([
    "E_OPTION",
    `no memory is left for the program "step": ${message}`,
    "Choose a smaller batch, a smaller net or smaller pictures.",
  ]);
});
