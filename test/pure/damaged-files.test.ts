/** Damaged files of every kind that we parse: an error or a right answer. `bench/soak/mutate.ts` does the same with many more. */

import { describe, expect, test } from "vitest";
import { VaekitError } from "../../src/errors.js";
import { Philox } from "../../src/random.js";
import { parsers } from "../helpers/parsers.js";

const TIMES = 200;

describe.each(await parsers())("$name", ({ originals, damage, read }) => {
  test("a whole file is read", () => read(originals[0]));

  test("damaged ones are an error, or the right answer", async () => {
    for (let i = 0; i < TIMES; i++) {
      const random = new Philox(1, i);
      const damaged = damage(originals[i % originals.length], random);
      await read(damaged).catch(expectOwnError);
    }
  });
});

function expectOwnError(error: unknown): void {
  if (!(error instanceof VaekitError)) throw error;
  expect(error.message.length).toBeLessThan(2000);
}
