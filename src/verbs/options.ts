/** Options that several verbs share, so that they mean the same thing everywhere. */

import * as z from "zod";
import { look } from "./option.js";

const DATA_FORMS =
  'a table (.csv, .parquet, .json, "duckdb:SELECT...", postgres://...), texts (.txt, .md, .log, poems.txt#paragraphs, a folder of them), a folder or .zip of pictures, mnist, mnist#test, emoji, IDX files, .npy, .npz#KEY, or - for paths on standard input';

export const model = z.string().min(1).describe("model folder, as training leaves it").register(look, {
  placeholder: "MODEL",
});

export const data = z.string().min(1).describe(DATA_FORMS).register(look, { placeholder: "DATA" });

/** Where a result goes; `forms` says what may be written. */
export function out(forms: string, what: string) {
  return z.string().min(1).describe(what).register(look, { placeholder: forms });
}

/** The same for a verb that prints its answer where there is no file to write it to. */
export function optionalOut(forms: string, what: string) {
  return z.string().min(1).optional().describe(what).register(look, { placeholder: forms });
}

/** How many, from 1. */
export function count(standard: number, what: string, most = MAX_COUNT) {
  return z.int().min(1).max(most).default(standard).describe(what).register(look, { placeholder: "N" });
}
export const MAX_COUNT = 1_000_000;

export const seed = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .default(0)
  .describe("seed of all random numbers")
  .register(look, { placeholder: "N" });

export const limit = z
  .int()
  .min(1)
  .max(Number.MAX_SAFE_INTEGER)
  .optional()
  .describe("use at most this many records, a sample drawn by the seed")
  .register(look, { placeholder: "N" });

const MAX_THREADS = 1024;
export const threads = z
  .int()
  .min(1)
  .max(MAX_THREADS)
  .optional()
  .describe("threads to compute with (default: as many as the machine has, at most 8, on wasm 4)")
  .register(look, { placeholder: "N", more: true });

export const device = z
  .string()
  .default("cpu")
  .describe("device to compute on")
  .register(look, { placeholder: "cpu|wasm", more: true });

export const prior = z
  .enum(["model", "standard-normal"])
  .default("model")
  .describe("the model's own prior, or N(0, I) in its place")
  .register(look, {});

/** What every verb that opens a model takes. */
export const machine = { threads, device };
