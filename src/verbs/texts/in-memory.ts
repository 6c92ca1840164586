/** Texts for programs: strings in, strings out. */

import type * as z from "zod";
import type { Runner } from "../../model/runner.js";
import type { interpolateOptions } from "../walks.js";
import { latentsBetween } from "../walks.js";
import { encodeText } from "./given-text.js";
import { likeliestTexts } from "./interpolate.js";
import { drawTexts, type TextSampling } from "./sample.js";
import { textFields } from "./write-texts.js";

/** Texts drawn from the model, one after the other. */
export async function* sampledTexts(runner: Runner, sampling: TextSampling): AsyncGenerator<string, void> {
  const [{ name }] = textFields(runner.config);
  for await (const block of drawTexts(runner, sampling)) yield* block[name];
}

/** The likeliest texts for latents [count, latent]. */
export async function decodedTexts(runner: Runner, latents: Float32Array, signal?: AbortSignal): Promise<string[]> {
  const [texts] = Object.values(await likeliestTexts(runner, latents, signal));
  return texts;
}

/** The likeliest texts along the way between two, both ends included. */
export async function textsBetween(
  runner: Runner,
  [from, to]: readonly [string, string],
  { signal, ...options }: z.output<typeof interpolateOptions> & { readonly signal?: AbortSignal },
): Promise<string[]> {
  const ends = [await latentOf(runner, from), await latentOf(runner, to)] as const;
  return decodedTexts(runner, latentsBetween(ends, options), signal);
}

/** What the model makes of texts: the likeliest for the means of their posteriors. */
export async function rebuiltTexts(runner: Runner, texts: readonly string[], signal?: AbortSignal): Promise<string[]> {
  const latents = new Float32Array(texts.length * runner.latent);
  for (const [row, text] of texts.entries()) latents.set(await latentOf(runner, text), row * runner.latent);
  return decodedTexts(runner, latents, signal);
}

const latentOf = (runner: Runner, text: string): Promise<Float32Array> => encodeText(runner, text, () => {});
