/** A table as its source has it, before anybody decided what its columns mean: named columns of cells, row after row. */

/** A column as the source declares it; a csv declares nothing, so all its columns are text. */
export interface RawColumn {
  readonly name: string;
  readonly type: "text" | "integer" | "number" | "boolean" | "date" | "timestamp";
}

/** How the cells of one column become an array. Cells whose trimmed text is one of `missing` are missing, as is null. */
export type Conversion = { readonly column: string; readonly missing: readonly string[] } & (
  | {
      /** Float64Array, NaN where missing. */
      readonly as: "number";
      /** What separates the decimals. A thousands separator is no part of a number. */
      readonly decimal: "." | ",";
    }
  | {
      /** Int32Array: place among `labels` by trimmed text, -1 where missing, labels.length where it is none of them. */
      readonly as: "code";
      readonly labels: readonly string[];
    }
  | {
      /** Float64Array: milliseconds since 1970 (UTC), NaN where missing. */
      readonly as: "time";
      /** In the words of C's strftime, such as "%Y-%m-%d". */
      readonly format: string;
    }
  | {
      /** The text as it stands, null where missing. */
      readonly as: "text";
    }
);

/** What a conversion makes. */
export type Converted = Float64Array | Int32Array | readonly (string | null)[];

/** Some rows that follow each other, converted. */
export interface RawBatch {
  /** Number of the first row, from 0. */
  readonly start: number;
  readonly count: number;
  /** In the order of the conversions. */
  readonly columns: readonly Converted[];
  /** Cells that are no such number or time (NaN in their column), row after row: all rows that have one are among them. */
  readonly bad: readonly BadCell[];
}
export interface BadCell {
  /** From 0. */
  readonly row: number;
  readonly column: string;
  readonly text: string;
}

export interface RawTable {
  /** The address it was opened from. */
  readonly name: string;
  readonly columns: readonly RawColumn[];
  readonly count: number;
  /** Changes when the data changes. */
  readonly fingerprint: string;
  readonly notices: readonly string[];
  /** Cells of at most `limit` rows as text, a column after the other: a sample drawn by `seed`, in the table's order. */
  sample(limit: number, seed: number): Promise<readonly (readonly (string | null)[])[]>;
  /** All rows in their order. E_FILE where the file is damaged. */
  read(conversions: readonly Conversion[]): AsyncIterable<RawBatch>;
  close(): Promise<void>;
}
