/** What the command line answers about a model of texts. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseTokenizer } from "../../src/text/load.js";
import type { Tokenizer } from "../../src/text/tokenizer.js";
import { measure } from "../harness/process.js";
import type { TextContext } from "./part.js";

/** Standard output of a verb, which is one JSON value. */
export async function answer(
  { cli, root, threads }: TextContext,
  verb: string,
  args: readonly (string | number)[],
): Promise<Readonly<Record<string, unknown>>> {
  const words = [verb, ...args.map(String), "--threads", `${threads}`, "--json"];
  const { lines } = await measure([...cli, ...words]);
  const text = lines.map((line) => line.text).join("\n");
  return JSON.parse(text.replaceAll(`${root}/`, "")) as Record<string, unknown>; // results say nothing of whose machine it was
}

/** Drawn by the verb's defaults. */
export async function samples(context: TextContext, model: string, count: number): Promise<readonly string[]> {
  const { records } = await answer(context, "sample", [model, "-n", count, "--seed", context.seed]);
  return (records as readonly { readonly text: string | null }[]).map(({ text }) => text ?? "");
}

export interface Rebuilt {
  readonly original: string;
  readonly reconstruction: string;
}

/** Of all `count` lines of the file, as the decoder writes them for the means of their posteriors. */
export async function reconstructions(
  context: TextContext,
  model: string,
  file: string,
  count: number,
): Promise<readonly Rebuilt[]> {
  const { records } = await answer(context, "reconstruct", [model, file, "-n", count, "--seed", context.seed]);
  return (records as readonly { [key in keyof Rebuilt]: string | null }[]).map(({ original, reconstruction }) => ({
    original: original ?? "",
    reconstruction: reconstruction ?? "",
  }));
}

/** The model's tokenizer, and how many tokens of a text it reads. */
export async function readingOf(model: string): Promise<{ readonly tokenizer: Tokenizer; readonly maxLength: number }> {
  const config = JSON.parse(await readFile(join(model, "config.json"), "utf8")) as {
    readonly schema: { readonly fields: { readonly text: { readonly maxLength: number } } };
  };
  const tokenizer = parseTokenizer(await readFile(join(model, "tokenizer.json"), "utf8"));
  return { tokenizer, maxLength: config.schema.fields.text.maxLength };
}
