/** The wasm engine on two threads, in a process of its own: an instance keeps the threads that it started with. */

import { expect, test } from "vitest";
import { input } from "../../src/graph/ops.js";
import { program } from "../../src/graph/program.js";
import { Philox } from "../../src/random.js";
import { ortWeb } from "../../src/runtime/ort-web.js";
import { evaluate, ndArray } from "../../src/runtime/reference.js";
import { expectClose } from "../helpers/tensors.js";

const ROWS = 96; // enough for a product to be shared between threads
const WIDTH = 128;

test("two threads compute what the reference does, in sessions that come and go", async () => {
  const engine = await ortWeb({ threads: 2 });
  expect(engine).toMatchObject({ name: "wasm", threads: 2 });
  const x = input("x", [ROWS, WIDTH]);
  const w = input("w", [WIDTH, WIDTH]);
  const y = x.matmul(w).softmax(-1);
  const random = new Philox(1);
  const feeds = {
    x: random.normals(new Float32Array(ROWS * WIDTH)),
    w: random.uniforms(new Float32Array(WIDTH * WIDTH)),
  };
  const given = new Map([
    [x, ndArray(feeds.x, [ROWS, WIDTH])],
    [w, ndArray(feeds.w, [WIDTH, WIDTH])],
  ]);
  const [expected] = evaluate([y], given);
  const bank = engine.bank([]);
  for (let session = 0; session < 3; session++) {
    const executable = await engine.compile(program("product", { y }), bank);
    for (let run = 0; run < 3; run++) expectClose((await executable.run(feeds)).y, expected.data, 1e-5, "y", 1);
    await executable.dispose();
  }
  bank.dispose();
  await engine.dispose();
});
