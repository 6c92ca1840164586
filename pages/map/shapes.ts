/** Outlines of dots, as in the shader of dots-webgl.ts. */

import { SHAPES } from "./palette.js";

/** Traces the outline of SHAPES[shape] around (x, y), to be filled or stroked. */
export function traceShape(pen: CanvasRenderingContext2D, shape: number, x: number, y: number, radius: number): void {
  pen.beginPath();
  const name = SHAPES[shape];
  if (name === "circle") pen.arc(x, y, radius, 0, 2 * Math.PI);
  else for (const [px, py] of OUTLINES[name]) pen.lineTo(x + px * radius, y + py * radius);
  pen.closePath();
}

/** The same as a path of SVG. */
export function shapePath(shape: number, radius: number): string {
  const name = SHAPES[shape];
  if (name === "circle")
    return `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
  return `M${OUTLINES[name].map(([x, y]) => `${(x * radius).toFixed(2)} ${(y * radius).toFixed(2)}`).join("L")}z`;
}

type Corner = readonly [x: number, y: number];
const ARM = 0.36;

const OUTLINES: Readonly<Record<Exclude<(typeof SHAPES)[number], "circle">, readonly Corner[]>> = {
  square: [
    [-0.88, -0.88],
    [0.88, -0.88],
    [0.88, 0.88],
    [-0.88, 0.88],
  ],
  triangle: [
    [0, -1.2],
    [1.04, 0.6],
    [-1.04, 0.6],
  ],
  diamond: [
    [0, -1.2],
    [1.2, 0],
    [0, 1.2],
    [-1.2, 0],
  ],
  cross: [
    [-ARM, -1],
    [ARM, -1],
    [ARM, -ARM],
    [1, -ARM],
    [1, ARM],
    [ARM, ARM],
    [ARM, 1],
    [-ARM, 1],
    [-ARM, ARM],
    [-1, ARM],
    [-1, -ARM],
    [-ARM, -ARM],
  ],
};
