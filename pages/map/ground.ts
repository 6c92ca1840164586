/** The layer under the dots: grid lines, what the decoder makes of each place, and hatching where no record is near. */

import type { Box, MapData, Near } from "./data.js";
import { fitCanvas } from "./dots.js";
import type { Scale } from "./scale.js";
import type { State } from "./state.js";
import type { Look } from "./theme.js";
import type { View } from "./view.js";

/** Pixels between two lines of the hatching, across them. */
const HATCH_GAP = 7;
/** Opacity of the hatching where it would hide pictures. */
const OVER_PICTURES = 0.6;

export interface Ground {
  draw(view: View, scales: readonly [Scale, Scale] | null, look: Look, pixelRatio: number): void;
}

export function ground(canvas: HTMLCanvasElement, state: State): Ground {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const near = nearMask(state.data.near);
  const hatching = document.createElement("canvas");

  /** Hatches the stage, then wipes it where records are near. */
  function hatched(view: View, look: Look, pixelRatio: number): HTMLCanvasElement {
    fitCanvas(hatching, view, pixelRatio);
    const pen = hatching.getContext("2d") as CanvasRenderingContext2D;
    pen.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    pen.globalCompositeOperation = "source-over";
    pen.clearRect(0, 0, view.width, view.height);
    // The lines move with the map, so that they seem to be drawn on it.
    const origin = view.toStage(0, 0);
    const gap = HATCH_GAP * Math.SQRT2;
    const start = (((origin.x + origin.y) % gap) + gap) % gap;
    pen.strokeStyle = look.hatch;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let x = start - gap; x < view.width + view.height; x += gap) {
      pen.moveTo(x, 0);
      pen.lineTo(x - view.height, view.height);
    }
    pen.stroke();
    pen.globalCompositeOperation = "destination-out";
    drawOver(pen, near, state.data.near.box, view);
    return hatching;
  }

  return {
    draw(view, scales, look, pixelRatio) {
      fitCanvas(canvas, view, pixelRatio);
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      context.clearRect(0, 0, view.width, view.height);
      if (state.showsDecoder) drawLattice(context, state.data, view);
      else if (scales) drawGrid(context, view, scales, look);
      context.globalAlpha = state.showsDecoder ? OVER_PICTURES : 1;
      context.drawImage(hatched(view, look, pixelRatio), 0, 0, view.width, view.height);
      context.globalAlpha = 1;
    },
  };
}

function drawGrid(pen: CanvasRenderingContext2D, view: View, [across, up]: readonly [Scale, Scale], look: Look): void {
  pen.strokeStyle = look.grid;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const { place } of across.ticks) {
    pen.moveTo(Math.round(place) + 0.5, 0);
    pen.lineTo(Math.round(place) + 0.5, view.height);
  }
  for (const { place } of up.ticks) {
    pen.moveTo(0, Math.round(place) + 0.5);
    pen.lineTo(view.width, Math.round(place) + 0.5);
  }
  pen.stroke();
}

function drawLattice(pen: CanvasRenderingContext2D, { lattice, box }: MapData, view: View): void {
  const [sheet] = lattice?.sheets ?? [];
  if (sheet?.complete && sheet.naturalWidth > 0) drawOver(pen, sheet, box, view);
}

/** An image over a box of the map. */
function drawOver(pen: CanvasRenderingContext2D, image: CanvasImageSource, box: Box, view: View): void {
  const from = view.toStage(box.left, box.top);
  const to = view.toStage(box.right, box.bottom);
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = "medium";
  pen.drawImage(image, from.x, from.y, to.x - from.x, to.y - from.y);
}

/** Opaque where a record is near; enlarged, its edges are smooth. */
function nearMask({ columns, rows, cells }: Near): HTMLCanvasElement {
  const mask = document.createElement("canvas");
  mask.width = columns;
  mask.height = rows;
  const pen = mask.getContext("2d") as CanvasRenderingContext2D;
  const image = pen.createImageData(columns, rows);
  cells.forEach((cell, i) => {
    image.data[4 * i + 3] = 255 * cell;
  });
  pen.putImageData(image, 0, 0);
  return mask;
}

/** Whether a record is near a place of the map. */
export function isNear({ box, columns, rows, cells }: Near, x: number, y: number): boolean {
  const column = Math.floor(((x - box.left) / (box.right - box.left)) * columns);
  const row = Math.floor(((box.top - y) / (box.top - box.bottom)) * rows);
  return column >= 0 && row >= 0 && column < columns && row < rows && cells[row * columns + column] === 1;
}
