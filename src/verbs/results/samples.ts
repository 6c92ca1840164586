/** samples.png: records drawn from the model with the seed of the training run. */

import { drawSamples } from "../sample-pictures.js";
import { pictureFile, type Result } from "./result.js";

const SAMPLES = 64;

export const samples: Result = {
  name: "samples",
  form: "picture",
  async make({ runner, seed, host }) {
    const pictures = await drawSamples(runner, { count: SAMPLES, seed, temperature: 1 });
    return pictureFile("samples.png", pictures, {}, host);
  },
};
