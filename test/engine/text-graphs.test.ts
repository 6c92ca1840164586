/** The benchmarks' text decoders against PyTorch: the same weights and tokens give the same loss and gradients. */

import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { gruDecoder } from "../../bench/graphs/gru.js";
import type { TextGraph } from "../../bench/graphs/text.js";
import { type TransformerSize, transformerDecoder } from "../../bench/graphs/transformer.js";
import { parseSafetensors } from "../../src/files/safetensors.js";
import { ortNode } from "../../src/node/ort-node.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

/** Largest relative error allowed, against the largest entry of a tensor. */
const TOLERANCE = 1e-4;

const GRAPHS: readonly [file: string, form: string, make: (size: TransformerSize) => TextGraph][] = [
  ["gru", "as a scan", (size) => gruDecoder(size)],
  ["gru", "unrolled", (size) => gruDecoder(size, { unrolled: true })],
  ["transformer", "", transformerDecoder],
];

function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(got[i] - expected[i]));
  }
  return error / largest;
}

test.each(GRAPHS)("loss and gradients of the %s %s are PyTorch's", async (file, _, make) => {
  const bytes = readFileSync(new URL(`../golden/${file}.safetensors`, import.meta.url));
  const { tensors, metadata } = parseSafetensors(bytes, file);
  const golden = (name: string): Float32Array => tensors.get(name)!.values as Float32Array;
  const { program, recording, feeds } = make(JSON.parse(metadata.about) as TransformerSize);
  const names = [...tensors.keys()].filter((name) => tensors.has(`grad.${name}`));
  expect([...recording.parameters.keys()].sort()).toEqual(names.sort());

  const bank = engine.bank([...recording.parameters].map(([name, { shape }]) => ({ name, shape })));
  for (const name of names) {
    expect(recording.parameters.get(name)!.shape, name).toEqual(tensors.get(name)!.shape);
    await bank.write(name, "value", golden(name));
  }
  const executable = await engine.compile(program, bank);
  const { loss } = await executable.run(feeds({ tokens: Int32Array.from(golden("tokens")), z: golden("z").slice() }));
  expect(difference(loss, golden("loss"))).toBeLessThan(TOLERANCE);
  for (const name of names)
    expect(difference(await bank.read(name, "gradient"), golden(`grad.${name}`)), name).toBeLessThan(TOLERANCE);
  await executable.dispose();
  bank.dispose();
});
