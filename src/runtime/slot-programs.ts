/** Programs on slots: what a bank of flat buffers computes with our own ops, and programs whose parameters lie in one. */

import { unknown } from "../errors.js";
import { concat, input, type Tensor } from "../graph/ops.js";
import { type Program, program } from "../graph/program.js";
import { rewrite } from "../graph/walk.js";
import { sameName } from "./bank-errors.js";
import type { BankEntry, UpdateRule } from "./engine.js";
import { adamFactors } from "./update.js";

/** A slot holds whole rows, so that sums over it are sums of sums: of a million numbers one after another few digits stay. */
const ROW = 1024;

/** How all parameters lie in one vector: one after another in the order of `entries`, then zeros. */
export interface SlotLayout {
  readonly entries: readonly BankEntry[];
  /** Floats from the slot's start to a parameter's start and end. E_UNKNOWN for a name that it does not hold. */
  place(name: string): { readonly start: number; readonly end: number };
  /** Numbers in all parameters. */
  readonly parameters: number;
  /** Floats of a slot: a multiple of 1024, and 0 only without parameters. */
  readonly length: number;
}

/** E_SHAPE where two entries have one name. */
export function slotLayout(entries: readonly BankEntry[]): SlotLayout {
  const places = new Map<string, { start: number; end: number }>();
  let parameters = 0;
  for (const { name, shape } of entries) {
    if (places.has(name)) throw sameName(name);
    const start = parameters;
    parameters += sizeOf(shape);
    places.set(name, { start, end: parameters });
  }
  const place = (name: string) => {
    const found = places.get(name);
    if (!found) throw unknown("parameter", name, [...places.keys()]);
    return found;
  };
  return { entries, place, parameters, length: Math.ceil(parameters / ROW) * ROW };
}

/** Names of slots among a program's inputs; "/" does not occur in names of parameters. */
export const VALUE = "slot/value";
export const GRADIENT = "slot/gradient";
/** Outputs: what the slot of the gradients becomes, and their norm. */
export const NEXT_GRADIENT = "next/gradient";
export const NORM = "next/norm";

/**
 * The program with its parameters cut out of the input `slot/value`. Its gradients become the output `next/gradient`, where
 * a parameter without one keeps what the slot held, and their norm the output `next/norm`.
 */
export function onSlots({ name, inputs, outputs, gradients }: Program, layout: SlotLayout): Program {
  const values = input(VALUE, [layout.length], { role: "parameter" });
  const cut = new Map<Tensor, Tensor>();
  for (const { spec, tensor } of inputs.values()) {
    if (spec.role !== "parameter") continue;
    const { start, end } = layout.place(spec.name);
    cut.set(tensor, values.slice(0, start, end).reshape(spec.shape));
  }
  const names = Object.keys(gradients);
  const made = rewrite([...Object.values(outputs), ...Object.values(gradients)], () => null, cut);
  const named: Record<string, Tensor> = {};
  for (const [i, output] of Object.keys(outputs).entries()) named[output] = made[i];
  if (names.length === 0) return program(name, named);
  const found = new Map(names.map((parameter, i) => [parameter, made[made.length - names.length + i]]));
  const gradient = flat(found, layout);
  return program(name, { ...named, [NEXT_GRADIENT]: gradient, [NORM]: norm(gradient) });
}

/** The gradients as one vector. */
function flat(gradients: ReadonlyMap<string, Tensor>, { entries, place, parameters, length }: SlotLayout): Tensor {
  const before = input(GRADIENT, [length], { role: "parameter" });
  const parts = entries.map(({ name }) => {
    const { start, end } = place(name);
    return gradients.get(name)?.reshape([end - start]) ?? before.slice(0, start, end);
  });
  return concat(parts, 0).pad(0, 0, length - parameters);
}

function norm(slot: Tensor): Tensor {
  return slot.reshape([-1, ROW]).square().sum(-1).sum().sqrt();
}

/** What a bank does with its slots: inputs `x`, `y`... and the vector `factors`, outputs by name. */
export interface SlotPrograms {
  /** norm = |x| */
  readonly norm: Program;
  /** scaled = a x, factors [a] */
  readonly scale: Program;
  /** mixed = a x + b y, factors [a, b] */
  readonly mix: Program;
  /** nextValue, nextM and nextV after a step of Adam on value, gradient, m and v, with the factors of `slotFactors`. */
  readonly adam: Program;
}

export function slotPrograms({ length }: SlotLayout): SlotPrograms {
  const slot = (name: string): Tensor => input(name, [length]);
  const [x, y] = [slot("x"), slot("y")];
  const factors = (count: number): Tensor[] => {
    const all = input("factors", [count]);
    return Array.from({ length: count }, (_, i) => all.slice(0, i, i + 1));
  };
  const [only] = factors(1);
  const [a, b] = factors(2);
  return {
    norm: program("slot-norm", { norm: norm(x) }),
    scale: program("slot-scale", { scaled: x.mul(only) }),
    mix: program("slot-mix", { mixed: x.mul(a).add(y.mul(b)) }),
    adam: program("slot-adam", adam(slot("value"), slot("gradient"), slot("m"), slot("v"), factors(FACTORS))),
  };
}

const FACTORS = 7;

/** The factors of a step (see `adamFactors`), joined where one product does for two. */
export function slotFactors(rule: UpdateRule): Float32Array {
  const [scale, beta1, rest1, beta2, rest2, keep, rate, inverse, epsilon] = adamFactors(rule);
  return Float32Array.of(beta1, rest1 * scale, beta2, rest2 * scale * scale, keep, rate / inverse, epsilon / inverse);
}

function adam(value: Tensor, gradient: Tensor, m: Tensor, v: Tensor, factors: Tensor[]): Record<string, Tensor> {
  const [beta1, rest1, beta2, rest2, keep, rate, epsilon] = factors;
  const first = m.mul(beta1).add(gradient.mul(rest1));
  const second = v.mul(beta2).add(gradient.square().mul(rest2));
  const step = first.mul(rate).div(second.sqrt().add(epsilon));
  return { nextValue: value.mul(keep).sub(step), nextM: first, nextV: second };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}
