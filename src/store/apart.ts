/** Vocabularies of a model folder: files of their own, to which config.json refers by name and checksum. */

import * as z from "zod";
import type { FieldSchema } from "../data/dataset.js";
import { VaekitError } from "../errors.js";
import type { Apart } from "../fields/field.js";
import { fieldKinds } from "../fields/list.js";
import { distinctFileName } from "../files/file-name.js";
import type { Host } from "../host.js";

type Fields = Readonly<Record<string, FieldSchema>>;

/** What stands in config.json in place of the file's content. */
const Reference = z.strictObject({
  file: z.string().regex(/^[^/\\]+\.json$/),
  sha256: z.string(),
});

/** The fields with references, and the files by name: KEY.json, or KEY-FIELD.json where several fields have one. */
export async function apartFiles(
  whole: Fields,
  host: Pick<Host, "digest">,
): Promise<{ readonly fields: Record<string, FieldSchema>; readonly files: ReadonlyMap<string, string> }> {
  const all = apartOf(whole);
  const fields = { ...whole };
  const files = new Map<string, string>();
  const names: string[] = [];
  for (const [field, { key }] of all) {
    const isOnly = all.filter(([, other]) => other.key === key).length === 1;
    const name = isOnly ? key : distinctFileName(`${key}-${field}`, names);
    names.push(name);
    const file = `${name}.json`;
    const text = `${JSON.stringify(fields[field][key])}\n`;
    files.set(file, text);
    const reference = { file, sha256: await host.digest(new TextEncoder().encode(text)) };
    fields[field] = { ...fields[field], [key]: reference satisfies z.infer<typeof Reference> };
  }
  return { fields, files };
}

/** A file's bytes, and its path for errors. */
interface ReadFile {
  readonly bytes: Uint8Array;
  readonly at: string;
}

/**
 * The fields with what its references stand for. E_MODEL where there is none, and naming the file where it is missing (as `read`
 * says it), damaged, of another kind, or another model's.
 */
export async function withApart(
  referring: Fields,
  at: string,
  read: (file: string) => Promise<ReadFile>,
  host: Pick<Host, "digest">,
): Promise<Record<string, FieldSchema>> {
  const fields = { ...referring };
  for (const [field, { key, check }] of apartOf(referring)) {
    const reference = Reference.safeParse(fields[field][key]);
    if (!reference.success)
      throw new VaekitError(
        "E_MODEL",
        `${at}: invalid schema.fields.${field}.${key}: expected the name of a file and its sha256`,
        COPY_AGAIN,
      );
    const { file, sha256 } = reference.data;
    const found = await read(file);
    const value = parsed(found);
    check(value, found.at);
    const got = await host.digest(found.bytes);
    if (got !== sha256)
      throw new VaekitError(
        "E_MODEL",
        `${found.at}: another model's, or changed: its SHA-256 is ${short(got)}, expected ${short(sha256)} (${at})`,
        COPY_AGAIN,
      );
    fields[field] = { ...fields[field], [key]: value };
  }
  return fields;
}

function apartOf(fields: Fields): (readonly [field: string, apart: Apart])[] {
  return Object.entries(fields).flatMap(([name, { kind }]) => {
    const apart = fieldKinds.has(kind) ? fieldKinds.get(kind).apart : undefined;
    return apart ? [[name, apart] as const] : [];
  });
}

function parsed({ bytes, at }: ReadFile): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VaekitError("E_MODEL", `${at}: no JSON: truncated or damaged (${bytes.length} bytes)`, COPY_AGAIN, {
      cause,
    });
  }
}

function short(sum: string): string {
  return `${sum.slice(0, 12)}...`;
}

const COPY_AGAIN = "Copy the whole model folder again, or train the model anew.";
