/** Whether a training step fits into memory: asked beforehand, since the system ends a process that takes too much. */

import { VaekitError } from "../errors.js";
import { arrayBytes, peakMemory } from "../graph/peak-memory.js";
import type { Program } from "../graph/program.js";
import type { MemoryLimits } from "../runtime/engine.js";

export interface StepMemory {
  /** The step over so many records. */
  readonly trace: (batch: number) => Program;
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
export function expectMemory({ trace, batch, fixed }: StepMemory, limits: MemoryLimits): void {
  const problem = misfit(trace(batch), fixed, limits);
  if (problem === null) return;
  const known = { ...limits, total: limits.total && (limits.total - fixed) / TAKEN + fixed };
  let fits = Math.floor(batch / 2);
  while (fits > 0 && misfit(trace(fits), fixed, known) !== null) fits = Math.floor(fits / 2);
  throw new VaekitError(
    "E_OPTION",
    `batch ${batch}: ${problem}`,
    fits > 0
      ? `A batch of ${fits} fits; "accumulate" makes updates of several batches.`
      : "Not even one record fits: choose a smaller net, or smaller pictures.",
  );
}

/** What is too much, in words; null where nothing is. */
function misfit({ outputs, gradients }: Program, fixed: number, { total, array }: MemoryLimits): string | null {
  const { bytes, largest } = peakMemory([...Object.values(outputs), ...Object.values(gradients)]);
  const named = `${largest.node.op.name} [${largest.shape.join(", ")}] of ${gigabytes(arrayBytes(largest))}`;
  if (total !== null && fixed + bytes > total)
    return `a training step takes ${gigabytes(fixed + bytes)} or more, there are ${gigabytes(total)}; its largest array is ${named}`;
  if (array !== null && arrayBytes(largest) > array)
    return `a training step has the array ${named}, the device takes at most ${gigabytes(array)} in one`;
  return null;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;
}
