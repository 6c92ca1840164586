/** Texts: token by token in the model, as long as they are. */

import { type FieldSchema, HIDDEN_CODE } from "../data/dataset.js";
import { shown, VaekitError } from "../errors.js";
import { tokenizerFrom } from "../text/load.js";
import { END, MAX_LENGTH, PADDING, type Tokenizer, type TokenizerJson } from "../text/tokenizer.js";
import type { CellKind, CellSample } from "./cell.js";
import { expectSchema } from "./cells.js";
import type { FieldKind, PartSurprise, Reconstruction, Surprising, TrainingAdvice } from "./field.js";
import { oncePer } from "./once.js";

export interface TextSchema extends FieldSchema {
  readonly kind: "text";
  /** As tokenizer.json has it. */
  readonly tokenizer: TokenizerJson;
  /** Tokens of a text that are read at the most, without its end. */
  readonly maxLength: number;
}

const cell: CellKind<TextSchema, Int32Array> = {
  detect: detectText,
  rule: () => ({ as: "text" }),
  store: () => undefined,
  value: textOf,
  text: textOf,
  type: () => "text",
  describe: (schema) => `texts of up to ${schema.maxLength} of ${tokenizerOf(schema).tokens.length} tokens`,
};

/** A text is stored as its tokens and an end, with padding behind. */
export const textField: FieldKind<TextSchema> = {
  name: "text",
  form: "text",
  parse(schema) {
    const { tokenizer, maxLength } = schema;
    expectSchema(typeof tokenizer === "object" && tokenizer !== null, "text", "tokenizer: as tokenizer.json has it");
    const fits = Number.isInteger(maxLength) && (maxLength as number) >= 1 && (maxLength as number) <= MAX_LENGTH;
    expectSchema(fits, "text", `maxLength: a whole number from 1 to ${MAX_LENGTH}, got ${shown(maxLength)}`);
    tokenizerOf(schema as TextSchema);
    return schema as TextSchema;
  },
  stored: ({ maxLength }) => maxLength + 1,
  shape: ({ maxLength }) => [maxLength + 1],
  ragged: {
    lengths(column, { maxLength }) {
      const stored = maxLength + 1;
      const lengths = new Int32Array(column.length / stored);
      for (let row = 0; row < lengths.length; row++) lengths[row] = lengthAt(column, row * stored, stored);
      return lengths;
    },
    count: (schema) => tokenizerOf(schema).tokens.length,
  },
  apart: {
    key: "tokenizer",
    check: tokenizerFrom,
    brief: (schema) => `${tokenizerOf(schema).tokens.length.toLocaleString("en")} tokens`,
  },
  encode: (column, _schema, out) => {
    const values = out ?? new Float32Array(column.length);
    values.set(column);
    return values;
  },
  decode: (values, _schema, out) => {
    const codes = out ?? new Int32Array(values.length);
    codes.set(values);
    return codes;
  },
  features() {
    throw new VaekitError(
      "E_CONFIG",
      "a fully connected net reads no texts",
      "Nets gru and transformer do; beside other fields, joint.",
    );
  },
  cell,
  isThere: (values) => values.max(1, true).step(),
  profile(columns, schema) {
    const stored = schema.maxLength + 1;
    const records = columns.reduce((total, column) => total + column.length / stored, 0);
    const [first] = columns;
    const constant = columns.every((column) => column.every((code, i) => code === first[i % stored]));
    return { records, mean: [], facts: null, constant };
  },
  chooseLikelihood: () => ({ value: "tokens", why: "texts" }),
  chooseNet({ records }, schema) {
    const hidden = records < FEW_TEXTS ? SMALL_STATE : LARGE_STATE;
    return { value: { name: "gru", hidden, dropout: DROPOUT }, why: textsWhy(schema) };
  },
  chooseLatent: (_, schema) => ({ value: LATENT, why: textsWhy(schema) }),
  training: () => ADVICE,
  reconstruction: tokenAccuracy,
  explain: explainTokens,
};

const LATENT = 32;
/** Below this many texts a smaller state knows enough. */
const FEW_TEXTS = 10_000;
const SMALL_STATE = 256;
const LARGE_STATE = 512;
/** Words are soon known by heart. */
const DROPOUT = 0.4;
const ADVICE: TrainingAdvice = {
  batchSize: 64,
  steps: 10_000,
  fewest: 1500,
  learningRate: 2e-3,
  clip: 5,
  warmup: 0.2,
  beta: 1,
  pretrain: 0.2,
  freeBits: 0.25,
};

/** The tokenizer of a schema, made once. */
export function tokenizerOf({ tokenizer }: TextSchema): Tokenizer {
  return tokenizers(tokenizer);
}
const tokenizers = oncePer(tokenizerFrom);

function textsWhy(schema: TextSchema): string {
  return `texts of ${tokenizerOf(schema).tokens.length.toLocaleString("en")} different tokens`;
}

function lengthAt(column: ArrayLike<number>, start: number, stored: number): number {
  let length = 0;
  while (length < stored && column[start + length] !== PADDING && column[start + length] !== HIDDEN_CODE) length++;
  return length;
}

/** A missing cell is an empty text. */
function textOf(tokens: Int32Array, schema: TextSchema): string | null {
  return tokenizerOf(schema).decode(tokens) || null;
}

/** Tokens of a text as they are stored: cut where it is too long, with an end. */
export function storedTokens(text: string, schema: TextSchema): { readonly tokens: number[]; readonly isCut: boolean } {
  const tokens = tokenizerOf(schema).encode(text);
  const isCut = tokens.length > schema.maxLength;
  return { tokens: [...(isCut ? tokens.slice(0, schema.maxLength) : tokens), END], isCut };
}

/** Cells are texts and not labels where they have so many words, */
const FEW_WORDS = 3;
/** or so many characters on average, */
const FEW_CHARACTERS = 20;
/** and differ in so many rows. */
const DISTINCT = 0.5;

function detectText({ counts, present }: CellSample) {
  if (present === 0 || counts.size < DISTINCT * present) return null;
  let [words, characters, total] = [0, 0, 0];
  for (const [text, count] of counts) {
    words += count * (text.match(/\S+/g)?.length ?? 0);
    characters += count * text.length;
    total += count;
  }
  if (words / total < FEW_WORDS && characters / total < FEW_CHARACTERS) return null;
  const why = `${(words / total).toFixed(0)} words and ${(characters / total).toFixed(0)} characters each`;
  return { fit: 0.4, schema: { kind: "text" } as TextSchema, why };
}

/** How often the expected token is the right one, of those that are there. */
function tokenAccuracy(): Reconstruction {
  let [right, total] = [0, 0];
  return {
    add(values, expected) {
      for (let i = 0; i < values.length; i++) {
        if (values[i] === PADDING) continue;
        total++;
        if (values[i] === expected[i]) right++;
      }
    },
    result: () => ({ teacherForcedAccuracy: right / total }),
  };
}

/** Each token with the nats that it costs beyond the likeliest in its place. */
function explainTokens({ surprise, values, mean }: Surprising, schema: TextSchema): PartSurprise[] {
  const tokenizer = tokenizerOf(schema);
  const length = lengthAt(values, 0, values.length);
  const shown = (code: number): string => (code === END ? "the end" : tokenizer.decode([code]));
  return Array.from({ length }, (_, i) => ({
    part: `token ${i + 1}`,
    nats: surprise[i],
    got: shown(values[i]),
    expected: shown(mean[i]),
  }));
}
