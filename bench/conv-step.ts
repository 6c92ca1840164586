/** Milliseconds of one training step of the conv VAE 1-32-64 (k4 s2 p1, latent 20, batch 128) on the native engine. */

import { grad } from "../src/graph/grad.js";
import { constant, input, type Tensor } from "../src/graph/ops.js";
import { type Program, program } from "../src/graph/program.js";
import { ortNode } from "../src/node/ort-node.js";
import { Philox } from "../src/random.js";

const BATCH = Number(process.argv[2] ?? 128);
const THREADS = Number(process.argv[3] ?? 2);
const LATENT = 20;
const KERNEL = { kernel: 4, stride: 2, padding: 1 };

const entries: { name: string; shape: number[] }[] = [];
const parameters: Tensor[] = [];
function param(name: string, shape: number[]): Tensor {
  entries.push({ name, shape });
  const tensor = input(name, shape, { role: "parameter" });
  parameters.push(tensor);
  return tensor;
}

function convStep(): Program {
  const x = input("x", [BATCH, 28, 28, 1]);
  const eps = input("eps", [BATCH, LATENT], { role: "noise" });
  const h = x
    .conv2d(param("c1.w", [16, 32]), KERNEL)
    .add(param("c1.b", [32]))
    .relu()
    .conv2d(param("c2.w", [16 * 32, 64]), KERNEL)
    .add(param("c2.b", [64]))
    .relu()
    .reshape([BATCH, 3136]);
  const mu = h.matmul(param("mu.w", [3136, LATENT])).add(param("mu.b", [LATENT]));
  const logvar = h.matmul(param("lv.w", [3136, LATENT])).add(param("lv.b", [LATENT]));
  const z = mu.add(logvar.mul(0.5).exp().mul(eps));
  const logits = z
    .matmul(param("p.w", [LATENT, 3136]))
    .add(param("p.b", [3136]))
    .relu()
    .reshape([BATCH, 7, 7, 64])
    .convTranspose2d(param("d1.w", [16 * 64, 32]), KERNEL)
    .add(param("d1.b", [32]))
    .relu()
    .convTranspose2d(param("d2.w", [16 * 32, 1]), KERNEL)
    .add(param("d2.b", [1]));
  const loss = logits
    .reshape([BATCH, 784])
    .sigmoidCrossEntropy(x.reshape([BATCH, 784]))
    .sum();
  const kl = mu.square().add(logvar.exp()).sub(logvar).sub(constant(1)).sum().mul(0.5);
  const total = loss.add(kl).mul(1 / BATCH);
  const gradients = Object.fromEntries(grad(total, parameters).map((g, i) => [entries[i].name, g]));
  return program("conv", { loss: total }, gradients);
}

const engine = await ortNode({ threads: THREADS });
const step = convStep();
const bank = engine.bank(entries);
const random = new Philox(1);
for (const { name, shape } of entries) {
  const size = shape.reduce((a, b) => a * b, 1);
  await bank.write(
    name,
    "value",
    random.normals(new Float32Array(size)).map((v) => v * 0.05),
  );
}
const started = performance.now();
const executable = await engine.compile(step, bank);
const compiled = performance.now() - started;
const feeds = {
  x: random.uniforms(new Float32Array(BATCH * 784)),
  eps: random.normals(new Float32Array(BATCH * LATENT)),
};
const times: number[] = [];
for (let i = 0; i < 60; i++) {
  const at = performance.now();
  await executable.run(feeds);
  times.push(performance.now() - at);
}
times.sort((a, b) => a - b);
const [fastest, median] = [times[0], times[times.length >> 1]];
console.log(`compile ${compiled.toFixed(0)} ms, step min ${fastest.toFixed(1)}, median ${median.toFixed(1)} ms`);
await executable.dispose();
