/** A program: named inputs and outputs of one traced graph; what an engine compiles. */

import type { Dtype, Shape, Tensor } from "./tensor.js";

/** What an input is for, which decides who feeds it. */
export type InputRole =
  | "parameter" // learned; lives in a bank
  | "state" // changes without gradients; lives in a bank
  | "data" // a batch
  | "noise" // drawn by our generator
  | "scalar"; // a number that changes from step to step, shape []

export interface InputSpec {
  readonly name: string;
  readonly role: InputRole;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

export interface Program {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, { readonly spec: InputSpec; readonly tensor: Tensor }>;
  /** Values to return, by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Gradients by parameter name; they go to the bank that the program is compiled with. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}
