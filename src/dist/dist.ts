/** What a distribution is: a value, batched over leading axes, over vectors along the last axis. */

import { VaekitError } from "../errors.js";
import type { Dim, Shape, Tensor } from "../graph/tensor.js";

export type DistParameters = Readonly<Record<string, Tensor>>;

/** A draw and its log-density under the distribution it was drawn from ("none" where there is no density). */
export interface Draw {
  readonly z: Tensor;
  /** [..] nats. */
  readonly logq: Tensor | "none";
}

export interface Dist {
  readonly name: string;
  readonly parameters: DistParameters;
  /** Shape of one value for each batch element, [.., D]. */
  readonly shape: Shape;
  /** Noise that `sample` wants, [.., noiseSize]. */
  readonly noise: "normal" | "uniform" | "none";
  /** Numbers of noise per value: D, or more where a draw also chooses something. */
  readonly noiseSize: Dim;
  /** Where log-densities hold: everywhere, only at own samples, or nowhere. */
  readonly density: "everywhere" | "samples" | "none";
  /** How to walk and measure in this space. */
  readonly space: "euclidean" | "sphere" | "discrete";
  /**
   * A value made of noise. `temperature` (default 1) scales how far values spread around the mean, or around what they
   * were chosen to belong to; logq stays the log-density at temperature 1.
   */
  sample(eps: Tensor, temperature?: Tensor): Draw;
  /** log p(z) [..] in nats, summed over the last axis. */
  logProb(z: Tensor): Tensor;
  /** log p per element [.., D], where it factorises. */
  readonly elements: "none" | ((z: Tensor) => Tensor);
  /** Nats that each element costs beyond the likeliest in its place, where that is not the difference of `elements`. */
  readonly surprise?: (z: Tensor) => Tensor;
  readonly mean: Tensor;
  readonly mode: Tensor;
  /** KL(this || other) per dimension [.., D] in closed form, or null: then it is estimated at samples. */
  kl(other: Dist): Tensor | null;
  /** The same distribution with no gradient to its parameters. */
  stop(): Dist;
}

/** A factorised family: each rule is elementwise. */
export interface FamilySpec<Name extends string> {
  logProb(x: Tensor, parameters: Record<Name, Tensor>): Tensor;
  sample(parameters: Record<Name, Tensor>, eps: Tensor): Tensor;
  readonly noise: "normal" | "uniform";
  /** Where its mass lies: the real line, or these values. */
  readonly support: "real" | readonly number[];
  mean(parameters: Record<Name, Tensor>): Tensor;
  mode(parameters: Record<Name, Tensor>): Tensor;
  /** Closed forms by the partner's name. */
  readonly kl: Readonly<Record<string, (q: Record<Name, Tensor>, p: DistParameters) => Tensor>>;
  /** Parameters for tests, one ordinary and one extreme at least. */
  readonly examples: readonly Readonly<Record<Name, number>>[];
}

export interface Family<Name extends string> {
  (parameters: Record<Name, Tensor>): Dist;
  readonly family: string;
  readonly spec: FamilySpec<Name>;
}

/** Defines a factorised family of distributions. The parameters broadcast against each other. */
export function distribution<Name extends string>(
  name: string,
  parameterNames: readonly Name[],
  spec: FamilySpec<Name>,
): Family<Name> {
  const make = (parameters: Record<Name, Tensor>): Dist => {
    const mean = spec.mean(parameters);
    return {
      name,
      parameters,
      shape: mean.shape,
      noise: spec.noise,
      noiseSize: mean.shape.at(-1) ?? 1,
      density: "everywhere",
      space: "euclidean",
      sample(eps, temperature) {
        const z = spec.sample(parameters, temperature ? spread[spec.noise](eps, temperature) : eps);
        return { z, logq: spec.logProb(z, parameters).sum(-1) };
      },
      logProb: (z) => spec.logProb(z, parameters).sum(-1),
      elements: (z) => spec.logProb(z, parameters),
      mean,
      get mode() {
        return spec.mode(parameters);
      },
      kl: (other) => spec.kl[other.name]?.(parameters, other.parameters) ?? null,
      stop: () =>
        make(Object.fromEntries(parameterNames.map((key) => [key, parameters[key].stop()])) as Record<Name, Tensor>),
    };
  };
  return Object.assign(make, { family: name, spec });
}

/** Noise scaled about its middle. */
const spread = {
  normal: (eps: Tensor, temperature: Tensor): Tensor => eps.mul(temperature),
  uniform: (eps: Tensor, temperature: Tensor): Tensor => eps.sub(0.5).mul(temperature).add(0.5),
};

/** A part of a distribution that another rule needs but this one does not have. */
export function missing(dist: string, what: string): VaekitError {
  return new VaekitError("E_CONFIG", `${dist} has no ${what}`);
}
