/** The ground that a map's points lie on: what is shown of it, where records are near, and a lattice of places to decode. */

import { sampleIndices } from "../../data/split.js";
import { emptyNearest, fillNearest } from "../projections/nearest.js";
import { PROBE_STREAM } from "../streams.js";
import type { Box } from "./page-data.js";

/** Share of the points that may lie outside on each side: a few far ones would squeeze the others. */
const OUTSIDE = 0.001;
const MARGIN = 0.04;

/** What a map shows first. */
export function boxOf(points: Float32Array): Box {
  const [left, right] = rangeOf(points, 0);
  const [bottom, top] = rangeOf(points, 1);
  return { left, right, bottom, top };
}

function rangeOf(points: Float32Array, which: 0 | 1): [number, number] {
  const values = Float32Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + which]).sort();
  const skip = Math.floor(values.length * OUTSIDE);
  const [least, most] = [values[skip], values[values.length - 1 - skip]];
  const margin = (most - least) * MARGIN || 1;
  return [least - margin, most + margin];
}

/** The box and a share of it on every side. */
export function grown({ left, right, bottom, top }: Box, share: number): Box {
  const [x, y] = [(right - left) * share, (top - bottom) * share];
  return { left: left - x, right: right + x, bottom: bottom - y, top: top + y };
}

/** A grid is at most this many times longer than wide, however narrow the box. */
const MOST_ASPECT = 16;

/** A grid of about `cells` cells over the box, each about `cellAspect` times as wide as high. */
export function gridOver(
  { left, right, bottom, top }: Box,
  cells: number,
  cellAspect = 1,
): { columns: number; rows: number } {
  const wanted = (right - left) / (top - bottom) / cellAspect;
  const aspect = Math.min(MOST_ASPECT, Math.max(1 / MOST_ASPECT, wanted));
  const columns = Math.max(1, Math.round(Math.sqrt(cells * aspect)));
  return { columns, rows: Math.max(1, Math.floor(cells / columns)) };
}

/** Middles of a grid's cells [rows * columns, 2], the top row first. */
export function cellMiddles({ left, right, bottom, top }: Box, columns: number, rows: number): Float32Array {
  const places = new Float32Array(2 * columns * rows);
  for (let i = 0; i < columns * rows; i++) {
    places[2 * i] = left + (((i % columns) + 0.5) / columns) * (right - left);
    places[2 * i + 1] = top - ((Math.floor(i / columns) + 0.5) / rows) * (top - bottom);
  }
  return places;
}

/** Points whose neighbours are looked for, to learn how close points lie. */
const PROBED = 500;
const PROBED_NEIGHBOUR = 3;
const PROBED_SHARE = 0.95;
/** Bounds, as shares of the box's longer side: dots are wide themselves, and a place far from all is far however few there are. */
const [LEAST_REACH, MOST_REACH] = [0.025, 0.12];

/** How far from a record a place still counts as near: as far as most records have their third neighbour. */
export function reachOf(points: Float32Array, box: Box): number {
  const side = Math.max(box.right - box.left, box.top - box.bottom);
  const count = points.length / 2;
  const k = Math.min(PROBED_NEIGHBOUR + 1, count);
  const probes = sampleIndices(count, PROBED, 0, PROBE_STREAM);
  const queries = Float32Array.from({ length: 2 * probes.length }, (_, i) => points[2 * probes[i >> 1] + (i & 1)]);
  const nearest = emptyNearest(probes.length, k);
  fillNearest(nearest, queries, points, 2, 0, probes.length);
  const distances = Float32Array.from(probes, (_, i) => nearest.distances[(i + 1) * k - 1]).sort();
  const usual = distances[Math.floor(PROBED_SHARE * (distances.length - 1))];
  return Math.min(MOST_REACH * side, Math.max(LEAST_REACH * side, usual));
}

/** 1 for each cell of a grid over the box, the top row first, whose middle is at most `reach` away from a point. */
export function nearCells(points: Float32Array, box: Box, columns: number, rows: number, reach: number): Uint8Array {
  const cells = new Uint8Array(columns * rows);
  const width = (box.right - box.left) / columns;
  const height = (box.top - box.bottom) / rows;
  for (let i = 0; i < points.length; i += 2) {
    const x = (points[i] - box.left) / width - 0.5;
    const y = (box.top - points[i + 1]) / height - 0.5;
    const [across, down] = [reach / width, reach / height];
    const last = Math.min(rows - 1, Math.floor(y + down));
    for (let row = Math.max(0, Math.ceil(y - down)); row <= last; row++) {
      const half = across * Math.sqrt(Math.max(0, 1 - ((row - y) / down) ** 2));
      const end = Math.min(columns - 1, Math.floor(x + half));
      for (let column = Math.max(0, Math.ceil(x - half)); column <= end; column++) cells[row * columns + column] = 1;
    }
  }
  return cells;
}
