/** Pictures on a canvas. */

import type { Pictures } from "vaekit";

/** Draws the pictures in rows of `columns`, `gap` clear pixels between them, one pixel a pixel. */
export function drawSheet(canvas: HTMLCanvasElement, pictures: Pictures, columns: number, gap: number): void {
  const { count, height, width } = pictures;
  const rows = Math.ceil(count / columns);
  canvas.width = columns * (width + gap) - gap;
  canvas.height = rows * (height + gap) - gap;
  const pen = canvas.getContext("2d")!;
  for (let i = 0; i < count; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    pen.putImageData(imageOf(pictures, i), column * (width + gap), row * (height + gap));
  }
}

function imageOf({ height, width, channels, pixels }: Pictures, index: number): ImageData {
  const image = new ImageData(width, height);
  const start = index * height * width * channels;
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[start + i * channels + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  return image;
}
