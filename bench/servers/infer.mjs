/**
 * A server of what a trained model is asked, by the built library: `node infer.mjs MODEL TASK LIMIT LATENTS THREADS`.
 * TASK is encode, decode or score; LATENTS a file of float32. One JSON line when ready, with the mean of the answers;
 * then `run N` on stdin does the task N times over and answers {"ms": [...]}.
 */

import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Vae } from "../../dist/index.js";
import { open } from "../../dist/node.js";

const [model, task, limit, latents, threads] = process.argv.slice(2);
const DRAWS = 4;

const vae = await Vae.load(model, { threads: Number(threads) });
const data = await open("mnist#test", { limit: Number(limit) });
const bytes = await readFile(latents);
const z = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

/** Numbers whose mean must be the same whoever computes them. */
const TASKS = {
  encode: async () => (await vae.encode(data)).mu,
  decode: async () => (await vae.decode(z)).pixels,
  score: async () => (await vae.score(data, { samples: DRAWS, reasons: false })).nats,
};
const run = TASKS[task];
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const answers = await run();
const scale = answers instanceof Uint8Array ? 255 : 1;
say({ mean: answers.reduce((sum, value) => sum + Math.abs(value), 0) / answers.length / scale });
for await (const line of createInterface({ input: process.stdin })) {
  const ms = [];
  for (let i = 0; i < Number(line.split(" ")[1]); i++) {
    const start = performance.now();
    await run();
    ms.push(performance.now() - start);
  }
  say({ ms });
}
await data.close();
await vae.dispose();
