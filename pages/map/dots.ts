/** The layer of dots: what its two ways of drawing, by WebGL2 and by a plain canvas, have in common. */

import type { View } from "./view.js";

/** How each dot looks: set when colours or filters change, not on every frame. */
export interface DotLooks {
  /** uint8 [count, 4]; alpha 0: not drawn. */
  readonly colours: Uint8Array;
  /** uint8 [count]: index into SHAPES. */
  readonly shapes: Uint8Array;
}

export interface DotLayer {
  readonly name: "webgl2" | "canvas";
  setLooks(looks: DotLooks): void;
  /** Draws all dots with this radius, CSS pixels. */
  draw(view: View, radius: number, pixelRatio: number): void;
}

/** Pixels of a dot's radius where all is seen: smaller the more there are, larger as one zooms in. */
export function dotRadius(count: number, zoom: number, stageSide: number): number {
  const base = Math.min(4, Math.max(1.6, (0.28 * stageSide) / Math.sqrt(count)));
  return Math.min(9, base * Math.max(1, zoom) ** 0.35);
}

/** Sets a canvas to the stage's size in device pixels, when that has changed. */
export function fitCanvas(canvas: HTMLCanvasElement, view: View, pixelRatio: number): void {
  const [width, height] = [Math.round(view.width * pixelRatio), Math.round(view.height * pixelRatio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
