/** What a map page carries: written here as JSON, read by the script in pages/map. */

/** Base64 of an array's bytes, little-endian. */
export type Packed = string;

/** Records in the order they are drawn in, which is random, so that no class lies on top of another. */
export interface PageData {
  readonly count: number;
  /** float32 [count, 2]. */
  readonly points: Packed;
  /** int32 [count]: index into `names`, -1 for none; null: no labels. */
  readonly labels: Packed | null;
  readonly names: readonly string[];
  readonly ids: readonly string[];
  /** float32 [count]: nats between a record's posterior and the prior N(0, 1). */
  readonly kl: Packed;
  /** Names of the coordinates; "" where they have no meaning of their own: then no scale is drawn. */
  readonly axes: readonly [string, string];
  /** What is looked at first: all points but a few far ones. */
  readonly box: Box;
  /** Where records are, on a grid that is wider than the box. */
  readonly near: NearGrid;
  /** Cells of the records, a list of texts per column; null where they have none. */
  readonly cells: { readonly columns: readonly string[]; readonly texts: readonly (readonly string[])[] } | null;
  readonly thumbnails: SpriteSheets | null;
  /** What the decoder makes of places in the box. */
  readonly lattice: Lattice | null;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** uint8 [rows, columns], the top row first: 1 where a record is near. */
export interface NearGrid {
  readonly box: Box;
  readonly columns: number;
  readonly rows: number;
  readonly cells: Packed;
}

/** Pictures of one size, left to right in rows of `columns`, `perSheet` on each sheet. */
export interface SpriteSheets {
  readonly height: number;
  readonly width: number;
  readonly columns: number;
  readonly perSheet: number;
  /** Data URIs. */
  readonly sheets: readonly string[];
}

/** One sheet of decoded pictures, the top row first, each at the middle of its cell of the box. */
export interface Lattice extends SpriteSheets {
  readonly rows: number;
  /** What the latents at a place are. */
  readonly inverse: string;
}
