/** Features of pictures by the fixed feature net, on any engine. */

import type { PictureArray } from "../../data/pictures.js";
import { stretchPictures } from "../../data/resize.js";
import { input } from "../../graph/ops.js";
import { program } from "../../graph/program.js";
import { recordingContext } from "../../nn/ctx.js";
import type { Engine } from "../../runtime/engine.js";
import type { FeatureSet } from "../pictures/metric.js";
import { FEATURE_NET, FEATURE_SIZE, FEATURES, featuresOf } from "./net.js";
import { bytesOfBase64, unpack } from "./unpack.js";

/** Pictures that go through the net at a time. */
const BATCH = 128;

export interface Features {
  /** Of the net; part of the name of every figure. */
  readonly name: string;
  /** Features [count, 64] of pictures of any size: stretched to 32x32 by area, grey repeated as colour. */
  of(pictures: PictureArray, signal?: AbortSignal): Promise<FeatureSet>;
  dispose(): Promise<void>;
}

/** Opens the net on `engine`; its weights come with vaekit. */
export async function openFeatures(engine: Engine): Promise<Features> {
  const { WEIGHT_BYTES, SCALES_AND_BIASES } = await import("./weights.js");
  const { height, width, channels } = FEATURE_SIZE;
  const { ctx, recording } = recordingContext("use", { count: 1, mean: {} });
  const x = input("x", ["B", height, width, channels]);
  const traced = program("features", { features: featuresOf(ctx, x) });
  const entries = [...recording.parameters].map(([name, { shape }]) => ({ name, shape }));
  const bank = engine.bank(entries);
  const layers = entries.filter(({ name }) => name.endsWith(".weight"));
  const unpacked = unpack(
    layers.map(({ shape: [rows, channels] }) => ({ rows, channels })),
    new Int8Array(bytesOfBase64(WEIGHT_BYTES).buffer),
    new Float32Array(bytesOfBase64(SCALES_AND_BIASES).buffer),
  );
  for (const [i, { name }] of layers.entries()) {
    await bank.write(name, "value", unpacked[i].weight);
    await bank.write(name.replace(/weight$/, "bias"), "value", unpacked[i].bias);
  }
  const executable = await engine.compile(traced, bank);
  return {
    name: FEATURE_NET,
    async of(pictures, signal) {
      const values = new Float32Array(pictures.count * FEATURES);
      const from = pictures.height * pictures.width * pictures.channels;
      for (let start = 0; start < pictures.count; start += BATCH) {
        signal?.throwIfAborted();
        const count = Math.min(BATCH, pictures.count - start);
        const pixels = pictures.pixels.subarray(start * from, (start + count) * from);
        const sized = stretchPictures({ ...pictures, count, pixels }, FEATURE_SIZE).pixels;
        const scale = sized instanceof Uint8Array ? 1 / 255 : 1;
        const { features } = await executable.run(
          { x: Float32Array.from(sized, (value) => value * scale) },
          { B: count },
        );
        values.set(features as Float32Array, start * FEATURES);
      }
      return { count: pictures.count, width: FEATURES, values };
    },
    async dispose() {
      await executable.dispose();
      bank.dispose();
    },
  };
}
