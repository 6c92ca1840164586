/**
 * A variational autoencoder in five steps, each a few lines on the low-level floor.
 *
 *     npx tsx examples/five-steps.ts [--records 2000] [--epochs 10]
 *
 * Kingma & Welling 2014, "Auto-Encoding Variational Bayes": an encoder 784-400-(20, 20), a decoder 20-400-784.
 */

import { parseArgs } from "node:util";
import { compile, grad, input, optimizer, Philox, program, type Tensor } from "vaekit/graph";
import { device, open } from "vaekit/node";

const { values: flags } = parseArgs({
  options: { records: { type: "string", default: "2000" }, epochs: { type: "string", default: "10" } },
});
const PIXELS = 28 * 28;
const HIDDEN = 400;
const LATENT = 20;
const BATCH = 100;
const BETA = 1;

// Nothing is computed yet: these lines write down a program. It will be given a batch of pictures, and noise.
const x = input("x", [BATCH, PIXELS]);
const eps = input("eps", [BATCH, LATENT]);

/** What is learned, by name. */
const weights: Record<string, Tensor> = {};
/** h W + b, [batch, in] -> [batch, units]. */
function dense(name: string, h: Tensor, units: number): Tensor {
  const W = input(`${name}.weight`, [h.shape[1], units], { role: "parameter" });
  const b = input(`${name}.bias`, [units], { role: "parameter" });
  weights[`${name}.weight`] = W;
  weights[`${name}.bias`] = b;
  return h.matmul(W).add(b);
}

// Step 1, the forward pass: the encoder turns a picture x into q(z|x) = N(mu, sigma^2), a mean and a log-variance.
const h = dense("encoder.hidden", x, HIDDEN).relu();
const mu = dense("encoder.mu", h, LATENT);
const logvar = dense("encoder.logvar", h, LATENT);

// Step 2, reparameterisation: z = mu + sigma * eps with eps from N(0, 1), so that gradients reach mu and sigma.
const sigma = logvar.mul(0.5).exp();
const z = mu.add(sigma.mul(eps));

// Step 3, decoding: z becomes a probability of ink for each pixel, here as its logit.
const logits = dense("decoder.out", dense("decoder.hidden", z, HIDDEN).relu(), PIXELS);

// Step 4, the weighted sum of reconstruction and KL, in nats per picture:
//   reconstruction = -log p(x|z) = sum over pixels of the cross-entropy between x and sigmoid(logits)
//   KL(q || N(0, 1)) = 1/2 sum over latents of (mu^2 + sigma^2 - log sigma^2 - 1)
const reconstruction = logits.sigmoidCrossEntropy(x).sum(-1).mean();
const kl = mu.square().add(logvar.exp()).sub(logvar).sub(1).mul(0.5).sum(-1).mean();
const loss = reconstruction.add(kl.mul(BETA));

// Step 5, backpropagation: the gradient of the loss with respect to every weight is a part of the same program ...
const names = Object.keys(weights);
const gradients = grad(loss, Object.values(weights));
const step = program(
  "step",
  { loss, reconstruction, kl },
  Object.fromEntries(names.map((name, i) => [name, gradients[i]])),
);

// ... which is compiled once. Its weights lie in a bank; they start at uniform numbers within 1 / sqrt(inputs), biases at 0.
const engine = await device("cpu");
const { bank, run, dispose } = await compile(step, { engine });
const random = new Philox(0);
for (const { name, shape } of bank.entries) {
  if (name.endsWith(".bias")) continue;
  const uniforms = random.uniforms(await bank.read(name, "value"));
  const start = uniforms.map((u) => (2 * u - 1) / Math.sqrt(shape[0]));
  await bank.write(name, "value", start);
}
const update = optimizer("adam");

const data = await open("mnist", { limit: Number(flags.records) });
const steps = Math.floor(data.count / BATCH); // a last, smaller batch is left out
let done = 0;
for (let epoch = 1; epoch <= Number(flags.epochs); epoch++) {
  const order = random.permutation(data.count);
  const means = { loss: 0, reconstruction: 0, kl: 0 };
  for (let at = 0; at < steps * BATCH; at += BATCH) {
    const { image } = await data.read(order.subarray(at, at + BATCH));
    const terms = await run({
      x: new Float32Array(image).map((v) => v / 255),
      eps: random.normals(new Float32Array(BATCH * LATENT)),
    });
    // ... and the update: Adam moves every weight against its gradient.
    done++;
    const gradientNorm = await bank.gradientNorm();
    await bank.update(update({ learningRate: 1e-3, step: done, gradientNorm, clip: "none" }));
    for (const term of ["loss", "reconstruction", "kl"] as const) means[term] += terms[term][0] / steps;
  }
  const shown = Object.entries(means).map(([name, nats]) => `${name} ${nats.toFixed(2)}`);
  console.log(`epoch ${epoch}: ${shown.join(", ")} nats per picture`);
}

await data.close();
await dispose();
await engine.dispose();
