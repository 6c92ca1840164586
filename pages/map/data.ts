/** Reads what the page carries. */

import type { Box, Lattice, Packed, PageData, SpriteSheets } from "../../src/eval/map-page/page-data.js";

export type { Box };

export interface MapData {
  readonly count: number;
  /** [count, 2]. */
  readonly points: Float32Array;
  /** Index into `names`, -1 for none; null: no labels. */
  readonly labels: Int32Array | null;
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly kl: Float32Array;
  readonly axes: readonly [string, string];
  readonly box: Box;
  readonly near: Near;
  readonly cells: PageData["cells"];
  readonly thumbnails: Sprites | null;
  readonly lattice: (Sprites & Pick<Lattice, "rows" | "inverse">) | null;
}

export interface Near {
  readonly box: Box;
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint8Array;
}

export interface Sprites extends Omit<SpriteSheets, "sheets"> {
  readonly sheets: readonly HTMLImageElement[];
  /** Draws picture `index` into a rectangle; nothing where its sheet is not decoded yet. */
  draw(context: CanvasRenderingContext2D, index: number, x: number, y: number, width: number, height: number): void;
}

/** `onPicture` is called when a sheet of pictures is there. */
export function readData(onPicture: () => void): MapData {
  const page = JSON.parse(document.getElementById("data")?.textContent ?? "") as PageData;
  return {
    ...page,
    points: new Float32Array(bytesOf(page.points)),
    labels: page.labels === null ? null : new Int32Array(bytesOf(page.labels)),
    kl: new Float32Array(bytesOf(page.kl)),
    near: { ...page.near, cells: new Uint8Array(bytesOf(page.near.cells)) },
    thumbnails: page.thumbnails && spritesOf(page.thumbnails, onPicture),
    lattice: page.lattice && {
      ...spritesOf(page.lattice, onPicture),
      rows: page.lattice.rows,
      inverse: page.lattice.inverse,
    },
  };
}

function bytesOf(packed: Packed): ArrayBuffer {
  return Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)).buffer;
}

function spritesOf({ height, width, columns, perSheet, sheets }: SpriteSheets, onPicture: () => void): Sprites {
  const images = sheets.map((uri) => {
    const image = new Image();
    image.onload = onPicture;
    image.src = uri;
    return image;
  });
  return {
    height,
    width,
    columns,
    perSheet,
    sheets: images,
    draw(context, index, x, y, drawnWidth, drawnHeight) {
      const image = images[Math.floor(index / perSheet)];
      if (!image.complete || image.naturalWidth === 0) return;
      const place = index % perSheet;
      const left = (place % columns) * width;
      const top = Math.floor(place / columns) * height;
      context.drawImage(image, left, top, width, height, x, y, drawnWidth, drawnHeight);
    },
  };
}
