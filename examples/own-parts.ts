/**
 * Trains a model of one's own parts (`my-parts.ts`), saves it, loads it, and draws from it.
 *
 *     npx tsx examples/own-parts.ts [--records 2000] [--epochs 5] [--out out/own-parts]
 *
 * The model's folder names its parts and never holds code: whoever loads it imports them first, as this file does.
 */

import { parseArgs } from "node:util";
import { Vae, writePictures } from "vaekit";
import { nodeHost, open } from "vaekit/node";
import "./my-parts.js"; // registers them

const { values: flags } = parseArgs({
  options: {
    records: { type: "string", default: "2000" },
    epochs: { type: "string", default: "5" },
    out: { type: "string", default: "out/own-parts" },
  },
});

const data = await open("mnist", { limit: Number(flags.records) });
const host = nodeHost(); // said aloud, so that engine and parts come from the same copy of vaekit whatever runs this file
const vae = new Vae({
  schema: data.schema,
  host,
  latent: 16,
  net: { name: "gated", hidden: 300 },
  likelihood: "grey-bernoulli",
});
for await (const event of vae.train(data, { epochs: Number(flags.epochs) })) {
  if (event.event !== "epoch") continue;
  console.log(`epoch ${event.epoch}: loss ${event.train.loss.toFixed(2)} nats per picture`);
}
await vae.save(flags.out);
await vae.dispose();
await data.close();

const loaded = await Vae.load(flags.out, { host });
const { net, likelihoods, training } = loaded.config;
console.log(`loaded ${flags.out}: net ${net.name}, likelihood ${likelihoods.image.name}, ${training.epochs} epochs`);
const pictures = await loaded.sample(64);
await writePictures(`${flags.out}/drawn.png`, pictures, {}, host);

const { findings } = await loaded.doctor();
await loaded.dispose();
for (const { code, evidence } of findings) console.log(`the doctor found ${code}: ${evidence}`);
