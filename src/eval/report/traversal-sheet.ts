/** Walks through latent space as pictures with words: a row per walk on a sheet, or all walks side by side in frames. */

import type { Pictures } from "../../host.js";
import { type Colour, canvas } from "./canvas.js";
import { CAPITAL_HEIGHT, textWidth } from "./lettering.js";

/** Pictures of walks, one walk after the other. */
export interface WalkPictures {
  /** [walks * steps, ...]. */
  readonly pictures: Pictures;
  readonly walks: readonly { readonly name: string; readonly note: string }[];
  /** How far each step is from the middle, in standard deviations. */
  readonly strides: readonly number[];
}

const INK: Colour = [32, 36, 44];
const SOFT_INK: Colour = [104, 110, 120];
const LETTER = { name: 10, note: 8, tick: 8 };
/** Pictures are enlarged by a whole factor until their shorter side has this many pixels: beside letters they shall be seen. */
const SHORTEST_SIDE = 56;
const MARGIN = 14;
const GAP = 2;
const ROW_GAP = 6;
const HEAD = 26;
/** Space between a row's words and its pictures. */
const LABEL_GAP = 14;

function factorOf({ height, width }: Pictures): number {
  return Math.max(1, Math.ceil(SHORTEST_SIDE / Math.min(height, width)));
}

/** A row per walk with its name on the left; above the first row how far it goes. */
export function traversalSheet({ pictures, walks, strides }: WalkPictures): Pictures {
  const factor = factorOf(pictures);
  const [height, width] = [pictures.height * factor, pictures.width * factor];
  const label = Math.max(...walks.flatMap(({ name, note }) => [wide(name, LETTER.name), wide(note, LETTER.note)]));
  const left = MARGIN + Math.ceil(label) + LABEL_GAP;
  const steps = strides.length;
  const page = canvas(
    left + steps * (width + GAP) - GAP + MARGIN,
    MARGIN + HEAD + walks.length * (height + ROW_GAP) - ROW_GAP + MARGIN,
  );
  for (const i of new Set([0, Math.floor((steps - 1) / 2), steps - 1])) {
    if (i !== 0 && i !== steps - 1 && strides[i] !== 0) continue; // with an even number no picture is the middle
    page.text(tick(strides[i]), left + i * (width + GAP) + width / 2, MARGIN + 12, LETTER.tick, SOFT_INK, 0.5);
  }
  walks.forEach(({ name, note }, row) => {
    const top = MARGIN + HEAD + row * (height + ROW_GAP);
    const middle = top + height / 2;
    page.text(name, MARGIN, note ? middle - 3 : middle + LETTER.name / 2, LETTER.name, INK);
    page.text(note, MARGIN, middle + 15, LETTER.note, SOFT_INK);
    for (let i = 0; i < steps; i++) page.picture(pictures, row * steps + i, left + i * (width + GAP), top, factor);
  });
  return page.toPicture();
}

/** A frame per step: every walk's picture at that step above its name, near square. */
export function traversalFrames({ pictures, walks, strides }: WalkPictures): Pictures {
  const factor = factorOf(pictures);
  const [height, width] = [pictures.height * factor, pictures.width * factor];
  const across = Math.ceil(Math.sqrt(walks.length));
  const cell = Math.max(width, Math.ceil(Math.max(...walks.map(({ name }) => wide(name, LETTER.note))))) + MARGIN;
  const line = height + LETTER.note + 2 * ROW_GAP + MARGIN / 2;
  const frames = strides.map((_, step) => {
    const page = canvas(across * cell + MARGIN, Math.ceil(walks.length / across) * line + MARGIN);
    walks.forEach(({ name }, i) => {
      const x = MARGIN + (i % across) * cell;
      const y = MARGIN + Math.floor(i / across) * line;
      page.picture(pictures, i * strides.length + step, x + Math.floor((cell - MARGIN - width) / 2), y, factor);
      page.text(name, x + (cell - MARGIN) / 2, y + height + ROW_GAP + LETTER.note, LETTER.note, SOFT_INK, 0.5);
    });
    return page.toPicture();
  });
  const pixels = new Uint8Array(frames.length * frames[0].pixels.length);
  frames.forEach((frame, i) => {
    pixels.set(frame.pixels, i * frame.pixels.length);
  });
  return { ...frames[0], count: frames.length, pixels };
}

/** @example tick(-2.5) // "-2.5 sd" */
export function tick(stride: number): string {
  if (stride === 0) return "0";
  return `${stride > 0 ? "+" : "-"}${Number(Math.abs(stride).toPrecision(3))} sd`;
}

function wide(text: string, size: number): number {
  return (textWidth(text) * size) / CAPITAL_HEIGHT;
}
