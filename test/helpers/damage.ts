/** The promise of every parser: whatever the bytes, a right answer or a VaekitError, soon and with little memory. */

import { expect } from "vitest";
import { VaekitError } from "../../src/errors.js";
import { Philox } from "../../src/random.js";
import { mutate } from "./mutate.js";

const CODES = ["E_FILE", "E_DATA"];

/** Parses `count` damaged copies of `bytes`; returns what the ones that still parsed gave. */
export async function parseDamaged<T>(
  bytes: Uint8Array,
  parse: (damaged: Uint8Array) => T | Promise<T>,
  count = 2_000,
): Promise<T[]> {
  const random = new Philox(bytes.length);
  const answers: T[] = [];
  const started = performance.now();
  for (let i = 0; i < count; i++) {
    const damaged = mutate(bytes, random);
    try {
      answers.push(await parse(damaged));
    } catch (error) {
      if (!(error instanceof VaekitError) || !CODES.includes(error.code)) throw error;
      expect(error.message.length).toBeLessThan(2_000);
    }
  }
  expect((performance.now() - started) / count).toBeLessThan(20); // milliseconds each, on a busy machine
  return answers;
}

/** The VaekitError that `work` ends with. */
export async function errorOf(work: () => unknown): Promise<VaekitError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof VaekitError) return error;
    throw error;
  }
  throw new Error("expected an error, there was none");
}
