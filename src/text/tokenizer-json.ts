/** tokenizer.json as Hugging Face's packages read and write it. */

import * as z from "zod";
import { shown, VaekitError } from "../errors.js";
import type { Merge, TokenizerForm, Vocabulary } from "./kind.js";
import { MAX_VOCABULARY, SPECIAL_TOKENS, type TokenizerJson } from "./tokenizer.js";

const VERSION = "1.0";

export function tokenizerJson(form: TokenizerForm, { tokens, merges }: Vocabulary): TokenizerJson {
  const { model, ...parts } = form;
  return {
    version: VERSION,
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    ...parts,
    model: {
      ...model,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      ...(merges && { merges }),
    },
  };
}

const Outline = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string(), special: z.boolean() })),
  model: z.looseObject({ type: z.string() }),
});

/** A vocabulary in a form that is one of `forms`. E_MODEL, naming `at`, for what is damaged or in another form. */
export function parseTokenizerJson<Form extends TokenizerForm>(
  json: unknown,
  forms: readonly Form[],
  at: string,
): { form: Form; vocabulary: Vocabulary } {
  const outline = Outline.safeParse(json);
  if (!outline.success) {
    const [{ path, message }] = outline.error.issues;
    throw damaged(at, `invalid ${path.join(".") || "content"}: ${message}`);
  }
  const { added_tokens: added, model } = outline.data;
  const form = formOf(outline.data, forms, at);
  SPECIAL_TOKENS.forEach((content, id) => {
    const token = added.find((found) => found.id === id);
    if (token?.content !== content || !token.special)
      throw damaged(at, `added_tokens: id ${id} is ${shown(token?.content)}, expected the special token "${content}"`);
  });
  if (added.length > SPECIAL_TOKENS.length)
    throw new VaekitError(
      "E_MODEL",
      `${at}: added_tokens has ${added.length} tokens, expected ${SPECIAL_TOKENS.length}`,
      OURS_ONLY,
    );
  const tokens = tokensOf(model.vocab, at);
  return { form, vocabulary: form.model.type === "BPE" ? { tokens, merges: mergesOf(model.merges, at) } : { tokens } };
}

type File = z.infer<typeof Outline>;

/** The form that a file has, down to each setting: another pre-tokenizer, say, would give other tokens. */
function formOf<Form extends TokenizerForm>(file: File, forms: readonly Form[], at: string): Form {
  const alike = forms.filter(({ model }) => model.type === file.model.type);
  if (alike.length === 0) {
    const types = [...new Set(forms.map(({ model }) => shown(model.type)))].join(" or ");
    throw new VaekitError("E_MODEL", `${at}: model.type is ${shown(file.model.type)}, expected ${types}`, OURS_ONLY);
  }
  const form = alike.find(({ model }) => differenceOf(file.model, model, "model") === null) ?? alike[0];
  const { model, ...parts } = form;
  const difference = differenceOf(file.model, model, "model") ?? differenceOf(file, parts);
  if (difference !== null) throw new VaekitError("E_MODEL", `${at}: ${difference}`, OURS_ONLY);
  return form;
}

/** The first setting of `expected` that `got` has otherwise, in words; null for none. */
function differenceOf(got: unknown, expected: unknown, path?: string): string | null {
  if (typeof got !== "object" || got === null || typeof expected !== "object" || expected === null)
    return got === expected ? null : `${path} is ${shown(got)}, expected ${shown(expected)}`;
  const settings = got as Readonly<Record<string, unknown>>;
  for (const [key, value] of Object.entries(expected)) {
    const difference = differenceOf(settings[key], value, path === undefined ? key : `${path}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}

function tokensOf(vocab: unknown, at: string): string[] {
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab))
    throw damaged(at, `model.vocab is ${shown(vocab)}, expected an object`);
  const entries = Object.entries(vocab); // not zod's record: it drops a token "__proto__"
  if (entries.length > MAX_VOCABULARY)
    throw damaged(
      at,
      `model.vocab has ${entries.length.toLocaleString("en")} tokens, expected at most ${MAX_VOCABULARY.toLocaleString("en")}`,
    );
  const tokens = new Array<string | undefined>(entries.length).fill(undefined);
  for (const [token, id] of entries as [string, unknown][]) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= entries.length)
      throw damaged(
        at,
        `model.vocab: ${shown(token)} has the id ${shown(id)}, expected 0 to ${entries.length - 1}, one each`,
      );
    if (tokens[id] !== undefined)
      throw damaged(at, `model.vocab: ${shown(tokens[id])} and ${shown(token)} both have the id ${id}`);
    tokens[id] = token;
  }
  SPECIAL_TOKENS.forEach((content, id) => {
    if (tokens[id] !== content)
      throw damaged(at, `model.vocab: id ${id} is ${shown(tokens[id])}, expected the special token "${content}"`);
  });
  return tokens as string[];
}

function mergesOf(merges: unknown, at: string): Merge[] {
  const parsed = z.array(z.tuple([z.string(), z.string()])).safeParse(merges);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw damaged(at, `invalid ${["model.merges", ...path].join(".")}: ${message}`);
}

const OURS_ONLY = "vaekit reads tokenizers that it made itself.";

export function damaged(at: string, what: string): VaekitError {
  return new VaekitError("E_MODEL", `${at}: ${what}`, "The file is damaged: copy the model folder again.");
}
