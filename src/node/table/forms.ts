/** The forms that a table's address may have. */

import type { Address } from "../../data/dataset.js";
import { VaekitError } from "../../errors.js";
import type { Host } from "../../host.js";
import { type CsvOptions, csvOrigin } from "./csv.js";
import { looksLikeTable } from "./dialect.js";
import type { Duck } from "./duck.js";
import { jsonOrigin } from "./json.js";
import { parquetOrigin } from "./parquet.js";
import { filesOf, isPattern } from "./paths.js";
import { POSTGRES_PREFIX, postgresOrigin } from "./postgres.js";
import { QUERY_PREFIX, queryOrigin } from "./query.js";
import type { Origin } from "./relation.js";
import { packingOf, unpackedChunks } from "./unpack.js";

export interface TableForm {
  open(address: Address, options: CsvOptions, duck: Duck): Promise<Origin>;
  /** 0 "not mine" .. 1 "surely mine", for an address that is written in this form. */
  bid(address: Address, host: Host): Promise<number>;
  /** Whether the address is written in this form. */
  fits(address: Address): boolean;
}

const PACKED = "(\\.(gz|zst))?$";
/** What a .txt or .json is judged by. */
const GLANCE_BYTES = 1 << 16;

/** Files by their extension. */
function files(
  extensions: string,
  open: (paths: readonly string[], options: CsvOptions, duck: Duck) => Promise<Origin>,
  bidFor: (path: string) => Promise<number>,
): TableForm {
  const pattern = new RegExp(`\\.(${extensions})${PACKED}`, "i");
  return {
    fits: ({ source }) => pattern.test(source),
    async bid({ source }, host) {
      const info = await host.files.stat(source);
      if (info?.kind === "file") return bidFor(source);
      return info === null && isPattern(source) ? SURE : 0;
    },
    async open(address, options, duck) {
      if (address.part !== null) {
        const hint = `Write "${address.source}"; columns and rows are chosen by options.`;
        throw new VaekitError("E_OPTION", `${address.text}: a table has no parts, got "${address.part}"`, hint);
      }
      return open(await filesOf(address.source, duck), options, duck);
    },
  };
}

const SURE = 0.9;
const LIKELY = 0.6;

const FORMS: readonly TableForm[] = [
  {
    fits: ({ text }) => QUERY_PREFIX.test(text),
    bid: async () => 1,
    open: ({ text }, options, duck) => queryOrigin(text, options, duck),
  },
  {
    fits: ({ text }) => POSTGRES_PREFIX.test(text),
    bid: async () => 1,
    open: ({ text }, options, duck) => postgresOrigin(text, options, duck),
  },
  files("csv|tsv", csvOrigin, async () => SURE),
  files("txt", csvOrigin, async (path) => {
    const { text, whole } = await glance(path);
    return looksLikeTable(text, whole) ? LIKELY : 0;
  }),
  files("parquet", parquetOrigin, async () => SURE),
  files("ndjson|jsonl", jsonOrigin, async () => SURE),
  files("json", jsonOrigin, async (path) => (/^\s*[[{]/.test((await glance(path)).text) ? LIKELY : 0)),
];

/** The form that the address is written in. E_DATA for one that is none of a table. */
export function formOf(address: Address): TableForm {
  const form = FORMS.find((form) => form.fits(address));
  if (form) return form;
  const hint = "Tables are .csv, .tsv, .txt, .parquet, .json, .ndjson, .jsonl, also with .gz or .zst.";
  throw new VaekitError("E_DATA", `${address.text}: not the address of a table`, hint);
}

/** How surely the address is one of a table: 0 "not mine" .. 1 "surely mine". */
export async function bidTable(address: Address, host: Host): Promise<number> {
  return (await FORMS.find((form) => form.fits(address))?.bid(address, host)) ?? 0;
}

/** The beginning of a file as text; nothing where it cannot be read. */
async function glance(path: string): Promise<{ text: string; whole: boolean }> {
  try {
    for await (const chunk of unpackedChunks(path, await packingOf(path))) {
      const encoding = chunk[0] === 0xff && chunk[1] === 0xfe ? "utf-16le" : chunk[0] === 0xfe ? "utf-16be" : "utf-8";
      const text = new TextDecoder(encoding).decode(chunk.subarray(0, GLANCE_BYTES));
      return { text: text.includes("\0") ? "" : text, whole: chunk.length < GLANCE_BYTES };
    }
  } catch {
    // Opening it says what is wrong.
  }
  return { text: "", whole: true };
}
