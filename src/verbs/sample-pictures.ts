/** Draws new pictures from a model. */

import { fieldsOf } from "../fields/list.js";
import { parseRowCondition } from "../fields/table/condition.js";
import type { Pictures } from "../host.js";
import { drawLatents } from "../model/draw.js";
import type { Runner } from "../model/runner.js";
import { decodePictures } from "./pictures.js";
import { drawRows } from "./rows/draw.js";
import { SAMPLE_STREAM } from "./streams.js";

export interface DrawOptions {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
  /** A condition on the fields that stand beside pictures: only such are drawn. */
  readonly where?: string;
  readonly signal?: AbortSignal;
}

/**
 * The decoder's means for latents drawn by the model's sampler. The first k of n samples are those of a call for k with
 * the same seed. `temperature` scales how far the latents spread; in a mixture of Gaussians within each of them, while their
 * shares stay.
 */
export async function drawSamples(runner: Runner, options: DrawOptions): Promise<Pictures> {
  if (options.where !== undefined) return drawSuch(runner, { ...options, where: options.where });
  const latents = await drawLatents(runner, { ...options, stream: SAMPLE_STREAM });
  return decodePictures(runner, latents, { signal: options.signal });
}

/** Latents are drawn with what stands beside pictures, and kept where the condition holds; or drawn for what a model is given. */
async function drawSuch(
  runner: Runner,
  { where, signal, ...options }: DrawOptions & { readonly where: string },
): Promise<Pictures> {
  const condition = parseRowCondition(where, fieldsOf(runner.config.schema));
  const parts: Pictures[] = [];
  for await (const { z, columns } of drawRows(runner, { ...options, where: condition, writing: null, signal }))
    parts.push(await decodePictures(runner, z, { given: columns, signal }));
  const pixels = new Uint8Array(parts.reduce((total, part) => total + part.pixels.length, 0));
  let at = 0;
  for (const part of parts) {
    pixels.set(part.pixels, at);
    at += part.pixels.length;
  }
  return { ...parts[0], count: options.count, pixels };
}
