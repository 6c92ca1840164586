/** Whether a training step fits into memory: asked beforehand, since the system ends a process that takes too much. */

import { VaekitError } from "../errors.js";
import { arrayBytes, peakMemory } from "../graph/peak-memory.js";
import type { Program } from "../graph/program.js";
import { bindShape } from "../graph/tensor.js";
import type { MemoryLimits } from "../runtime/engine.js";

export interface StepMemory {
  /** The step over so many records. */
  readonly trace: (batch: number) => Program;
  /** The most that named dimensions can be in it. */
  readonly dims?: (batch: number) => Readonly<Record<string, number>>;
  readonly batch: number;
  /** Bytes that it takes with any batch: parameters, gradients, moments. */
  readonly fixed: number;
}

/** What a step really takes, in times of the estimate: 2.0 to 2.1 with conv nets on pictures of 28x28 to 128x128. */
const TAKEN = 2;

/**
 * E_OPTION where a step takes more memory than there is, or an array is larger than the device takes: names the array, and
 * a batch that fits. The estimate is from below, so that what passes may still be too much.
 */
export function expectMemory({ trace, dims, batch, fixed }: StepMemory, limits: MemoryLimits): void {
  const misfit = (count: number, given: MemoryLimits) => whatMisfits(trace(count), dims?.(count) ?? {}, fixed, given);
  const problem = misfit(batch, limits);
  if (problem === null) return;
  const known = { ...limits, total: limits.total && (limits.total - fixed) / TAKEN + fixed };
  let fits = Math.floor(batch / 2);
  while (fits > 0 && misfit(fits, known) !== null) fits = Math.floor(fits / 2);
  throw new VaekitError(
    "E_OPTION",
    `batch ${batch}: ${problem}`,
    fits > 0
      ? `A batch of ${fits} fits; "accumulate" makes updates of several batches.`
      : "Not even one record fits: choose a smaller net, or smaller pictures.",
  );
}

/** What is too much, in words; null where nothing is. */
function whatMisfits(
  { outputs, gradients }: Program,
  dims: Readonly<Record<string, number>>,
  fixed: number,
  { total, array }: MemoryLimits,
): string | null {
  const { bytes, largest } = peakMemory([...Object.values(outputs), ...Object.values(gradients)], dims);
  const size = arrayBytes(largest, dims);
  const named = `${largest.node.op.name} [${bindShape(largest.shape, dims).join(", ")}] of ${gigabytes(size)}`;
  if (total !== null && fixed + bytes > total)
    return `a training step takes ${gigabytes(fixed + bytes)} or more, there are ${gigabytes(total)}; its largest array is ${named}`;
  if (array !== null && size > array)
    return `a training step has the array ${named}, the device takes at most ${gigabytes(array)} in one`;
  return null;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;
}
