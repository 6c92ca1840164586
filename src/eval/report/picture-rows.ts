/** A sheet of rows: a picture, then pictures that belong to it, each with a line of lettering below. */

import type { Pictures } from "../../host.js";
import { type Colour, canvas } from "./canvas.js";
import { CAPITAL_HEIGHT, textWidth } from "./lettering.js";

/** A picture of `pictures` by its place there. */
export interface Captioned {
  readonly place: number;
  readonly caption: string;
}
export interface PictureRow {
  readonly lead: Captioned;
  readonly others: readonly Captioned[];
}

/** Pictures are enlarged by a whole factor until their longer side has about this many pixels. */
const SIDE = 84;
const GAP = 10;
/** Between the picture that leads a row and the others. */
const LEAD_GAP = 26;
const BLOCK_GAP = 40;
const MARGIN = 16;
const LETTERS = 8;
const CAPTION_HEIGHT = 24;
const INK: Colour = [32, 36, 44];
const SOFT_INK: Colour = [110, 116, 126];
const ACCENT: Colour = [49, 104, 190];
const FRAME = 2;

/** A sheet of short rows has several columns of them, as wide as this. */
const SHEET_WIDTH = 1400;

/** The sheet, one picture in colour. Captions that are too long lose their beginning. */
export function pictureRows(pictures: Pictures, rows: readonly PictureRow[]): Pictures {
  const factor = Math.max(1, Math.round(SIDE / Math.max(pictures.height, pictures.width)));
  const [high, wide] = [pictures.height * factor, pictures.width * factor];
  const longest = Math.max(0, ...rows.map(({ others }) => others.length));
  const left = (column: number) => (column === 0 ? 0 : LEAD_GAP - GAP) + column * (wide + GAP);
  const block = left(longest) + wide + BLOCK_GAP;
  const blocks = Math.min(rows.length, Math.max(1, Math.floor(SHEET_WIDTH / block)));
  const perBlock = Math.ceil(rows.length / blocks);
  const page = canvas(
    2 * MARGIN + Math.ceil(rows.length / perBlock) * block - BLOCK_GAP,
    2 * MARGIN + perBlock * (high + CAPTION_HEIGHT) - GAP / 2,
  );
  rows.forEach(({ lead, others }, row) => {
    const top = MARGIN + (row % perBlock) * (high + CAPTION_HEIGHT);
    const start = MARGIN + Math.floor(row / perBlock) * block;
    [lead, ...others].forEach(({ place, caption }, column) => {
      const x = start + left(column);
      page.picture(pictures, place, x, top, factor);
      const text = fitting(caption, wide);
      page.text(text, x + wide / 2, top + high + LETTERS + 5, LETTERS, column === 0 ? INK : SOFT_INK, 0.5);
    });
    const [x, y, right, bottom] = [start - FRAME, top - FRAME, start + wide + FRAME, top + high + FRAME];
    const corners = [[x, y], [right, y], [right, bottom], [x, bottom], [x, y]] as const; // biome-ignore format: the way around
    page.line(corners, FRAME, ACCENT);
  });
  return page.toPicture();
}

function fitting(caption: string, width: number): string {
  const isWide = (text: string) => (textWidth(text) * LETTERS) / CAPITAL_HEIGHT > width;
  if (!isWide(caption)) return caption;
  let rest = caption;
  while (rest.length > 1 && isWide(`..${rest}`)) rest = rest.slice(1);
  return `..${rest}`;
}
