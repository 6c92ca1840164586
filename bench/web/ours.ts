/** Our page: the trainer's own steps, as `step` times them in Node. */

import { openDevice } from "../../src/browser/devices.js";
import type { Contender } from "../harness/alternate.js";
import { pictureSteps } from "../steps/pictures.js";
import "./contender.js";

const NETS = { mlp: { name: "mlp", hidden: 400 }, conv: { name: "conv", channels: [32, 64] } } as const;

let contender: Contender | null = null;

window.program = {
  async open({ net, device, threads, batch, latent }) {
    const engine = await openDevice(device, { threads }, new URL("/ort/", location.href).href);
    ({ contender } = await pictureSteps(engine, { net: NETS[net], side: 28, channels: 1, latent, batch }));
    await contender.run(1);
  },
  run: (steps) => contender!.run(steps),
};
