/** The CPU bank: live views, clean padding, clear refusals. */

import { describe, expect, test } from "vitest";
import { VaekitError } from "../../src/errors.js";
import { Philox } from "../../src/random.js";
import { cpuBank } from "../../src/runtime/cpu-bank.js";
import { SLOTS, type UpdateRule } from "../../src/runtime/engine.js";

const ENTRIES = [
  { name: "encoder.weight", shape: [3, 5] },
  { name: "encoder.bias", shape: [5] },
  { name: "sigma", shape: [] },
];
const RULE: UpdateRule = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
  step: 1,
  gradientScale: 1,
};

describe.each(["wasm", "plain"] as const)("a bank with the %s kernel", (kernel) => {
  const make = () => cpuBank(ENTRIES, [], { kernel });

  test("starts with zeros, and counts parameters without padding", () => {
    const bank = make();
    expect(bank.parameters).toBe(21);
    for (const slot of SLOTS) expect(bank.readAll(slot)).toEqual(new Float32Array(16 + 8 + 8));
  });

  test("views are live and aligned to 32 bytes, and stay valid; reads are copies", async () => {
    const bank = make();
    const bias = bank.view("encoder.bias", "m");
    await bank.write("encoder.bias", "m", [1, 2, 3, 4, 5]);
    expect([...bias]).toEqual([1, 2, 3, 4, 5]);
    const copy = await bank.read("encoder.bias", "m");
    bias[0] = 9;
    expect(copy[0]).toBe(1);
    expect((await bank.read("encoder.bias", "m"))[0]).toBe(9);
    for (const { name } of ENTRIES) for (const slot of SLOTS) expect(bank.view(name, slot).byteOffset % 32).toBe(0);
    expect(bank.view("encoder.weight", "v").buffer).toBe(bias.buffer);
  });

  test("one tensor's values never reach another tensor or another slot", async () => {
    const bank = make();
    await bank.write("encoder.bias", "gradient", [1, 1, 1, 1, 1]);
    expect(await bank.read("encoder.weight", "gradient")).toEqual(new Float32Array(15));
    expect(await bank.read("sigma", "gradient")).toEqual(new Float32Array(1));
    expect(await bank.read("encoder.bias", "value")).toEqual(new Float32Array(5));
  });

  test("padding stays zero through updates", async () => {
    const bank = make();
    const noise = new Philox(1);
    for (const { name } of ENTRIES) noise.normals(bank.view(name, "value"));
    for (let step = 1; step <= 5; step++) {
      for (const { name } of ENTRIES) noise.normals(bank.view(name, "gradient"));
      await bank.update({ ...RULE, step });
    }
    for (const slot of SLOTS) {
      const all = bank.viewAll(slot);
      expect(all.filter((x) => x !== 0)).toHaveLength(bank.parameters);
      expect([...all.subarray(15, 16), ...all.subarray(21, 24), ...all.subarray(25)].every((x) => x === 0)).toBe(true);
    }
  });

  test("the gradient norm is over all tensors", async () => {
    const bank = make();
    await bank.write("encoder.bias", "gradient", [3, 0, 0, 0, 0]);
    await bank.write("sigma", "gradient", [-4]);
    expect(await bank.gradientNorm()).toBe(5);
  });

  test("the best weights can be kept and put back", async () => {
    const bank = make();
    new Philox(1).normals(bank.view("encoder.weight", "value"));
    const best = bank.readAll("value");
    await bank.write("encoder.weight", "gradient", new Float32Array(15).fill(1));
    await bank.update(RULE);
    expect(bank.readAll("value")).not.toEqual(best);
    bank.writeAll("value", best);
    expect(bank.readAll("value")).toEqual(best);
  });

  test("values that do not fit, and unknown names, are refused by name", async () => {
    const bank = make();
    await expect(bank.write("encoder.weight", "value", [1, 2])).rejects.toThrow(
      'values do not fit parameter "encoder.weight" [3, 5]: got 2 numbers, expected 15',
    );
    expect(() => bank.writeAll("m", new Float32Array(21))).toThrow('the slot "m": got 21 numbers, expected 32');
    await expect(bank.read("encoder.wieght", "value")).rejects.toThrow('unknown parameter "encoder.wieght"');
  });

  test("an update of some tensors is that of all on these, and leaves the others as they are", async () => {
    const [all, some] = [make(), make()];
    for (const bank of [all, some])
      for (const [i, { name, shape }] of ENTRIES.entries()) {
        const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => Math.sin(i + k));
        for (const slot of ["value", "gradient", "m"] as const) await bank.write(name, slot, values);
      }
    const before = await some.read("encoder.bias", "value");
    await all.update(RULE);
    await some.update(RULE, ["encoder.weight", "sigma"]);
    for (const slot of ["value", "m", "v"] as const)
      for (const name of ["encoder.weight", "sigma"])
        expect(await some.read(name, slot)).toEqual(await all.read(name, slot));
    expect(await some.read("encoder.bias", "value")).toEqual(before);
  });

  test("a bank that was disposed of is not used again", async () => {
    const bank = make();
    bank.dispose();
    await expect(bank.gradientNorm()).rejects.toThrow("internal: this bank was disposed of");
  });

  test("a bank may be empty", async () => {
    const bank = cpuBank([], [], { kernel });
    await bank.update(RULE);
    expect([bank.parameters, await bank.gradientNorm(), bank.isFinite("value")]).toEqual([0, 0, true]);
  });
});

test("both kernels train to the same bits", async () => {
  const train = async (kernel: "wasm" | "plain") => {
    const bank = cpuBank(ENTRIES, [], { kernel });
    const noise = new Philox(3);
    for (let step = 1; step <= 50; step++) {
      for (const { name } of ENTRIES) noise.normals(bank.view(name, "gradient"));
      await bank.update({ ...RULE, step, gradientScale: Math.min(1, 2 / (await bank.gradientNorm())) });
    }
    return bank.readAll("value");
  };
  expect(await train("wasm")).toEqual(await train("plain"));
});

test("slots that few need are there when they are asked for: a moving average, a sum of gradients", async () => {
  const bank = cpuBank([{ name: "w", shape: [3] }], ["average", "sum"]);
  expect(bank.slots).toEqual([...SLOTS, "average", "sum"]);
  await bank.write("w", "value", [1, 2, 4]);
  await bank.moveAverage(0);
  await bank.write("w", "value", [3, 2, 0]);
  await bank.moveAverage(0.75);
  expect([...(await bank.read("w", "average"))]).toEqual([1.5, 2, 3]);
  await bank.write("w", "sum", [Number.NaN, 1, 1]); // what a diverged step left
  await bank.write("w", "gradient", [1, 2, 3]);
  await bank.addGradient(0.5, true);
  await bank.write("w", "gradient", [4, 4, 4]);
  await bank.addGradient(0.25, false);
  await bank.write("w", "gradient", [Number.NaN, 0, 0]);
  await bank.takeGradient(2);
  expect([...(await bank.read("w", "gradient"))]).toEqual([3, 4, 5]);
  await expect(cpuBank([{ name: "w", shape: [3] }]).moveAverage(0.5)).rejects.toThrow('no slot "average"');
});

test("a net too large for memory is refused with its size", () => {
  const refusal = () => cpuBank([{ name: "huge", shape: [1_000_000, 1000] }]);
  expect(refusal).toThrow(VaekitError);
  expect(refusal).toThrow("cannot allocate 16,000 MB for 1,000,000,000 parameters with their gradients and moments");
});

test("two tensors of one name are refused", () => {
  expect(() => cpuBank([ENTRIES[0], ENTRIES[0]])).toThrow('two parameters are named "encoder.weight"');
});
