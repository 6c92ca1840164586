/** Every op on each of its examples, value and gradient, on the native engine against the float64 reference. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allOps } from "../../src/graph/op.js";
import "../../src/graph/ops.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { exampleName, expectEngineAgrees, instantiate, nameLeading, withGradients } from "../helpers/tensors.js";

let engine: Engine;
beforeAll(async () => {
  engine = await ortNode({ threads: 1 });
});
afterAll(() => engine.dispose());

const tested = allOps.filter((op) => op.examples.length > 0);

describe.each(tested)("$name", (op) => {
  test.each(op.examples.map((example) => ({ example, name: exampleName(example) })))("$name", async ({ example }) => {
    await expectEngineAgrees(engine, withGradients(op, instantiate(op, example, new Philox(3))));
  });

  test("with a named leading dimension", async () => {
    for (const example of op.examples) {
      const named = nameLeading(example);
      if (!named) continue;
      const found = attempt(() =>
        withGradients(op, instantiate(op, named.example, new Philox(4), named.dims), named.dims),
      );
      if (found) await expectEngineAgrees(engine, found, named.dims);
    }
  });
});

/** Ops whose attributes fix the first size refuse a named one; that is no failure. */
function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    expect(error).toMatchObject({ code: "E_SHAPE" });
    return null;
  }
}
