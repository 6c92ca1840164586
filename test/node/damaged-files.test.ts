/** Damaged pictures and cache files: an error or a right answer. `bench/soak/mutate.ts` does the same with many more. */

import { afterAll, describe, expect, test } from "vitest";
import { VaekitError } from "../../src/errors.js";
import { Philox } from "../../src/random.js";
import { nodeParsers } from "../helpers/node-parsers.js";

const TIMES = 150;
const { parsers, remove } = await nodeParsers();
afterAll(remove);
describe.each(parsers)("$name", ({ originals, damage, read }) => {
  test("damaged ones are an error, or the right answer", async () => {
    for (let i = 0; i < TIMES; i++) {
      const damaged = damage(originals[i % originals.length], new Philox(1, i));
      await read(damaged).catch((error: unknown) => {
        if (!(error instanceof VaekitError)) throw error;
        expect(error.message.length).toBeLessThan(2000);
      });
    }
  });
});
