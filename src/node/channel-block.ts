/** How many channels ONNX Runtime's own convolutions take at once on this CPU: 8, 16, or none where it has no such kernels. */

import * as ort from "onnxruntime-node";
import { toOnnx } from "../graph/onnx.js";
import type { Target } from "../graph/op.js";
import { intoChannelBlocks } from "../graph/ops/blocks.js";
import { input } from "../graph/ops.js";

const CHANNELS = 16;
const PIXELS = 2;

/** Asks by putting the numbers 0, 1, 2... in blocks: with 8 the second pixel comes in place 8, with 16 in place 16. */
async function findTarget(): Promise<Target> {
  const x = input("x", [1, CHANNELS, 1, PIXELS]);
  const bytes = toOnnx({ x }, { y: intoChannelBlocks(x, CHANNELS / PIXELS) }, { name: "channel-block" });
  try {
    const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 });
    const values = Float32Array.from({ length: CHANNELS * PIXELS }, (_, i) => i);
    const { y } = await session.run({ x: new ort.Tensor("float32", values, [1, CHANNELS, 1, PIXELS]) });
    await session.release();
    const place = (y.data as Float32Array).indexOf(1); // of channel 0's second pixel
    return place === 8 ? "cpu-blocks-8" : place === 16 ? "cpu-blocks-16" : "cpu";
  } catch {
    return "cpu";
  }
}

let known: Promise<Target> | undefined;

/** The target that this machine's CPU is, found out once. */
export function cpuTarget(): Promise<Target> {
  known ??= findTarget();
  return known;
}
