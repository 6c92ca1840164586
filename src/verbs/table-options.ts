/** Options of how tables are read, and what they mean to a source. */

import * as z from "zod";
import type { OpenOptions, Schema } from "../data/dataset.js";
import { RECORD_UNITS, type RecordUnit } from "../data/text/records.js";
import { VaekitError } from "../errors.js";
import { fieldsOf } from "../fields/list.js";
import type { Host } from "../host.js";
import { KINDS, type KindName } from "../text/kind.js";
import { MAX_LENGTH, MAX_VOCABULARY } from "../text/tokenizer.js";
import { type Look, look } from "./option.js";

const text = () => z.string().min(1).optional();

/** Options that verbs share which read a table for a model. */
export function rowOptions(shown: Look = {}) {
  return {
    label: text()
      .describe("column of a table with the class of each row; never an input")
      .register(look, { ...shown, placeholder: "COLUMN" }),
    filter: text()
      .describe("only rows of a table for which this SQL condition holds")
      .register(look, { ...shown, placeholder: "SQL", more: true }),
    onError: z
      .enum(["fail", "skip"])
      .default("fail")
      .describe("rows of a table that cannot be read: fail, or leave them out")
      .register(look, { ...shown, more: true }),
    records: z
      .enum(RECORD_UNITS)
      .optional()
      .describe("what is one record of a text file (default: a line; in a folder of text files, a file)")
      .register(look, { ...shown, more: true }),
  };
}

/** The same and what else decides what columns are. */
export function tableOptions(shown: Look = {}) {
  return {
    ...rowOptions(shown),
    column: text()
      .describe("column of a table that is read as text, and no other (default: all columns)")
      .register(look, { ...shown, placeholder: "COLUMN", more: true }),
    tokenizer: z
      .enum(["auto", ...KINDS])
      .default("auto")
      .describe("what texts are cut into (auto: by their script and how much there is)")
      .register(look, { ...shown, more: true }),
    vocabulary: z
      .int()
      .min(1)
      .max(MAX_VOCABULARY)
      .optional()
      .describe("most different tokens of texts (default: by how much text there is)")
      .register(look, { ...shown, placeholder: "N", more: true }),
    maxLength: z
      .int()
      .min(1)
      .max(MAX_LENGTH)
      .optional()
      .describe("tokens of a text that are read at the most (default: of the longest, at most 256)")
      .register(look, { ...shown, placeholder: "N", more: true }),
    drop: text()
      .describe("columns of a table to leave out, with commas between them")
      .register(look, { ...shown, placeholder: "A,B" }),
    key: text()
      .describe("column of a table that names its rows; never an input")
      .register(look, { ...shown, placeholder: "COLUMN", more: true }),
    missing: text()
      .describe(
        "texts that mean that a cell is empty, with commas between them (default: ?, NA, NaN, null and the like)",
      )
      .register(look, { ...shown, placeholder: "A,B", more: true }),
    schema: text()
      .describe("what the columns are, as `vaekit schema --out` wrote it (default: found out)")
      .register(look, { ...shown, placeholder: "schema.json", more: true }),
  };
}

interface TableInput {
  readonly label?: string;
  readonly filter?: string;
  readonly onError: "fail" | "skip";
  readonly records?: RecordUnit;
  readonly column?: string;
  readonly tokenizer: "auto" | KindName;
  readonly vocabulary?: number;
  readonly maxLength?: number;
  readonly drop?: string;
  readonly key?: string;
  readonly missing?: string;
  readonly schema?: string;
}

/** How a source is to read a table. E_CONFIG for a file that is no schema. */
export async function tableOpening({ drop, missing, schema, ...given }: TableInput, host: Host): Promise<OpenOptions> {
  const { label, filter, onError, records, column, key, tokenizer, vocabulary, maxLength } = given;
  return {
    label,
    filter,
    onError,
    records,
    column,
    key,
    tokenizer,
    vocabulary,
    maxLength,
    drop: drop?.split(",").map((name) => name.trim()),
    missing: missing
      ?.split(",")
      .map((name) => name.trim())
      .concat(""),
    schema: schema === undefined ? undefined : await readSchema(schema, host),
  };
}

async function readSchema(path: string, { files }: Host): Promise<Schema> {
  const bytes = await files.read(path);
  let schema: Schema;
  try {
    schema = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new VaekitError("E_CONFIG", `${path}: no JSON`, "Write one with: vaekit schema DATA --out schema.json", {
      cause,
    });
  }
  if (typeof schema?.fields !== "object" || schema.fields === null)
    throw new VaekitError(
      "E_CONFIG",
      `${path}: no schema: it has no "fields"`,
      "Write one with: vaekit schema DATA --out schema.json",
    );
  fieldsOf(schema);
  return schema;
}
