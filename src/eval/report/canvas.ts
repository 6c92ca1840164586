/** A picture to draw on: anti-aliased dots, lines and text, in plain arrays. */

import type { Pictures } from "../../host.js";
import { CAPITAL_HEIGHT, letterOf, type Point, textWidth } from "./lettering.js";

export type Colour = readonly [red: number, green: number, blue: number];

export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** A filled circle. */
  dot(x: number, y: number, radius: number, colour: Colour, opacity?: number): void;
  line(points: readonly Point[], thickness: number, colour: Colour): void;
  /** Text whose baseline starts at (x, y), with capitals `size` pixels high; `anchor` is the share of its width left of x. */
  text(text: string, x: number, y: number, size: number, colour: Colour, anchor?: number): void;
  /** Picture `index` of several, grey or colour, its top left corner at whole pixels, each pixel `factor` wide and high. */
  picture(pictures: Pictures, index: number, x: number, y: number, factor: number): void;
  toPicture(): Pictures;
}

const WHITE = 255;
/** Thickness of letters as a share of their height. */
const LETTER_WEIGHT = 0.115;

export function canvas(width: number, height: number): Canvas {
  const pixels = new Uint8Array(width * height * 3).fill(WHITE);
  // How much of each pixel the shape being drawn covers; the largest of its parts, so that they do not add up.
  const covered = new Float32Array(width * height);

  function blend(index: number, colour: Colour, share: number): void {
    for (let c = 0; c < 3; c++) pixels[3 * index + c] += (colour[c] - pixels[3 * index + c]) * share;
  }

  /** Calls `visit` with each pixel whose centre is near the segment a-b, and its distance. */
  function near(
    [ax, ay]: Point,
    [bx, by]: Point,
    reach: number,
    visit: (index: number, distance: number) => void,
  ): void {
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const top = Math.max(0, Math.floor(Math.min(ay, by) - reach));
    const bottom = Math.min(height - 1, Math.ceil(Math.max(ay, by) + reach));
    const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
    const right = Math.min(width - 1, Math.ceil(Math.max(ax, bx) + reach));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
        const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
        const distance = Math.hypot(px - along * dx, py - along * dy);
        if (distance < reach) visit(y * width + x, distance);
      }
    }
  }

  function strokes(lines: readonly (readonly Point[])[], thickness: number, colour: Colour): void {
    const radius = thickness / 2;
    const touched = new Set<number>();
    for (const points of lines) {
      for (let i = 0; i < Math.max(1, points.length - 1); i++) {
        near(points[i], points[Math.min(i + 1, points.length - 1)], radius + 0.5, (index, distance) => {
          covered[index] = Math.max(covered[index], Math.min(1, radius + 0.5 - distance));
          touched.add(index);
        });
      }
    }
    for (const index of touched) {
      blend(index, colour, covered[index]);
      covered[index] = 0;
    }
  }

  return {
    width,
    height,
    dot(x, y, radius, colour, opacity = 1) {
      near([x, y], [x, y], radius + 0.5, (index, distance) =>
        blend(index, colour, opacity * Math.min(1, radius + 0.5 - distance)),
      );
    },
    line: (points, thickness, colour) => strokes([points], thickness, colour),
    text(text, x, y, size, colour, anchor = 0) {
      const scale = size / CAPITAL_HEIGHT;
      let pen = x - anchor * textWidth(text) * scale;
      for (const character of text) {
        const letter = letterOf(character);
        const placed = letter.strokes.map((stroke) =>
          stroke.map(([px, py]): Point => [pen + px * scale, y - py * scale]),
        );
        strokes(placed, size * LETTER_WEIGHT, colour);
        pen += letter.advance * scale;
      }
    },
    picture({ height: rows, width: across, channels, pixels: from }, index, x, y, factor) {
      for (let row = 0; row < rows * factor; row++) {
        for (let column = 0; column < across * factor; column++) {
          const pixel = (index * rows + Math.floor(row / factor)) * across + Math.floor(column / factor);
          const to = 3 * ((y + row) * width + x + column);
          for (let c = 0; c < 3; c++) pixels[to + c] = from[pixel * channels + (channels === 3 ? c : 0)];
        }
      }
    },
    toPicture: () => ({ count: 1, height, width, channels: 3, pixels }),
  };
}
