/** A map as a page to wander in: one HTML file that needs nothing else. */

import type { Labels } from "../../data/dataset.js";
import type { Host, Pictures } from "../../host.js";
import { script, style } from "../../pages/map.js";
import { Philox } from "../../random.js";
import type { LatentCloud, Projected } from "../projections/projection.js";
import { DRAWING_STREAM } from "../streams.js";
import { base64 } from "./base64.js";
import { boxOf, cellMiddles, gridOver, grown, nearCells, reachOf } from "./ground.js";
import type { Box, Lattice, NearGrid, PageData } from "./page-data.js";
import { skeleton } from "./skeleton.js";
import { makeSprites, type ReadPictures } from "./sprites.js";

export interface MapPage {
  /** The data set's. */
  readonly name: string;
  /** What is shown and how, in a line. */
  readonly summary: string;
  /** The model and how it was trained; how the map was made: small print, a paragraph each. */
  readonly notes: readonly string[];
  readonly cloud: LatentCloud;
  readonly projected: Projected;
  readonly labels: Labels | null;
  readonly ids: readonly string[];
  /** Where records are pictures. */
  readonly pictures: MapPictures | null;
  /** Where records are rows. */
  readonly cells: MapCells | null;
  readonly seed: number;
}

export interface MapPictures {
  /** Pictures of records. */
  readonly read: ReadPictures;
  /** Width of a picture by its height. */
  readonly aspect: number;
  /** The decoder's pictures for latents [n, width]. */
  readonly decode: (z: Float32Array) => Promise<Pictures>;
}

/** Some cells of each record. */
export interface MapCells {
  readonly columns: readonly string[];
  /** One list of texts per column. */
  readonly texts: readonly (readonly string[])[];
}

export interface PageOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A page of this many bytes opens at once, and still goes by mail. */
export const MAX_BYTES = 8_000_000;
/** What is left free of it. */
const SPARE = 100_000;
/** Pictures are shown at about this size at most. */
const THUMBNAIL_SIDE = 64;
/** The lattice: 32 x 32 places where the box is square. */
const LATTICE_CELLS = 1024;
const LATTICE_SIDE = 48;
const LATTICE_BYTES = 900_000;
/** Cells of the grid that says where records are near, and how far it goes beyond the box. */
const NEAR_CELLS = 128 * 128;
const NEAR_GROWTH = 0.25;
/** Names of more bytes together are shortened to their ends, so that pictures have room. */
const MAX_NAME_BYTES = 1_500_000;

/** The page's text, fewer than `MAX_BYTES` bytes. Without pictures where the host writes none that a page can show. */
export async function mapPage(page: MapPage, host: Host, options: PageOptions = {}): Promise<string> {
  const { cloud, projected, labels, pictures } = page;
  const order = new Philox(page.seed, DRAWING_STREAM).permutation(cloud.count);
  const points = Float32Array.from(
    { length: 2 * cloud.count },
    (_, i) => projected.points[2 * order[i >> 1] + (i & 1)],
  );
  const box = boxOf(points);
  const data: PageData = {
    count: cloud.count,
    points: base64(points),
    ...classesOf(labels, order),
    ids: shortened(Array.from(order, (i) => page.ids[i])),
    kl: base64(klOf(cloud, order)),
    axes: projected.axes,
    box,
    near: nearGrid(points, box),
    cells: page.cells && cellsOf(page.cells, order),
    thumbnails: null,
    lattice: pictures && (await lattice(pictures, projected, box, host)),
  };
  const frame = { title: page.name, summary: page.summary, notes: page.notes, style, script };
  if (!pictures) return skeleton(frame, data);
  const used = utf8Length(skeleton(frame, data));
  const thumbnails = await makeSprites(
    cloud.count,
    (indices) => pictures.read(Uint32Array.from(indices, (i) => order[i])),
    { bytes: MAX_BYTES - SPARE - used, side: THUMBNAIL_SIDE, ...options },
    host,
  );
  return skeleton(frame, { ...data, thumbnails });
}

async function lattice(
  { decode, aspect }: MapPictures,
  projected: Projected,
  box: Box,
  host: Host,
): Promise<Lattice | null> {
  const { columns, rows } = gridOver(box, LATTICE_CELLS, aspect);
  const pictures = await decode(projected.latentsAt(cellMiddles(box, columns, rows)));
  const size = pictures.pixels.length / pictures.count;
  const read: ReadPictures = async (indices) => {
    const pixels = new Uint8Array(indices.length * size);
    indices.forEach((index, i) => {
      pixels.set(pictures.pixels.subarray(index * size, (index + 1) * size), i * size);
    });
    return { ...pictures, count: indices.length, pixels };
  };
  const count = columns * rows;
  const wishes = { bytes: LATTICE_BYTES, side: LATTICE_SIDE, columns, perSheet: count };
  const sprites = await makeSprites(count, read, wishes, host);
  return sprites && { ...sprites, rows, inverse: projected.inverse };
}

/** Texts longer than this are cut, so that a card stays a card. */
const MAX_CELL = 40;

function cellsOf({ columns, texts }: MapCells, order: Uint32Array): PageData["cells"] {
  const cut = (text: string) => (text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}\u2026` : text);
  return {
    columns: columns.map(cut),
    texts: texts.map((column) => Array.from(order, (record) => cut(column[record]))),
  };
}

/** Classes of the records, only those that occur. */
function classesOf(labels: Labels | null, order: Uint32Array): Pick<PageData, "labels" | "names"> {
  if (!labels) return { labels: null, names: [] };
  const found = new Set(Array.from(order, (record) => labels.indices[record]));
  const kept = [...found].filter((index) => index >= 0).sort((a, b) => a - b);
  const placeOf = new Map(kept.map((index, place) => [index, place]));
  return {
    labels: base64(Int32Array.from(order, (record) => placeOf.get(labels.indices[record]) ?? -1)),
    names: shortened(kept.map((index) => labels.names[index])),
  };
}

function nearGrid(points: Float32Array, box: Box): NearGrid {
  const wide = grown(box, NEAR_GROWTH);
  const { columns, rows } = gridOver(wide, NEAR_CELLS);
  return { box: wide, columns, rows, cells: base64(nearCells(points, wide, columns, rows, reachOf(points, box))) };
}

/** KL(q(z|x) || N(0, 1)) of each record, nats (Kingma & Welling 2014, appendix B). */
function klOf({ mu, logvar, width }: LatentCloud, order: Uint32Array): Float32Array {
  return Float32Array.from(order, (record) => {
    let sum = 0;
    for (let j = record * width; j < (record + 1) * width; j++)
      sum += 0.5 * (mu[j] * mu[j] + Math.exp(logvar[j]) - logvar[j] - 1);
    return sum;
  });
}

function shortened(names: readonly string[]): readonly string[] {
  if (utf8Length(names.join("")) <= MAX_NAME_BYTES) return names;
  const most = Math.floor(MAX_NAME_BYTES / names.length / BYTES_A_LETTER);
  return names.map((name) => (name.length > most ? `\u2026${name.slice(1 - most)}` : name));
}
/** Of a letter outside ASCII, at most. */
const BYTES_A_LETTER = 3;

const utf8Length = (text: string) => new TextEncoder().encode(text).length;
