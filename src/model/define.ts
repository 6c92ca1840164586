/**
 * Defines parts of one's own: what a part's functions are given is typed by its schema of options.
 *
 *     nets.register(net({ name: "mine", options: z.strictObject({ units: z.int() }), build({ units }, ...) {...}, ... }));
 */

import type * as z from "zod";
import type { Likelihood, Net, Objective, Posterior, Prior, Sampler } from "./parts.js";

type Schema = z.ZodType<object>;
/** The part `P` with its options as a schema, from which their type follows. */
type Definition<P, S extends Schema> = (P extends unknown ? Omit<P, "options"> : never) & { readonly options: S };

/** Encoder and decoder. */
export function net<S extends Schema>(part: Definition<Net<z.output<S>>, S>): Net {
  return part as unknown as Net;
}

/** p(x|z) of one field. */
export function likelihood<S extends Schema>(part: Definition<Likelihood<z.output<S>>, S>): Likelihood {
  return part as unknown as Likelihood;
}

/** q(z|x). */
export function posterior<S extends Schema>(part: Definition<Posterior<z.output<S>>, S>): Posterior {
  return part as unknown as Posterior;
}

/** p(z). */
export function prior<S extends Schema>(part: Definition<Prior<z.output<S>>, S>): Prior {
  return part as unknown as Prior;
}

/** What training minimises. */
export function objective<S extends Schema>(part: Definition<Objective<z.output<S>>, S>): Objective {
  return part as unknown as Objective;
}

/** How latents are drawn from the prior. */
export function sampler<S extends Schema>(part: Definition<Sampler<z.output<S>>, S>): Sampler {
  return part as unknown as Sampler;
}
