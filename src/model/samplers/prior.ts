/** Draws latents from the prior; the temperature scales the noise. */

import * as z from "zod";
import type { Sampler } from "../parts.js";

const options = z.strictObject({});

export const priorSampler: Sampler<z.infer<typeof options>> = {
  name: "prior",
  summary: "draws from the prior",
  options,
  draw: (_, prior, eps, temperature) => prior.sample(eps.mul(temperature)).z,
};
