/** The VAEs of bench/peers/models.py as one writes them in TensorFlow.js: variables, variableGrads, Adam. */

import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgpu";
import { randomBatches, timed } from "./batches.js";

const LEARNING_RATE = 1e-3;

const weight = (shape, inputs) => tf.variable(tf.randomUniform(shape, -1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs)));
const bias = (size) => tf.variable(tf.zeros([size]));

function linear(inputs, outputs) {
  const [w, b] = [weight([inputs, outputs], inputs), bias(outputs)];
  return (x) => x.matMul(w).add(b);
}

/** 4x4, stride 2. */
function down(inputs, outputs) {
  const [w, b] = [weight([4, 4, inputs, outputs], 16 * inputs), bias(outputs)];
  return (x) => tf.conv2d(x, w, 2, "same").add(b);
}
function up(inputs, outputs) {
  const [w, b] = [weight([4, 4, outputs, inputs], 16 * inputs), bias(outputs)];
  return (x) => tf.conv2dTranspose(x, w, [x.shape[0], 2 * x.shape[1], 2 * x.shape[2], outputs], 2, "same").add(b);
}

const nets = {
  mlp({ latent }) {
    const [hidden, mu, logvar] = [linear(784, 400), linear(400, latent), linear(400, latent)];
    const [back, out] = [linear(latent, 400), linear(400, 784)];
    return {
      encode(x) {
        const h = hidden(x).relu();
        return [mu(h), logvar(h)];
      },
      decode: (z) => out(back(z).relu()),
    };
  },
  conv({ latent, batch }) {
    const [first, second, mu, logvar] = [down(1, 32), down(32, 64), linear(3136, latent), linear(3136, latent)];
    const [back, third, out] = [linear(latent, 3136), up(64, 32), up(32, 1)];
    return {
      encode(x) {
        const h = second(first(x.reshape([batch, 28, 28, 1])).relu())
          .relu()
          .reshape([batch, 3136]);
        return [mu(h), logvar(h)];
      },
      decode: (z) => out(third(back(z).relu().reshape([batch, 7, 7, 64])).relu()).reshape([batch, 784]),
    };
  },
};

let step;

window.program = {
  async open(spec) {
    if (spec.device === "wasm") {
      setWasmPaths("/packages/@tensorflow/tfjs-backend-wasm/dist/");
      setThreadsCount(spec.threads);
    }
    if (!(await tf.setBackend(spec.device))) throw new Error(`the backend ${spec.device} does not start`);
    await tf.ready();
    const { encode, decode } = nets[spec.net](spec);
    const data = randomBatches(spec).map((pixels) => tf.tensor2d(pixels, [spec.batch, 784]));
    const adam = tf.train.adam(LEARNING_RATE);
    let done = 0;
    step = async () => {
      const x = data[done++ % data.length];
      const { value, grads } = tf.variableGrads(() => {
        const [mu, logvar] = encode(x);
        const z = mu.add(logvar.mul(0.5).exp().mul(tf.randomNormal(mu.shape)));
        const logits = decode(z);
        const reconstruction = tf.losses.sigmoidCrossEntropy(x, logits, undefined, 0, tf.Reduction.SUM);
        const kl = mu.square().add(logvar.exp()).sub(1).sub(logvar).sum().mul(0.5);
        return reconstruction.add(kl).div(spec.batch);
      });
      adam.applyGradients(grads);
      const [loss] = await value.data();
      tf.dispose([value, grads]);
      return loss;
    };
    await step();
  },
  run: (steps) => timed(steps, step),
};
