/** What an op is: shape rule, float64 reference, lowering, gradient rule and examples, side by side in one value. */

import { apply, type Dtype, type Shape, type Tensor, type TensorType } from "./tensor.js";

/** A concrete array of the reference evaluator: row-major float64, whatever the dtype. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Where a program will run: what a decomposition may assume to be fast. "cpu" is any CPU, and what is exported; the others
 * of that name have ONNX Runtime's convolutions of channels in blocks (ops/blocks.ts), of 8 or of 16.
 */
export type Target = "cpu" | "cpu-blocks-8" | "cpu-blocks-16" | "webgpu" | "reference";

export function isCpu(target: Target): boolean {
  return target.startsWith("cpu");
}

/** Channels in a block, 0 where there are no such convolutions. */
export function channelBlock(target: Target): number {
  return target === "cpu-blocks-8" ? 8 : target === "cpu-blocks-16" ? 16 : 0;
}

/** What lowering rules write ONNX with (see onnx.ts). Names are names of values in the ONNX graph. */
export interface OnnxScope {
  /** Adds a node, "Type" or "domain/Type"; returns its output name. */
  node(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string;
  /** Adds a node with several outputs; a false in `used` leaves that output out (name ""). */
  nodes(type: string, inputs: readonly string[], used: readonly boolean[], attributes?: OnnxAttributes): string[];
  floats(values: ArrayLike<number>, shape?: readonly number[]): string;
  ints(values: ArrayLike<number>, shape?: readonly number[]): string; // int32
  longs(values: ArrayLike<number>, shape?: readonly number[]): string; // int64, what ONNX wants for shapes and axes
  /** An int64 vector with the sizes of `shape`; named dimensions are read at run time. */
  shape(shape: Shape): string;
  /** A subgraph whose placeholders get fresh names, for ops that hold one. */
  subgraph(inputs: readonly Tensor[], outputs: readonly Tensor[], captured: ReadonlyMap<Tensor, string>): OnnxGraph;
}
export type OnnxAttribute =
  | number
  | { float: number }
  | { floats: readonly number[] }
  | string
  | readonly number[]
  | OnnxGraph;
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;
export interface OnnxGraph {
  readonly graph: Uint8Array;
}

/** An example of an op's use: tests check value and gradient on it, on every engine. */
export interface Example<A> {
  readonly shapes: readonly Shape[];
  readonly attributes?: A;
  /** Where the inputs' values lie, away from kinks and poles. Default -2..2, one pair for all or one per input. */
  readonly range?: readonly [number, number] | readonly (readonly [number, number])[];
  /** dtypes of the inputs, default all float32; int32 values are whole numbers in the range. */
  readonly dtypes?: readonly Dtype[];
}

export interface Op<A = never> {
  readonly name: string;
  types(inputs: readonly TensorType[], attributes: A): TensorType[];
  reference(inputs: readonly NdArray[], attributes: A, types: readonly TensorType[]): NdArray[];
  /** Writes the ONNX nodes. "none" for ops that always decompose or are placeholders. */
  readonly lower: "none" | ((inputs: readonly string[], attributes: A, onnx: OnnxScope, node: LoweredNode) => string[]);
  /** The same value in simpler ops, for one target; null keeps the op. */
  readonly decompose: "none" | ((inputs: readonly Tensor[], attributes: A, target: Target) => Tensor[] | null);
  /** Gradient per input given the gradient per output (null: no gradient flows). "none": not differentiable. */
  readonly gradient:
    | "none"
    | ((
        upstream: readonly (Tensor | null)[],
        inputs: readonly Tensor[],
        attributes: A,
        outputs: readonly Tensor[],
      ) => (Tensor | null)[]);
  readonly examples: readonly Example<A>[];
  /**
   * The op for all steps of a recurrence at once, where the inputs marked in `stepped` have a leading axis of steps, and so
   * has the result; null or absent: it has to stay inside the loop.
   */
  readonly overSteps?: OverSteps<A>;
  /**
   * The same value as a transpose of this op on what transposes among its inputs were made of; null or absent: transposes
   * stay before it.
   */
  readonly commute?: Commute<A>;
  /**
   * The same value from the transposed pictures that inputs were flattened from, one row a picture; null or absent: they are
   * transposed before.
   */
  readonly unflatten?: Commute<A>;
  /**
   * The same value from the blocked pictures (ops/blocks.ts) that inputs were taken out of: as a picture out of blocks, or
   * without one; null or absent: inputs are taken out of their blocks.
   */
  readonly inBlocks?: Commute<A>;
  /** For ops whose attributes hold a subgraph: the attributes with a pass applied to its outputs. */
  readonly rewriteBody?: (attributes: A, pass: (outputs: readonly Tensor[]) => Tensor[]) => object;
}
export type Commute<A> = (inputs: readonly Tensor[], attributes: A) => Tensor | null;
export type OverSteps<A> = (inputs: readonly Tensor[], attributes: A, stepped: readonly boolean[]) => Tensor | null;
/** What a lowering may ask of the node it lowers. */
export interface LoweredNode {
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  readonly used: readonly boolean[];
  readonly tensors: readonly Tensor[];
}

/** Every op there is, in the order of definition; the derived tests walk this list. */
export const allOps: Op[] = [];

interface SingleSpec<A> {
  shape(inputs: readonly Shape[], attributes: A, types: readonly TensorType[]): Shape;
  /** Default: that of the first input. */
  dtype?: Dtype | ((types: readonly TensorType[], attributes: A) => Dtype);
  reference(inputs: readonly NdArray[], attributes: A, shape: readonly number[]): NdArray;
  lower: "none" | ((inputs: readonly string[], attributes: A, onnx: OnnxScope, node: LoweredNode) => string);
  decompose?: (inputs: readonly Tensor[], attributes: A, target: Target) => Tensor | null;
  gradient: "none" | ((dy: Tensor, inputs: readonly Tensor[], attributes: A, y: Tensor) => (Tensor | null)[]);
  examples: readonly Example<A>[];
  overSteps?: OverSteps<A>;
  commute?: Commute<A>;
  unflatten?: Commute<A>;
  inBlocks?: Commute<A>;
}

/** Defines an op with several outputs and returns the function that applies it. */
export function multiOp<A extends object>(op: Op<A>): (inputs: readonly Tensor[], attributes: A) => readonly Tensor[] {
  allOps.push(op as unknown as Op);
  return (inputs, attributes) => apply(op as unknown as Op, inputs, attributes);
}

/** Defines an op with one output and returns the function that applies it. */
export function op<A extends object>(
  name: string,
  spec: SingleSpec<A>,
): (inputs: readonly Tensor[], attributes: A) => Tensor {
  const { shape, dtype, reference, lower, decompose, gradient, examples, overSteps, commute, unflatten, inBlocks } =
    spec;
  const dtypeOf = (types: readonly TensorType[], attributes: A): Dtype =>
    typeof dtype === "function" ? dtype(types, attributes) : (dtype ?? types[0].dtype);
  const make = multiOp<A>({
    name,
    types: (types, attributes) => [
      {
        shape: shape(
          types.map((type) => type.shape),
          attributes,
          types,
        ),
        dtype: dtypeOf(types, attributes),
      },
    ],
    reference: (inputs, attributes, types) => [reference(inputs, attributes, types[0].shape as readonly number[])],
    lower: lower === "none" ? "none" : (inputs, attributes, onnx, node) => [lower(inputs, attributes, onnx, node)],
    decompose: decompose
      ? (inputs, attributes, target) => {
          const value = decompose(inputs, attributes, target);
          return value && [value];
        }
      : "none",
    gradient:
      gradient === "none"
        ? "none"
        : (upstream, inputs, attributes, outputs) =>
            upstream[0] ? gradient(upstream[0], inputs, attributes, outputs[0]) : inputs.map(() => null),
    examples,
    overSteps,
    commute,
    unflatten,
    inBlocks,
  });
  return (inputs, attributes) => make(inputs, attributes)[0];
}
