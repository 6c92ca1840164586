/** What a place to run in gives: devices, files, sources of data and sinks for results. Node has one, browsers another. */

import type { Address, Dataset, OpenOptions } from "./data/dataset.js";
import type { RawColumn } from "./data/table/raw.js";
import type { Engine, EngineOptions } from "./runtime/engine.js";

export interface FileInfo {
  readonly kind: "file" | "folder";
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** What a lock leaves in its folder while it is held; names that begin so are no more than that. */
export const LOCK_FILE = ".vaekit-lock";

/** `length` bytes from `offset`. */
export interface FilePart {
  readonly offset: number;
  readonly length: number;
}

/** Files by path. Writes are atomic: after a crash a reader sees the old file or the new one, whole. */
export interface Files {
  stat(path: string): Promise<FileInfo | null>;
  /** All bytes, or `length` bytes from `offset`. E_PATH when there is nothing. */
  read(path: string, offset?: number, length?: number): Promise<Uint8Array>;
  /** Several parts of one file at once, in the order asked for; a part that reaches beyond the end is shorter. E_PATH. */
  readParts(path: string, parts: readonly FilePart[]): Promise<Uint8Array[]>;
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Begins a file that is written piece by piece. Until it is closed, a reader sees the old file. E_OUT. */
  writer(path: string): Promise<FileWriter>;
  /** Adds to the end (metrics), each call one line: all of it or, on a full disk, none. */
  append(path: string, text: string): Promise<void>;
  list(path: string): Promise<string[]>;
  makeFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  join(...parts: string[]): string;
  /** Takes the folder for one writer. E_LOCKED names the process that has it; a dead process's lock is taken over. */
  lock(folder: string): Promise<Lock>;
}
/** A file on its way: E_OUT when it cannot be written, and then it is to be aborted. */
export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Puts the whole file in its place. */
  close(): Promise<void>;
  /** Leaves nothing of it; after `close` it does nothing. */
  abort(): Promise<void>;
}
export interface Lock {
  /** E_LOCKED when another process took the folder, as it may when this one was stopped for minutes on a shared drive. */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** One kind of place that data comes from. The highest bid opens. */
export interface Source {
  readonly name: string;
  /** Readable forms of address, for help. */
  readonly forms: readonly string[];
  /** 0 "not mine" .. 1 "surely mine", after a cheap look; or a reason why it looks like mine but cannot be used. */
  bid(address: Address, host: Host): Promise<number>;
  open(address: Address, options: OpenOptions, host: Host): Promise<Dataset>;
}

/** One format that pictures are written in. */
export interface PictureSink {
  readonly name: string;
  /** Lower-case extensions with the dot; "/" for folders. */
  readonly extensions: readonly string[];
  write(path: string, pictures: Pictures, layout: PictureLayout, host: Host): Promise<string[]>;
}
/** Pictures as bytes [count, height, width, channels], channels 1 or 3. */
export interface Pictures {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
  /** File name per picture (without extension) where a sink writes one file each. */
  readonly names?: readonly string[];
}
export interface PictureLayout {
  /** Pictures per row of a contact sheet. Default: near square. */
  readonly columns?: number;
  /** Milliseconds per frame of an animation. */
  readonly frameMilliseconds?: number;
  /** 1..100: how much a format may lose to be small. Default: nothing. A format that never loses ignores it. */
  readonly quality?: number;
}

/** One format that tables are written in and read back from. */
export interface TableSink {
  readonly name: string;
  readonly extensions: readonly string[];
  /** Begins a table, which is there once it is closed. E_OUT; E_SHAPE for two columns of one name. */
  open(path: string, columns: readonly TableColumn[], options: TableOptions, host: Host): Promise<TableWriter>;
}
export interface TableColumn {
  readonly name: string;
  /** What its cells are, for formats that know types; there a text is read as this type. */
  readonly type: RawColumn["type"];
  /** Numbers a row of a matrix; they are spread to name_0, name_1... in all formats but npz. */
  readonly width?: number;
}
export interface TableOptions {
  /**
   * In csv and tsv, puts an apostrophe before texts that a spreadsheet would run as formulas: those that begin with
   * = + - @, tab or CR and are no numbers. Default no: they would not read back the same.
   */
  readonly escapeFormulas?: boolean;
}
/** A table on its way. After an error it is to be aborted. */
export interface TableWriter {
  /** Adds rows below those before. E_SHAPE for a missing column or one of another length, E_DATA for a cell of another type. */
  write(rows: TableValues): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing of it; after `close` it does nothing. */
  abort(): Promise<void>;
}
/** Cells of a column. Numbers among dates and timestamps are milliseconds since 1970 (UTC). */
export type Cells =
  | readonly (string | number | boolean | null)[]
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | Matrix;
/** Columns by name; matrices ([count, width] Float32Array) are spread to name_0, name_1... in all formats but npz. */
export interface TableValues {
  readonly count: number;
  readonly columns: Readonly<Record<string, Cells>>;
}
export interface Matrix {
  readonly values: Float32Array;
  readonly width: number;
}

export interface Host {
  readonly name: "node" | "browser";
  readonly files: Files;
  readonly sources: readonly Source[];
  readonly pictureSinks: readonly PictureSink[];
  readonly tableSinks: readonly TableSink[];
  /** Devices that can be asked for. */
  readonly devices: readonly string[];
  engine(device: string, options?: EngineOptions): Promise<Engine>;
  /** The most bytes this program has held, where that is known. */
  memory?(): number;
  /** SHA-256, hexadecimal. */
  digest(bytes: Uint8Array): Promise<string>;
}
