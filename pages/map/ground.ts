/** The layer under the dots: grid lines, what the decoder makes of each place, and hatching where no record is near. */

import { outlines, traceSmooth } from "./contour.js";
import type { MapData, Near } from "./data.js";
import { fitCanvas } from "./dots.js";
import type { Scale } from "./scale.js";
import type { State } from "./state.js";
import type { Look } from "./theme.js";
import type { View } from "./view.js";

/** Pixels between two lines of the hatching, along an edge. */
const HATCH_GAP = 10;
/** Opacity of the hatching where it would hide pictures. */
const OVER_PICTURES = 0.6;
/** The hatching goes this many times the grid's size beyond it: farther than one can go. */
const BEYOND = 50;

export interface Ground {
  draw(view: View, scales: readonly [Scale, Scale] | null, look: Look, pixelRatio: number): void;
}

export function ground(canvas: HTMLCanvasElement, state: State): Ground {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const far = farPath(state.data.near);
  let tile: { readonly key: string; readonly image: HTMLCanvasElement } | null = null;

  function hatch(view: View, look: Look, pixelRatio: number): void {
    const key = `${look.hatch} ${pixelRatio}`;
    if (tile?.key !== key) tile = { key, image: hatchTile(look.hatch, pixelRatio) };
    const pattern = context.createPattern(tile.image, "repeat");
    if (!pattern) return;
    const { x, y } = view.toStage(0, 0);
    const scale = view.scale * pixelRatio;
    // The path is in the map's units; the lines stay as wide as they are, and move with the map.
    const toDevice = new DOMMatrix([scale, 0, 0, -scale, x * pixelRatio, y * pixelRatio]);
    const whole = (value: number) => Math.round((value * pixelRatio) % tileSide(pixelRatio));
    pattern.setTransform(toDevice.inverse().translate(whole(x), whole(y)));
    context.setTransform(toDevice);
    context.fillStyle = pattern;
    context.fill(far, "evenodd");
  }

  return {
    draw(view, scales, look, pixelRatio) {
      fitCanvas(canvas, view, pixelRatio);
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      context.clearRect(0, 0, view.width, view.height);
      if (state.showsDecoder) drawLattice(context, state.data, view);
      else if (scales) drawGrid(context, view, scales, look);
      context.globalAlpha = state.showsDecoder ? OVER_PICTURES : 1;
      hatch(view, look, pixelRatio);
      context.globalAlpha = 1;
    },
  };
}

/** Where no record is near, in the map's units: all but the outlines of what is near. */
function farPath({ box, columns, rows, cells }: Near): Path2D {
  const path = new Path2D();
  const [width, height] = [box.right - box.left, box.top - box.bottom];
  path.rect(
    box.left - BEYOND * width,
    box.bottom - BEYOND * height,
    (2 * BEYOND + 1) * width,
    (2 * BEYOND + 1) * height,
  );
  const placeOf = (x: number, y: number) => [box.left + (x / columns) * width, box.top - (y / rows) * height] as const;
  for (const outline of outlines(cells, columns, rows)) traceSmooth(path, outline, placeOf);
  return path;
}

const tileSide = (pixelRatio: number): number => Math.round(HATCH_GAP * pixelRatio);

/** One line from corner to corner, to be repeated. */
function hatchTile(colour: string, pixelRatio: number): HTMLCanvasElement {
  const side = tileSide(pixelRatio);
  const image = document.createElement("canvas");
  image.width = side;
  image.height = side;
  const pen = image.getContext("2d") as CanvasRenderingContext2D;
  pen.strokeStyle = colour;
  pen.lineWidth = pixelRatio;
  pen.beginPath();
  // Its ends are in the neighbours' corners, so that lines meet without a gap.
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - 1, side + 1);
    pen.lineTo(shift + side + 1, -1);
  }
  pen.stroke();
  return image;
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
  if (!sheet?.complete || sheet.naturalWidth === 0) return;
  const from = view.toStage(box.left, box.top);
  const to = view.toStage(box.right, box.bottom);
  pen.imageSmoothingQuality = "medium";
  pen.drawImage(sheet, from.x, from.y, to.x - from.x, to.y - from.y);
}

/** Whether a record is near a place of the map. */
export function isNear({ box, columns, rows, cells }: Near, x: number, y: number): boolean {
  const column = Math.floor(((x - box.left) / (box.right - box.left)) * columns);
  const row = Math.floor(((box.top - y) / (box.top - box.bottom)) * rows);
  return column >= 0 && row >= 0 && column < columns && row < rows && cells[row * columns + column] === 1;
}
