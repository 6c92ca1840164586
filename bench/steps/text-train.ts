/**
 * Our side of text-speed, a program: `text-train.ts FILE NET LIMIT BATCH VOCABULARY THREADS`. Opens the texts, trains on the first
 * LIMIT of them once, and ends with the JSON line that bench/peers/text_train.py ends with.
 */

import { openDataset } from "../../src/data/open.js";
import { subset } from "../../src/data/subset.js";
import { fieldsOf } from "../../src/fields/list.js";
import { nodeHost } from "../../src/node/host.js";
import { ortNode } from "../../src/node/ort-node.js";
import { plan } from "../../src/train/plan.js";
import { train } from "../../src/train/trainer.js";

const [file, net, ...numbers] = process.argv.slice(2) as [string, string, ...string[]];
const [limit, batchSize, vocabulary, threads] = numbers.map(Number) as [number, number, number, number];
const LATENT = 32;

const all = await openDataset(file, { tokenizer: "words", vocabulary }, nodeHost());
const data = subset(
  all,
  Uint32Array.from({ length: limit }, (_, i) => i),
);
const [{ name, kind, schema }] = fieldsOf(data.schema) as [ReturnType<typeof fieldsOf>[0]];
const columns = await data.read(Uint32Array.from({ length: limit }, (_, i) => i));
const tokens = kind.ragged!.lengths(columns[name]!, schema).reduce((a, b) => a + b, 0);

const config = await plan(data, {
  net,
  latent: LATENT,
  prior: "standard-normal",
  batchSize,
  epochs: 1,
  pretrain: 0,
  warmup: 0,
  valid: 0,
});
const engine = await ortNode({ threads });
let started = 0;
for await (const event of train(config, data, { engine })) {
  if (event.event === "first-step") started = performance.now();
  if (event.event !== "epoch") continue;
  const seconds = (performance.now() - started) / 1000;
  const steady = tokens * (1 - batchSize / limit); // the first batch is as any other
  console.log(JSON.stringify({ event: "done", tokens, steady, seconds, loss: event.train.loss }));
}
await engine.dispose();
