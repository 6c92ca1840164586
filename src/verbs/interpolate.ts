/** Walks through latent space from one record to another. */

import * as z from "zod";
import { pictureSinkFor, writePictures } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import type { Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { look } from "./option.js";
import { machine, model, out } from "./options.js";
import { decodePictures, encodeRecords, sizeText } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { type VerbContext, verb } from "./verb.js";

/** An option that takes the address of one record. */
export const record = (what: string) =>
  z.string().min(1).describe(what).register(look, { placeholder: "PICTURE|mnist#test/12" });

/** How the walk goes. */
export const interpolateOptions = z.strictObject({
  steps: z.int().min(2).max(10_000).default(16).describe("pictures, both ends included").register(look, {}),
  path: z
    .enum(["linear", "spherical"])
    .default("linear")
    .describe("straight, or along a great circle, which keeps the distance from the origin")
    .register(look, {}),
});

export const interpolate = verb({
  name: "interpolate",
  summary: "Walk through latent space from one record to another",
  input: z.strictObject({
    model,
    from: record("record to start from"),
    to: record("record to end at"),
    out: out("walk.gif|walk.png|DIR/|x.npz", "an animation there and back, a strip, a folder of pictures, or an array"),
    ...interpolateOptions.shape,
    ...machine,
  }),
  cli: {
    positional: ["model"],
    example: "vaekit interpolate models/mnist --from mnist#test/12 --to 8.png --out walk.gif",
    streams: false,
  },
  async run({ from, to, out, ...options }, context) {
    const sink = pictureSinkFor(out, context.host);
    return withRunner(options, context, async (runner) => {
      const ends = [await encodeOne(runner, from, context), await encodeOne(runner, to, context)] as const;
      const walk = await walkBetween(runner, ends, { ...options, signal: context.signal });
      const { steps, path } = options;
      const isAnimation = sink.extensions.includes(".gif");
      const shown = isAnimation ? thereAndBack(walk) : walk;
      await writePictures(out, shown, isAnimation ? walkAnimation : { columns: steps }, context.host);
      context.report({ event: "wrote", path: out, what: `${steps} steps, ${sizeText(walk)}` });
      return { json: { path: out, steps, route: path }, text: "" };
    });
  },
});

/** Milliseconds per frame: a walk of 16 takes 1.3 s each way. */
const FRAME_MILLISECONDS = 80;
/** How many frames the ends are held, so that the eye has time to see them. */
const END_FRAMES = 6;

/** How `thereAndBack` is shown. */
export const walkAnimation = { frameMilliseconds: FRAME_MILLISECONDS };

/** The frames of an endless animation: the walk, and back again, with a rest at both ends. */
export function thereAndBack(walk: Pictures): Pictures {
  const { count, height, width, channels, pixels } = walk;
  const rest = (end: number) => Array.from({ length: END_FRAMES }, () => end);
  const there = Array.from({ length: count - 2 }, (_, i) => i + 1);
  const order = [...rest(0), ...there, ...rest(count - 1), ...there.toReversed()];
  const size = height * width * channels;
  const frames = new Uint8Array(order.length * size);
  order.forEach((index, i) => {
    frames.set(pixels.subarray(index * size, (index + 1) * size), i * size);
  });
  return { count: order.length, height, width, channels, pixels: frames };
}

/** The posterior's mean of the one record at an address. E_OPTION where there are several. */
export async function encodeOne(runner: Runner, address: string, context: VerbContext): Promise<Float32Array> {
  return withData(address, runner.config, {}, context, async (dataset) => {
    if (dataset.count > 1)
      throw new VaekitError(
        "E_OPTION",
        `${address}: got ${dataset.count} records, expected one`,
        `Add the number of one: ${address}${address.includes("#") ? "" : "#train"}/0`,
      );
    return (await encodeRecords(runner, dataset, Uint32Array.of(0))).mu;
  });
}

/** The decoder's means along the path between two latents, `steps` pictures with both ends. E_SHAPE for wrong sizes. */
export async function walkBetween(
  runner: Runner,
  [from, to]: readonly [Float32Array, Float32Array],
  { steps, path, signal }: z.output<typeof interpolateOptions> & { readonly signal?: AbortSignal },
): Promise<Pictures> {
  const latents = new Float32Array(steps * runner.latent);
  for (let step = 0; step < steps; step++) {
    const between = paths[path](from, to, step / (steps - 1));
    latents.set(between, step * runner.latent);
  }
  return decodePictures(runner, latents, { signal });
}

type Path = (from: Float32Array, to: Float32Array, share: number) => Float32Array;

const linear: Path = (from, to, share) => from.map((start, i) => start + (to[i] - start) * share);

/**
 * Along the great circle between the directions, while the length goes evenly from one to the other (Shoemake 1985;
 * White 2016). Straight where the directions agree, are opposite, or one end is the origin.
 */
const spherical: Path = (from, to, share) => {
  const [a, b] = [Math.hypot(...from), Math.hypot(...to)];
  const cosine = from.reduce((sum, value, i) => sum + value * to[i], 0) / (a * b);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (!(Math.sin(angle) > SMALLEST_SINE)) return linear(from, to, share);
  const length = a + (b - a) * share;
  const wa = (Math.sin((1 - share) * angle) / Math.sin(angle) / a) * length;
  const wb = (Math.sin(share * angle) / Math.sin(angle) / b) * length;
  return from.map((start, i) => wa * start + wb * to[i]);
};
const SMALLEST_SINE = 1e-6;

const paths: Readonly<Record<"linear" | "spherical", Path>> = { linear, spherical };
