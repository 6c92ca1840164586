/** What the lowering of convolutions rests on: the same convolution by windows and products, and in blocks of channels. */

import * as ort from "onnxruntime-node";
import { grad } from "../../src/graph/grad.js";
import { lowerProgram } from "../../src/graph/lower.js";
import { channelBlock, type Target } from "../../src/graph/op.js";
import { convolveBlocked, correlateBlocked, spreadBlocked } from "../../src/graph/ops/conv-blocked.js";
import { input, type Tensor } from "../../src/graph/ops.js";
import { inputsOf, type Program, program } from "../../src/graph/program.js";
import { topological } from "../../src/graph/walk.js";
import { cpuTarget } from "../../src/node/channel-block.js";
import { keepFreedMemory } from "../../src/node/freed-memory.js";
import { Philox } from "../../src/random.js";
import { alternate, type Contender } from "../harness/alternate.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

interface Shape {
  readonly batch: number;
  readonly size: number;
  readonly inner: number;
  readonly outer: number;
  readonly kernel: number;
  readonly stride: number;
}

/** Layers of the nets for pictures: of 28x28, of 64x64, and a first and a last layer. */
const SHAPES: readonly Shape[] = [
  { batch: 128, size: 28, inner: 32, outer: 32, kernel: 3, stride: 1 },
  { batch: 128, size: 14, inner: 64, outer: 64, kernel: 3, stride: 1 },
  { batch: 128, size: 14, inner: 32, outer: 64, kernel: 4, stride: 2 },
  { batch: 128, size: 28, inner: 1, outer: 32, kernel: 4, stride: 2 },
  { batch: 128, size: 28, inner: 32, outer: 1, kernel: 3, stride: 1 },
  { batch: 64, size: 32, inner: 32, outer: 64, kernel: 4, stride: 2 },
  { batch: 64, size: 8, inner: 128, outer: 256, kernel: 4, stride: 2 },
];
const FACES = ["forward", "data gradient", "weight gradient"] as const;
type Face = (typeof FACES)[number];
const PADDING = 1;

/** One face of a convolution: as it is written, and in blocks whether or not that pays; null where it cannot be. */
function faceOf({ batch, size, inner, outer, kernel, stride }: Shape, face: Face, block: number) {
  const x = input("x", [batch, size, size, inner]);
  const w = input("w", [kernel * kernel * inner, outer]);
  const y = x.conv2d(w, { kernel, stride, padding: PADDING });
  const dy = input("dy", y.shape);
  const [dx, dw] = grad(y.mul(dy).sum(), [x, w]) as [Tensor, Tensor];
  const attributes = { kernel: [kernel, kernel] as const, stride, padding: PADDING };
  const ways: Record<Face, [Tensor, () => Tensor | null]> = {
    forward: [y, () => convolveBlocked(x, w, undefined, attributes, block)],
    "data gradient": [dx, () => spreadBlocked(dy, w, undefined, { ...attributes, height: size, width: size }, block)],
    "weight gradient": [dw, () => correlateBlocked(x, dy, attributes, block)],
  };
  const [written, blocked] = ways[face];
  const result = blocked();
  if (!result) throw new Error(`${face}: these shapes cannot be done in blocks`);
  return { written: program(face, { result: written }), blocked: program(face, { result }) };
}

/** Whether the rules take blocks for it. */
function takesBlocks(made: Program, target: Target): boolean {
  return topological(lowerProgram(made, target).outputs).some(({ op }) => op.name === "blockedConvolution");
}

async function contender(made: Program, target: Target, threads: number): Promise<Contender> {
  const { bytes, outputs } = lowerProgram(made, target);
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "basic",
  });
  const random = new Philox(1);
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, { spec }] of inputsOf(outputs)) {
    const shape = spec.shape as number[];
    const values = random.normals(new Float32Array(shape.reduce((a, b) => a * b, 1)));
    feeds[name] = new ort.Tensor("float32", values, shape);
  }
  return {
    async run(steps) {
      const ms: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        await session.run(feeds);
        ms.push(performance.now() - start);
      }
      return ms;
    },
    close: () => session.release(),
  };
}

function billions({ batch, size, inner, outer, kernel, stride }: Shape): number {
  const out = Math.floor((size + 2 * PADDING - kernel) / stride) + 1;
  return (2 * batch * out * out * kernel * kernel * inner * outer) / 1e9;
}

async function run({ threads, quick, log }: Context): Promise<Result> {
  keepFreedMemory();
  const blocks = await cpuTarget();
  if (blocks === "cpu") throw new Error("this CPU has no convolutions of channels in blocks: nothing to compare");
  const rows: Record<string, Cell>[] = [];
  for (const shape of quick ? SHAPES.slice(0, 2) : SHAPES)
    for (const face of FACES) {
      const { written, blocked } = faceOf(shape, face, channelBlock(blocks));
      const { ms, ratio } = await alternate(
        {
          "in blocks": await contender(blocked, blocks, threads),
          windows: await contender(written, "cpu", threads),
        },
        quick ? { rounds: 2, steps: 3, warmup: 1 } : { rounds: 5, steps: 10, warmup: 3, settleMs: 50 },
      );
      const { size, inner, outer, kernel, stride, batch } = shape;
      const layer = `${batch} x ${size}x${size}, ${inner} to ${outer}, k${kernel} s${stride}`;
      const rate = billions(shape) / (ms["in blocks"]!.median / 1000);
      const taken = takesBlocks(written, blocks) ? "blocks" : "windows";
      rows.push({ layer, face, blocks: ms["in blocks"]!, windows: ms.windows!, ratio: ratio.windows!, rate, taken });
      log(`${layer}, ${face}: ${ms["in blocks"]!.median.toFixed(1)} against ${ms.windows!.median.toFixed(1)} ms`);
    }
  return {
    protocol:
      `Single convolutions with padding 1 as programs of their own, pictures [B, H, W, C] in and out, ${threads} threads, ` +
      `target ${blocks}. In blocks: ONNX Runtime's convolutions of channels in blocks, changes of layout and the weights' ` +
      `order included; windows: windows gathered into a matrix, then a product (what other CPUs and exported files get). ` +
      `The two take turns in blocks of 10; median over 5 rounds (range). GFLOP/s counts what the convolution needs.`,
    columns: [
      { key: "layer", title: "layer" },
      { key: "face", title: "face" },
      { key: "blocks", title: "in blocks, ms" },
      { key: "windows", title: "windows, ms" },
      { key: "ratio", title: "windows / in blocks" },
      { key: "rate", title: "in blocks, GFLOP/s", digits: 0 },
      { key: "taken", title: "the rule takes" },
    ],
    rows,
  };
}

export const workload: Workload = {
  name: "rules",
  summary: "what lowering rules rest on: convolutions in blocks beside windows and products",
  run,
};
