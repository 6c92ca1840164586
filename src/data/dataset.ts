/** A data set: records with random access by index, read as columns. */

import type { RecordUnit } from "./text/records.js";

/** What a column holds: its field kind and that kind's own facts. @example { kind: "image", height: 28, width: 28, channels: 1 } */
export interface FieldSchema {
  readonly kind: string;
  readonly [fact: string]: unknown;
}
/** Fields by name, in order. */
export interface Schema {
  readonly fields: Readonly<Record<string, FieldSchema>>;
  /** Of a table: what is known of its columns beside the fields. */
  readonly table?: TableFacts;
}
export interface TableFacts {
  /** All columns of the source, in its order. */
  readonly columns: readonly TableColumn[];
  /** Texts that mean that there is nothing in a cell. */
  readonly missing: readonly string[];
}
/** What becomes of a column. */
export interface TableColumn {
  readonly name: string;
  /** Only a field is modelled; a constant is written again, a key is made anew, the others are left out. */
  readonly role: "field" | "label" | "key" | "constant" | "left out";
  readonly type: "text" | "integer" | "number" | "boolean" | "date" | "timestamp";
  /** For people. */
  readonly why: string;
  /** Of a constant: what every cell holds, null for nothing. */
  readonly value?: string | null;
  /** Blanks before each cell of the source. */
  readonly before?: string;
  /** The text that the source has for a missing cell. Default: nothing. */
  readonly blank?: string;
}

/**
 * Values of one field for some records, records first: for pictures [n, H, W, C], uint8 in 0..255 or float32 in 0..1; for
 * columns of a table [n]: float64 numbers or milliseconds since 1970 (NaN is missing), or int32 places among the schema's
 * labels (-1 is missing, the number of labels is one that is none of them).
 */
export type Column = Uint8Array | Float32Array | Float64Array | Int32Array;
/** Stands for a value that nobody looks at: the model neither sees nor judges it. Sources never give it. */
export const HIDDEN_NUMBER = Number.NEGATIVE_INFINITY;
export const HIDDEN_CODE = -2;

export type Columns = Readonly<Record<string, Column>>;

/** A class per record, never an input of a model unless it is also a field. */
export interface Labels {
  readonly names: readonly string[];
  /** Index into `names` per record. */
  readonly indices: Int32Array;
}

export interface Dataset {
  /** The address it was opened from. */
  readonly name: string;
  readonly count: number;
  readonly schema: Schema;
  readonly labels: Labels | null;
  /** Whether all columns are read as bytes, so that programs may be made for that. Default no. */
  readonly bytes?: boolean;
  /** Changes when the data changes: a digest of paths, sizes and times, or of the bytes. */
  readonly fingerprint: string;
  /** What a user should know: files skipped, pictures resized, where a download went. */
  readonly notices: readonly string[];
  /** A name for record `index` that means something to a person: a file name, or the index. */
  id(index: number): string;
  read(indices: ArrayLike<number>): Columns | Promise<Columns>;
  close(): Promise<void>;
  /** The same records in the terms of another schema, where that is possible: of a table, whose codes belong to a schema. */
  as?(schema: Schema): Promise<Dataset>;
  /** Of a table: its cells as they stand in the source, all columns, row after row. */
  cells?(): AsyncIterable<CellBatch>;
}

/** Some rows of a table that follow each other, as text; null is nothing. */
export interface CellBatch {
  /** Number of the first row. */
  readonly start: number;
  readonly count: number;
  /** Of the columns in their order, which an object does not keep for names that are whole numbers. */
  readonly names: readonly string[];
  readonly columns: Readonly<Record<string, readonly (string | null)[]>>;
}

/** How to open data; what a source does not know it ignores. */
export interface OpenOptions {
  /** Height and width that pictures are brought to; "auto" chooses from the data. */
  readonly size?: "auto" | number | readonly [height: number, width: number];
  readonly channels?: "auto" | 1 | 3;
  /** Of pictures: what makes a record, "image" and "label", the class where there is one. Default: the image alone. */
  readonly fields?: readonly string[];
  /** At most this many records, a seeded sample in the source's order. */
  readonly limit?: number;
  readonly seed?: number;
  /** Of a table: what its columns are, as a model has it or as it was written down. Default: found out. */
  readonly schema?: Schema;
  /** The column of a table that holds the class of a row; never a field. */
  readonly label?: string;
  /** The column that names a row; never a field. */
  readonly key?: string;
  /** Columns that are left out. */
  readonly drop?: readonly string[];
  /** The column of a table that is read as text, and no other but `label` and `key`, whatever it looks like. */
  readonly column?: string;
  /** What is one record of a text file. Default: a line; in a folder of text files, a file. */
  readonly records?: RecordUnit;
  /** What the texts of a table are cut into. Default "auto": found out. */
  readonly tokenizer?: "auto" | "characters" | "words" | "bpe";
  /** Most different tokens. Default: by how much text there is. */
  readonly vocabulary?: number;
  /** Tokens of a text that are read at the most. Default: of the longest, at most 256. */
  readonly maxLength?: number;
  /** A condition in SQL: only rows for which it holds. */
  readonly filter?: string;
  /** Texts that mean that there is nothing in a cell of a table. */
  readonly missing?: readonly string[];
  /** What to do with a row that cannot be read: fail, the default, or leave it out. */
  readonly onError?: "fail" | "skip";
  /** Called with a notice as soon as there is one (long work begins, something is downloaded). */
  readonly onNotice?: (notice: string) => void;
  readonly signal?: AbortSignal;
}

/** An address taken apart: SOURCE[#PART][/INDEX]. */
export interface Address {
  readonly text: string;
  /** Path, URL or data set name. */
  readonly source: string;
  readonly part: string | null;
  readonly index: number | null;
}
