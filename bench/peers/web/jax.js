/** The VAEs of bench/peers/models.py as one writes them in jax-js: a jitted step of loss, gradients and Adam. */

import { defaultDevice, init, jit, lax, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";
import { randomBatches, timed } from "./batches.js";

const [LEARNING_RATE, BETA1, BETA2, EPSILON] = [1e-3, 0.9, 0.999, 1e-8];

const uniform = (shape, inputs) => {
  const bound = 1 / Math.sqrt(inputs);
  const size = shape.reduce((product, side) => product * side, 1);
  return np.array(Float32Array.from({ length: size }, () => bound * (2 * Math.random() - 1))).reshape(shape);
};
const linearOf = (inputs, outputs) => ({ w: uniform([inputs, outputs], inputs), b: np.zeros([outputs]) });
const convOf = (inputs, outputs) => ({
  w: uniform([outputs, inputs, 4, 4], 16 * inputs),
  b: np.zeros([outputs, 1, 1]),
});

// Whoever is given an array owns it: `.ref` keeps one for later.
const linear = ({ w, b }, x) => np.matmul(x, w).add(b);
const PADDING = [
  [1, 1],
  [1, 1],
];
const down = ({ w, b }, x) => lax.convGeneralDilated(x, w, [2, 2], PADDING).add(b);
const up = ({ w, b }, x) => lax.convTranspose(x, w, [2, 2], "SAME").add(b);

const nets = {
  mlp: ({ latent }) => ({
    params: {
      hidden: linearOf(784, 400),
      mu: linearOf(400, latent),
      logvar: linearOf(400, latent),
      back: linearOf(latent, 400),
      out: linearOf(400, 784),
    },
    features: (p, x) => nn.relu(linear(p.hidden, x)),
    decode: (p, z) => linear(p.out, nn.relu(linear(p.back, z))),
  }),
  conv: ({ latent, batch }) => ({
    params: {
      first: convOf(1, 32),
      second: convOf(32, 64),
      mu: linearOf(3136, latent),
      logvar: linearOf(3136, latent),
      back: linearOf(latent, 3136),
      third: convOf(64, 32),
      out: convOf(32, 1),
    },
    features: (p, x) =>
      nn.relu(down(p.second, nn.relu(down(p.first, x.reshape([batch, 1, 28, 28]))))).reshape([batch, 3136]),
    decode: (p, z) =>
      up(p.out, nn.relu(up(p.third, nn.relu(linear(p.back, z)).reshape([batch, 64, 7, 7])))).reshape([batch, 784]),
  }),
};

let step;

window.program = {
  async open(spec) {
    const there = await init(spec.device);
    if (!there.includes(spec.device)) throw new Error(`the device ${spec.device} does not start`);
    defaultDevice(spec.device);
    const { params: initial, features, decode } = nets[spec.net](spec);
    const loss = (p, x, eps) => {
      const h = features(p, x.ref);
      const mu = linear(p.mu, h.ref);
      const logvar = linear(p.logvar, h);
      const logits = decode(p, mu.ref.add(np.exp(logvar.ref.mul(0.5)).mul(eps)));
      const reconstruction = nn.softplus(logits.ref).sub(logits.mul(x)).sum();
      const kl = mu.ref.mul(mu).add(np.exp(logvar.ref)).sub(1).sub(logvar).sum().mul(0.5);
      return reconstruction.add(kl).mul(1 / spec.batch);
    };
    const update = jit((params, m, v, x, key, correction1, correction2) => {
      const eps = random.normal(key, [spec.batch, spec.latent]);
      const [value, grads] = valueAndGrad(loss)(tree.ref(params), x, eps);
      const nextM = tree.map((a, g) => a.mul(BETA1).add(g.ref.mul(1 - BETA1)), m, tree.ref(grads));
      const nextV = tree.map((a, g) => a.mul(BETA2).add(g.ref.mul(g).mul(1 - BETA2)), v, grads);
      const next = tree.map(
        (p, a, b) => {
          const scaled = a.mul(LEARNING_RATE).div(correction1.ref);
          return p.sub(scaled.div(np.sqrt(b.div(correction2.ref)).add(EPSILON)));
        },
        params,
        tree.ref(nextM),
        tree.ref(nextV),
      );
      correction1.dispose();
      correction2.dispose();
      return [value, next, nextM, nextV];
    });
    const data = randomBatches(spec).map((pixels) => np.array(pixels).reshape([spec.batch, 784]));
    let done = 0;
    let params = initial;
    let m = tree.map((p) => np.zeros(p.shape), params);
    let v = tree.map((p) => np.zeros(p.shape), params);
    step = async () => {
      const x = data[done++ % data.length].ref;
      const corrections = [BETA1, BETA2].map((beta) => np.array(1 - beta ** done));
      let value;
      [value, params, m, v] = update(params, m, v, x, random.key(done), ...corrections);
      return (await value.data())[0];
    };
    await step();
  },
  run: (steps) => timed(steps, step),
};
