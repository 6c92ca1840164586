/** Random convolutions as this machine's CPU does them, in blocks of channels where it has such kernels. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpuTarget } from "../../src/node/channel-block.js";
import { ortNode } from "../../src/node/ort-node.js";
import type { Engine } from "../../src/runtime/engine.js";
import { convolutionCase, convolutions } from "../helpers/convolutions.js";
import { expectEngineAgrees } from "../helpers/tensors.js";

describe.each([1, 2])("%i threads", (threads) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await ortNode({ threads });
  });
  afterAll(() => engine.dispose());

  test.each([false, true])("value and gradients (transposed: %s)", (transposed) =>
    fc.assert(
      fc.asyncProperty(convolutions, (convolution) =>
        expectEngineAgrees(engine, convolutionCase(convolution, transposed), {}, 2e-4),
      ),
      { numRuns: 30 },
    ),
  );
});

test("an x64 machine has convolutions of blocks", async () => {
  if (process.arch === "x64") expect(await cpuTarget()).toMatch(/^cpu-blocks-(8|16)$/);
});
