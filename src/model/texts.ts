/** Fields whose values are as long as they are, texts: as inputs of programs, and what these are fed. */

import type { Column } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { Field } from "../fields/list.js";
import { input } from "../graph/ops.js";
import { type Dim, productOf } from "../graph/tensor.js";
import { stepNumbers, type Tokens } from "../nn/tokens.js";
import type { Feeds } from "../runtime/engine.js";
import type { Scratch } from "./open.js";
import type { Teacher, Values } from "./parts.js";

/** The input beside a field that says where its tokens lie; "/" does not occur in names of parameters. */
function placesOf(name: string): string {
  return `places/${name}`;
}

export function isText({ ragged }: Field): boolean {
  return ragged !== null;
}

/** Inputs beside those of the fields' values: of each text [B, T] the places of its tokens [N], step by step. */
export function textInputs(fields: readonly Field[]): Values {
  return Object.fromEntries(
    fields.flatMap(({ name, ragged }) =>
      ragged ? [[placesOf(name), input(placesOf(name), [ragged.present], { dtype: "int32" })]] : [],
    ),
  );
}

/** In place of such inputs: every place of a text, as if padding were there too. It costs time and changes nothing. */
export function everyPlace(fields: readonly Field[], batch: Dim): Values {
  return Object.fromEntries(
    fields.flatMap(({ name, ragged }) => {
      if (!ragged) return [];
      const count = productOf([ragged.length, batch]);
      return [[placesOf(name), stepNumbers(count).reshape([count]).cast("int32")]];
    }),
  );
}

/** What an autoregressive decoder is told: the texts of a record, each read by `particles` latents. */
export function teacherOf(record: Values, fields: readonly Field[], particles: number): Teacher | null {
  const texts = fields.filter(isText);
  if (texts.length === 0) return null;
  const tokens = new Map(texts.map(({ name }) => [name, tokensOf(record, name)]));
  return { particles, tokens: (name) => tokens.get(name)! };
}

/** The tokens of a text field of a record. */
export function tokensOf(record: Values, name: string): Tokens {
  return { codes: record[name].cast("int32").transpose(), places: record[placesOf(name)] };
}

/** Texts as they are stored, [n, longest] with padding behind, as long as the longest of these. */
export function textFeeds({ name, kind, schema, stored }: Field, column: Column, scratch?: Scratch): Feeds {
  const lengths = kind.ragged!.lengths(column, schema);
  const count = lengths.length;
  const length = lengths.reduce((a, b) => Math.max(a, b), 1);
  const values = scratch?.(name, count * length).fill(0) ?? new Float32Array(count * length);
  for (let row = 0; row < count; row++)
    for (let step = 0; step < lengths[row]; step++) values[row * length + step] = column[row * stored + step];
  const places = new Int32Array(
    Math.max(
      1,
      lengths.reduce((a, b) => a + b, 0),
    ),
  );
  let next = 0;
  for (let step = 0; step < length; step++)
    for (let row = 0; row < count; row++) if (step < lengths[row]) places[next++] = step * count + row;
  return { [name]: values, [placesOf(name)]: places };
}

/** The most that the dimensions of texts can be in a batch of so many records. */
export function mostTokens(fields: readonly Field[], batch: number): Record<string, number> {
  const dims: Record<string, number> = {};
  for (const { ragged, stored } of fields)
    if (ragged) Object.assign(dims, { [ragged.length]: stored, [ragged.present]: batch * stored });
  return dims;
}

/** The fields of a net that reads and writes texts. E_CONFIG where there are others. */
export function textsOf(net: string, fields: readonly Field[]): readonly Field[] {
  const other = fields.find((field) => !isText(field));
  if (!other) return fields;
  throw new VaekitError(
    "E_CONFIG",
    `net "${net}" reads texts, field "${other.name}" is of kind ${other.kind.name}`,
    'Net "joint" reads texts beside other fields.',
  );
}
