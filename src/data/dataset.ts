/** A data set: records with random access by index, read as columns. */

/** What a column holds: its field kind and that kind's own facts. @example { kind: "image", height: 28, width: 28, channels: 1 } */
export interface FieldSchema {
  readonly kind: string;
  readonly [fact: string]: unknown;
}
/** Fields by name, in order. */
export interface Schema {
  readonly fields: Readonly<Record<string, FieldSchema>>;
}

/** Values of one field for some records, records first: for pictures [n, H, W, C], uint8 in 0..255 or float32 in 0..1. */
export type Column = Uint8Array | Float32Array;
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
}

/** How to open data; what a source does not know it ignores. */
export interface OpenOptions {
  /** Height and width that pictures are brought to; "auto" chooses from the data. */
  readonly size?: "auto" | number | readonly [height: number, width: number];
  readonly channels?: "auto" | 1 | 3;
  /** At most this many records, a seeded sample in the source's order. */
  readonly limit?: number;
  readonly seed?: number;
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
