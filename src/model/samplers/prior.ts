/** Draws latents from the prior; what the temperature spreads is the prior's to say. */

import * as z from "zod";
import type { Sampler } from "../parts.js";

const options = z.strictObject({});

export const priorSampler: Sampler<z.infer<typeof options>> = {
  name: "prior",
  summary: "draws from the prior",
  options,
  draw: (_, prior, eps, temperature) => prior.sample(eps, temperature).z,
};
