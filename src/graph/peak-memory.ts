/** How much memory a program needs at least, from the sizes of its values and when each is used last. */

import type { InputSpec } from "./program.js";
import { type Dtype, sizeOf, type Tensor } from "./tensor.js";
import { topological } from "./walk.js";

export interface PeakMemory {
  /** Bytes of all values that are needed at once at the worst moment, without parameters. */
  readonly bytes: number;
  /** The largest of them. */
  readonly largest: Tensor;
}

const VALUE_BYTES: Readonly<Record<Dtype, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1 };
/** Ops whose result is their input in another shape, or is never written out. */
const VIEWS = new Set(["reshape", "broadcastTo", "stop"]);

/**
 * The peak of an execution in order: a value lives from its node to its last user, whose result takes its place where it
 * is as large. `dims` gives the named dimensions. What ops need inside, such as windows of convolutions, comes on top.
 */
export function peakMemory(outputs: readonly Tensor[], dims: Readonly<Record<string, number>> = {}): PeakMemory {
  const order = topological(outputs);
  const views = new Map<Tensor, Tensor>();
  const storage = (tensor: Tensor): Tensor => views.get(tensor) ?? tensor;
  const uses = new Map<Tensor, number>();
  for (const { op, inputs, outputs: made } of order) {
    if (VIEWS.has(op.name)) views.set(made[0], storage(inputs[0]));
    for (const input of inputs) uses.set(storage(input), (uses.get(storage(input)) ?? 0) + 1);
  }
  const kept = [...outputs, ...order.filter(({ op }) => op.name === "input").flatMap((node) => node.outputs)];
  for (const tensor of kept) uses.set(storage(tensor), Number.POSITIVE_INFINITY); // the caller holds it

  const bytesOf = (tensor: Tensor): number => (views.has(tensor) || isParameter(tensor) ? 0 : arrayBytes(tensor, dims));
  const alive = new Set<Tensor>();
  let bytes = 0;
  let peak: PeakMemory | null = null;
  for (const { inputs, outputs: made } of order) {
    const dying = lastUses(inputs.map(storage), uses);
    const replaced = dying.find((tensor) => alive.has(tensor) && bytesOf(tensor) === bytesOf(made[0]));
    for (const tensor of made) {
      alive.add(tensor);
      bytes += bytesOf(tensor);
    }
    if (replaced && alive.delete(replaced)) bytes -= bytesOf(replaced);
    if (peak === null || bytes > peak.bytes) {
      const largest = [...alive].reduce((a, b) => (bytesOf(b) >= bytesOf(a) ? b : a));
      peak = { bytes, largest };
    }
    for (const tensor of dying) if (alive.delete(tensor)) bytes -= bytesOf(tensor);
  }
  return peak!;
}

/** Bytes of one value. */
export function arrayBytes({ shape, dtype }: Tensor, dims: Readonly<Record<string, number>> = {}): number {
  return VALUE_BYTES[dtype] * shape.reduce<number>((size, dim) => size * sizeOf(dim, dims), 1);
}

/** Counts `inputs` down in `uses`; those that nothing needs any more. */
function lastUses(inputs: readonly Tensor[], uses: Map<Tensor, number>): Tensor[] {
  return inputs.filter((tensor) => {
    const left = uses.get(tensor)! - 1;
    uses.set(tensor, left);
    return left === 0;
  });
}

function isParameter({ node }: Tensor): boolean {
  return node.op.name === "input" && (node.attributes as InputSpec).role === "parameter";
}
