/** ONNX Runtime as an engine: what its native and its browser package have in common. */

import { VaekitError } from "../errors.js";
import { gradientName, type LoweredProgram } from "../graph/lower.js";
import { dimsOf, inputsOf, type Program } from "../graph/program.js";
import { bindShape, type Dtype, type Tensor, type TensorType } from "../graph/tensor.js";
import type { CpuBank } from "./cpu-bank.js";
import type { Executable, Feeds, Values } from "./engine.js";

/** The part of ONNX Runtime's JavaScript API that is used; both packages have it. */
export interface OrtApi {
  readonly Tensor: new (type: Dtype, data: Values, dims: readonly number[]) => OrtTensor;
}
export interface OrtTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}
export interface OrtSession {
  run(feeds: Record<string, OrtTensor>, fetches: Record<string, OrtTensor | null>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** Called around each run, for VAEKIT_DEBUG=time,check. */
export interface RunListener {
  ran(program: string, milliseconds: number): void;
  /** The first value of a run that holds something not finite. */
  broke(program: string, tensor: Tensor): void;
}

export interface OrtExecutableOptions {
  /** Whether the package writes outputs into the arrays given for them; else gradients are copied to the bank. */
  readonly fillsOutputs: boolean;
  readonly listener?: RunListener;
}

/**
 * A session whose parameters are views of the bank's memory: fed without a copy, and gradients fetched into it. Data
 * inputs are wrapped per call; arrays returned are fresh.
 */
export function ortExecutable(
  ort: OrtApi,
  session: OrtSession,
  program: Program,
  lowered: LoweredProgram,
  bank: CpuBank,
  { fillsOutputs, listener }: OrtExecutableOptions,
): Executable {
  const fixed: Record<string, OrtTensor> = {};
  const fed: [name: string, type: TensorType][] = [];
  const bankTensor = (name: string, slot: "value" | "gradient", shape: readonly number[]): OrtTensor =>
    new ort.Tensor("float32", bank.view(name, slot), shape);
  for (const [name, { spec }] of inputsOf(lowered.outputs)) {
    if (spec.role === "parameter") fixed[name] = bankTensor(name, "value", spec.shape as number[]);
    else fed.push([name, spec]);
  }
  const fetches: Record<string, OrtTensor | null> = {};
  for (const name of Object.keys(program.outputs)) fetches[name] = null;
  for (const [name, gradient] of Object.entries(program.gradients))
    fetches[gradientName(name)] = fillsOutputs ? bankTensor(name, "gradient", gradient.shape as number[]) : null;
  const gradientNames = Object.keys(program.gradients).map(gradientName);
  for (const name of lowered.watched.keys()) fetches[name] = null;

  return {
    program,
    async run(feeds, given = {}) {
      const all = { ...fixed };
      const dims = dimsOf(program, feeds, given);
      for (const [name, type] of fed) all[name] = fedTensor(ort, program, name, type, feeds, dims);
      const started = performance.now();
      const results = await session.run(all, fetches).catch((cause: Error) => {
        throw OUT_OF_MEMORY.test(cause.message) ? outOfMemory(program.name, cause) : cause;
      });
      listener?.ran(program.name, performance.now() - started);
      if (!fillsOutputs) {
        for (const name of Object.keys(program.gradients))
          bank.view(name, "gradient").set(results[gradientName(name)].data as Float32Array);
      }
      discard(gradientNames.map((name) => results[name]).filter((tensor) => !Object.values(fetches).includes(tensor)));
      const broken = [...lowered.watched].find(
        ([name]) => !(results[name].data as Float32Array).every(Number.isFinite),
      );
      if (broken) listener?.broke(program.name, broken[1]);
      const values: Record<string, Values> = {};
      for (const name of Object.keys(program.outputs)) values[name] = results[name].data as Values;
      return values;
    },
    dispose: () => session.release(),
  };
}

/** What ONNX Runtime says in its native and its WebAssembly form. */
const OUT_OF_MEMORY = /failed to allocate|bad_alloc|bad alloc|out of memory|\(OOM\)/i;

/** Its own message names the node and the bytes that it asked for. */
function outOfMemory(program: string, cause: Error): VaekitError {
  const message = `no memory is left for the program "${program}": ${cause.message}`;
  return new VaekitError("E_OPTION", message, "Choose a smaller batch, a smaller net or smaller pictures.", { cause });
}

/** A port nobody listens at: buffers sent there are freed at once. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * Gives the memory of tensors back. onnxruntime-node fills the arrays it is given and returns copies beside them; left to
 * the garbage collector, the copies of every step's gradients make it run every few steps.
 */
function discard(tensors: readonly OrtTensor[]): void {
  const buffers = tensors.map(({ data }) => (data as Float32Array).buffer as ArrayBuffer);
  if (buffers.length > 0) nowhere.postMessage(null, buffers);
}

/** The tensor of one input. E_SHAPE where its values are missing, or do not fill its shape. */
export function fedTensor(
  ort: OrtApi,
  program: Program,
  name: string,
  type: TensorType,
  feeds: Feeds,
  dims: Readonly<Record<string, number>>,
): OrtTensor {
  return new ort.Tensor(type.dtype, given(feeds, name, program), checkedDims(feeds, name, type, dims));
}

function given(feeds: Feeds, name: string, program: Program): Values {
  const values = feeds[name];
  if (!values) throw new VaekitError("E_SHAPE", `program "${program.name}" needs a value for input "${name}"`);
  return values;
}

function checkedDims(feeds: Feeds, name: string, type: TensorType, dims: Readonly<Record<string, number>>): number[] {
  const shape = bindShape(type.shape, dims);
  const expected = shape.reduce((size, dim) => size * dim, 1);
  if (feeds[name].length !== expected)
    throw new VaekitError(
      "E_SHAPE",
      `input "${name}": got ${feeds[name].length} values, expected ${expected} for shape [${shape.join(", ")}]`,
    );
  return shape;
}
