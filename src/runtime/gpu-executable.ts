/** A program in a session on the graphics card: parameters come from a bank's slot, gradients go to another. */

import type { InferenceSession, Tensor } from "onnxruntime-web";
import type { LoweredProgram } from "../graph/lower.js";
import { dimsOf, inputsOf, type Program } from "../graph/program.js";
import type { TensorType } from "../graph/tensor.js";
import type { Executable, Values } from "./engine.js";
import type { GpuBank } from "./gpu-bank.js";
import { fedTensor, type OrtApi, type RunListener } from "./ort.js";
import type { OrtWeb } from "./ort-start.js";
import { GRADIENT, NEXT_GRADIENT, NORM, VALUE } from "./slot-programs.js";

/** What banks and executables ask of the engine they belong to. */
export interface GpuContext {
  readonly ort: OrtWeb;
  readonly device: GPUDevice;
  /** A session of a program whose outputs of these names stay on the card. */
  open(
    program: Program,
    onCard: readonly string[],
  ): Promise<{ readonly session: InferenceSession; readonly lowered: LoweredProgram }>;
  run(
    session: InferenceSession,
    feeds: Record<string, Tensor>,
    fetches: Record<string, Tensor | null>,
  ): Promise<Record<string, Tensor>>;
  release(session: InferenceSession): Promise<void>;
}

/** `opened` is the program on slots (see `onSlots`). Only what the program returns, and the gradients' norm, leave the card. */
export function gpuExecutable(
  context: GpuContext,
  program: Program,
  { session, lowered }: { readonly session: InferenceSession; readonly lowered: LoweredProgram },
  bank: GpuBank,
  listener?: RunListener,
): Executable {
  const fed: [name: string, type: TensorType][] = [];
  let [readsValues, readsGradients] = [false, false];
  for (const [name, { spec }] of inputsOf(lowered.outputs)) {
    if (name === VALUE) readsValues = true;
    else if (name === GRADIENT) readsGradients = true;
    else fed.push([name, spec]);
  }
  const hasGradients = Object.keys(program.gradients).length > 0;
  const returned = [...Object.keys(program.outputs), ...lowered.watched.keys(), ...(hasGradients ? [NORM] : [])];

  return {
    program,
    async run(feeds, given = {}) {
      const all: Record<string, Tensor> = {};
      const dims = dimsOf(program, feeds, given);
      if (readsValues) all[VALUE] = bank.tensor("value");
      if (readsGradients) all[GRADIENT] = bank.tensor("gradient");
      for (const [name, type] of fed)
        all[name] = fedTensor(context.ort as unknown as OrtApi, program, name, type, feeds, dims) as Tensor;
      const fetches: Record<string, Tensor | null> = Object.fromEntries(returned.map((name) => [name, null]));
      const started = performance.now();
      const results = await bank.writing(hasGradients ? ["gradient"] : [], ([gradient]) =>
        context.run(session, all, hasGradients ? { ...fetches, [NEXT_GRADIENT]: gradient } : fetches),
      );
      listener?.ran(program.name, performance.now() - started);
      if (hasGradients) bank.gradientsWritten((results[NORM].data as Float32Array)[0]);
      for (const [name, tensor] of lowered.watched) {
        if ((results[name].data as Float32Array).every(Number.isFinite)) continue;
        listener?.broke(program.name, tensor);
        break;
      }
      const values: Record<string, Values> = {};
      for (const name of Object.keys(program.outputs)) values[name] = results[name].data as Values;
      return values;
    },
    dispose: () => context.release(session),
  };
}
