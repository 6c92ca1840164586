/** The latent of a text that is written out on the command line, or of the one record at an address. */

import { parseAddress } from "../../data/address.js";
import { VaekitError } from "../../errors.js";
import { type TextSchema, tokenizerOf } from "../../fields/text.js";
import type { Runner } from "../../model/runner.js";
import { END, UNKNOWN } from "../../text/tokenizer.js";
import { encodeOne } from "../one-record.js";
import type { VerbContext } from "../verb.js";
import { textFields } from "./write-texts.js";

/** What is a file is a file; all else is the text itself. E_MODEL for a model of several texts. */
export async function latentOf(runner: Runner, given: string, context: VerbContext): Promise<Float32Array> {
  const { source } = parseAddress(given);
  if (await context.host.files.stat(source).catch(() => null)) return encodeOne(runner, given, context);
  return encodeText(runner, given, (message) => context.report({ event: "notice", message }));
}

/** Posterior means [latent] of a text. Tells of tokens that the model does not know, and of what is cut. */
export async function encodeText(runner: Runner, text: string, tell: (notice: string) => void): Promise<Float32Array> {
  const [field, ...others] = textFields(runner.config);
  if (others.length > 0)
    throw new VaekitError(
      "E_MODEL",
      `this model has several texts (${[field, ...others].map(({ name }) => name).join(", ")}): one says nothing of the others`,
    );
  const { maxLength } = field.schema as TextSchema;
  const tokens = tokenizerOf(field.schema as TextSchema).encode(text);
  const unknown = tokens.filter((token) => token === UNKNOWN).length;
  const named = `"${text.length > 40 ? `${text.slice(0, 37)}...` : text}"`;
  if (unknown > 0) tell(`${named}: ${unknown} of ${tokens.length} tokens are not in the model's vocabulary`);
  if (tokens.length > maxLength)
    tell(`${named}: ${tokens.length} tokens, cut to the ${maxLength} that the model reads`);
  const column = new Int32Array(field.stored);
  const kept = tokens.slice(0, maxLength);
  column.set([...kept, END]);
  return (await runner.encode({ [field.name]: column }, 1)).mu;
}
