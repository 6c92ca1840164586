/**
 * Draws the dots without WebGL2, pixel by pixel into an image that is put on a plain canvas: where no graphics card helps, that
 * was three times as fast as asking the canvas for each dot (10,000 and 20,000 dots, headless Chromium).
 */

import { type DotLayer, type DotLooks, fitCanvas } from "./dots.js";
import { SHAPES } from "./palette.js";
import { traceShape } from "./shapes.js";

/** How much of each pixel a dot covers, 0..255, [side, side]. */
interface Stamp {
  readonly side: number;
  readonly cover: Uint8Array;
}

export function canvasDots(canvas: HTMLCanvasElement, points: Float32Array): DotLayer {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  let looks: DotLooks | null = null;
  let stamps: readonly Stamp[] = [];
  let stampRadius = 0;
  let image: ImageData | null = null;

  return {
    name: "canvas",
    setLooks(next) {
      looks = next;
    },
    draw(view, radius, pixelRatio) {
      fitCanvas(canvas, view, pixelRatio);
      const { width, height } = canvas;
      if (image?.width !== width || image.height !== height) image = context.createImageData(width, height);
      image.data.fill(0);
      const device = radius * pixelRatio;
      if (device !== stampRadius) stamps = SHAPES.map((_, shape) => stampOf(shape, device));
      stampRadius = device;
      const scale = view.scale * pixelRatio;
      for (let dot = 0; looks && 2 * dot < points.length; dot++) {
        if (looks.colours[4 * dot + 3] === 0) continue;
        const x = width / 2 + (points[2 * dot] - view.x) * scale;
        const y = height / 2 - (points[2 * dot + 1] - view.y) * scale;
        if (x < -device || y < -device || x > width + device || y > height + device) continue;
        press(image, stamps[looks.shapes[dot]], x, y, looks.colours, 4 * dot);
      }
      context.putImageData(image, 0, 0);
    },
  };
}

function stampOf(shape: number, radius: number): Stamp {
  const side = 2 * Math.ceil(1.3 * radius + 1);
  const drawn = document.createElement("canvas");
  drawn.width = side;
  drawn.height = side;
  const pen = drawn.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  traceShape(pen, shape, side / 2, side / 2, radius);
  pen.fill();
  const { data } = pen.getImageData(0, 0, side, side);
  return { side, cover: Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]) };
}

/** Lays a stamp in the colour at `colours[from]` over what is there, its middle on the pixel nearest to (x, y). */
function press(
  { data, width, height }: ImageData,
  { side, cover }: Stamp,
  x: number,
  y: number,
  colours: Uint8Array,
  from: number,
): void {
  const [left, top] = [Math.round(x - side / 2), Math.round(y - side / 2)];
  const opacity = colours[from + 3] / 255;
  for (let row = Math.max(0, -top); row < Math.min(side, height - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(side, width - left); column++) {
      const alpha = (cover[row * side + column] / 255) * opacity;
      if (alpha === 0) continue;
      const at = 4 * ((top + row) * width + left + column);
      const under = (data[at + 3] / 255) * (1 - alpha);
      const total = alpha + under;
      for (let c = 0; c < 3; c++) data[at + c] = (colours[from + c] * alpha + data[at + c] * under) / total;
      data[at + 3] = 255 * total;
    }
  }
}
