/** What a device must do: hold parameters, compile programs, run them, update parameters. */

import type { Target } from "../graph/op.js";
import type { Program } from "../graph/program.js";

/** Values fed to and returned by programs: Float32Array for float32, Int32Array for int32, Uint8Array for bool. */
export type Values = Float32Array | Int32Array | Uint8Array;
export type Feeds = Readonly<Record<string, Values>>;

export interface EngineOptions {
  /** Threads inside one operator. Default: chosen by the engine from the machine. */
  readonly threads?: number;
  /** Told what a user should know: that another device had to do, for example. */
  readonly onNotice?: (message: string) => void;
}

/** One tensor in a bank. */
export interface BankEntry {
  readonly name: string;
  readonly shape: readonly number[];
}

export const SLOTS = ["value", "gradient", "m", "v"] as const;
/** A moving average of the values, and a sum of gradients: only in banks that are asked for them. */
export const EXTRA_SLOTS = ["average", "sum"] as const;
export type ExtraSlot = (typeof EXTRA_SLOTS)[number];
export type Slot = (typeof SLOTS)[number] | ExtraSlot;

/** One step of Adam (Kingma & Ba 2015) or AdamW (Loshchilov & Hutter 2019); the rate may change every step. */
export interface UpdateRule {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay (AdamW), 0 for Adam. */
  readonly weightDecay: number;
  /** Steps done before and including this one, for the bias correction; starts at 1. */
  readonly step: number;
  /** Multiplies every gradient first (clipping by the global norm). */
  readonly gradientScale: number;
}

/**
 * Parameters with their gradients and the optimiser's moments, where the device can reach them. Answers are promises, since
 * a device may keep them in memory of its own; a change is awaited before the next call.
 */
export interface Bank {
  readonly entries: readonly BankEntry[];
  readonly slots: readonly Slot[];
  /** A copy of one tensor's values. */
  read(name: string, slot: Slot): Promise<Float32Array>;
  write(name: string, slot: Slot, values: ArrayLike<number>): Promise<void>;
  /** Euclidean norm over all gradients, before scaling. */
  gradientNorm(): Promise<number>;
  /** Of all parameters, or of those named alone. */
  update(rule: UpdateRule, only?: readonly string[]): Promise<void>;
  /** average = decay * average + (1 - decay) * value */
  moveAverage(decay: number): Promise<void>;
  /** sum = weight * gradient the first time, then sum + weight * gradient. */
  addGradient(weight: number, first: boolean): Promise<void>;
  /** gradient = scale * sum */
  takeGradient(scale: number): Promise<void>;
  dispose(): void;
}

/** A compiled program. Calls to `run` do not overlap; the arrays returned are the caller's. */
export interface Executable {
  readonly program: Program;
  /** Runs once. Inputs with role parameter come from the bank; `dims` gives the named dimensions. */
  run(feeds: Feeds, dims?: Readonly<Record<string, number>>): Promise<Record<string, Values>>;
  dispose(): Promise<void>;
}

/** What programs may take, in bytes; null where the engine cannot tell. */
export interface MemoryLimits {
  /** All values together. */
  readonly total: number | null;
  /** One value. */
  readonly array: number | null;
}

export interface Engine {
  /** "cpu", "wasm", "webgpu". */
  readonly name: string;
  readonly target: Target;
  readonly threads: number;
  readonly limits: MemoryLimits;
  bank(entries: readonly BankEntry[], extra?: readonly ExtraSlot[]): Bank;
  compile(program: Program, bank: Bank): Promise<Executable>;
  dispose(): Promise<void>;
}
