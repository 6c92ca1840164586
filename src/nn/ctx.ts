/** The context parts build in: name scopes, parameters, noise, scheduled scalars and state. Parts see no host and no device. */

import { VaekitError } from "../errors.js";
import { input, type Tensor } from "../graph/ops.js";
import { formatShape, type Shape, sameShape } from "../graph/tensor.js";
import type { Initializer } from "./init.js";

/** What noise is drawn from; ours, never the engine's. */
export type NoiseKind = "normal" | "uniform";

/** Facts about the training data that starting values come from. */
export interface DataFacts {
  /** Records in the training set. */
  readonly count: number;
  /** Mean per field, of each value or of each channel, in the field's model range. */
  readonly mean: Readonly<Record<string, readonly number[]>>;
}

export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly initialize: Initializer;
  readonly tensor: Tensor;
}
export interface NoiseSpec {
  readonly kind: NoiseKind;
  readonly tensor: Tensor;
}
export interface StateSpec {
  readonly shape: readonly number[];
  readonly initial: number;
  readonly tensor: Tensor;
}
/** state' = decay * state + (1 - decay) * value, done where gradients are summed. */
export interface Statistic {
  readonly value: Tensor;
  readonly decay: number;
}

/** Everything that tracing a model asked for, by full name. */
export interface Recording {
  readonly parameters: Map<string, ParameterSpec>;
  readonly noises: Map<string, NoiseSpec>;
  readonly scalars: Map<string, Tensor>;
  readonly states: Map<string, StateSpec>;
  readonly statistics: Map<string, Statistic>;
}

export interface Ctx {
  /** In validation nothing is left out at random, but a prior that is fitted afterwards is not there yet. */
  readonly mode: "train" | "validate" | "use";
  readonly facts: DataFacts;
  /** The same context with `name.` before every name. */
  at(name: string): Ctx;
  /** A learned tensor. The same name gives the same tensor; another shape is an error. */
  param(name: string, shape: readonly number[], initialize: Initializer): Tensor;
  /** Fresh noise for every run. */
  noise(name: string, shape: Shape, kind: NoiseKind): Tensor;
  /** A number the trainer sets every step, such as beta. */
  scalar(name: string): Tensor;
  /** A tensor that changes without gradients. */
  state(name: string, shape: readonly number[], initial: number): Tensor;
  /** What the state of this name moves to. */
  statistic(name: string, statistic: Statistic): void;
}

/** A context at the root, and what will be recorded through it. */
export function recordingContext(mode: Ctx["mode"], facts: DataFacts): { ctx: Ctx; recording: Recording } {
  const recording: Recording = {
    parameters: new Map(),
    noises: new Map(),
    scalars: new Map(),
    states: new Map(),
    statistics: new Map(),
  };
  return { ctx: scoped("", mode, facts, recording), recording };
}

function scoped(scope: string, mode: Ctx["mode"], facts: DataFacts, recording: Recording): Ctx {
  return {
    mode,
    facts,
    at: (name) => scoped(`${scope}${name}.`, mode, facts, recording),
    param(name, shape, initialize) {
      const full = scope + name;
      const known = recording.parameters.get(full);
      if (known) return same(full, known.tensor, shape);
      const tensor = input(full, shape, { role: "parameter" });
      recording.parameters.set(full, { shape, initialize, tensor });
      return tensor;
    },
    noise(name, shape, kind) {
      const full = scope + name;
      if (recording.noises.has(full))
        throw new VaekitError(
          "E_SHAPE",
          `noise "${full}" is asked for twice`,
          "Give each use its own name with ctx.at(...).",
        );
      const tensor = input(full, shape, { role: "noise" });
      recording.noises.set(full, { kind, tensor });
      return tensor;
    },
    scalar(name) {
      const known = recording.scalars.get(name);
      if (known) return known;
      const tensor = input(name, [], { role: "scalar" });
      recording.scalars.set(name, tensor);
      return tensor;
    },
    state(name, shape, initial) {
      const full = scope + name;
      const known = recording.states.get(full);
      if (known) return same(full, known.tensor, shape);
      const tensor = input(full, shape, { role: "state" });
      recording.states.set(full, { shape, initial, tensor });
      return tensor;
    },
    statistic: (name, statistic) => void recording.statistics.set(scope + name, statistic),
  };
}

function same(name: string, tensor: Tensor, shape: Shape): Tensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  throw new VaekitError(
    "E_SHAPE",
    `"${name}" is used with shapes ${formatShape(tensor.shape)} and ${formatShape(shape)}`,
    "Give each layer its own name with ctx.at(...).",
  );
}
