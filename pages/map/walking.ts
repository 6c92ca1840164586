/** Finds the record that is meant: under a finger, next in a row, next in a direction. */

import type { PictureChoice } from "./pictures.js";
import type { State } from "./state.js";
import type { View } from "./view.js";

/** The record under pixel (x, y): of a picture that covers it, or the nearest dot at most `reach` pixels away; -1: none. */
export function recordAt(state: State, view: View, choice: PictureChoice, x: number, y: number, reach: number): number {
  const { points } = state.data;
  const shown = choice.at(view);
  if (shown) {
    const isCovering = (record: number): boolean => {
      const place = view.toStage(points[2 * record], points[2 * record + 1]);
      return Math.abs(place.x - x) <= shown.width / 2 && Math.abs(place.y - y) <= shown.height / 2;
    };
    // The selected one lies on top.
    if (state.selected >= 0 && isCovering(state.selected)) return state.selected;
    const found = shown.records.find(isCovering);
    if (found !== undefined) return found;
  }
  const place = view.toMap(x, y);
  return state.index.nearest(place.x, place.y, reach / view.scale, (record) => state.isVisible(record));
}

/** The visible record nearest to the middle of what is seen; -1 where all are hidden. */
export function middleRecord(state: State, view: View): number {
  for (let reach = view.width / view.scale / 16; ; reach *= 2) {
    const found = state.index.nearest(view.x, view.y, reach, (record) => state.isVisible(record));
    if (found >= 0 || !(reach < 1e3 * (view.box.right - view.box.left))) return found;
  }
}

/** The nearest visible record from `from` within 45 degrees of a direction (dx, dy), one of the four; -1: none. */
export function recordToward(state: State, from: number, dx: number, dy: number, farthest: number): number {
  const { points } = state.data;
  const [x, y] = [points[2 * from], points[2 * from + 1]];
  const accepts = (record: number): boolean => {
    const [across, up] = [points[2 * record] - x, points[2 * record + 1] - y];
    const along = across * dx + up * dy;
    return along > 0 && Math.abs(across * dy - up * dx) <= along && state.isVisible(record);
  };
  for (let reach = farthest / 256; reach <= 2 * farthest; reach *= 2) {
    const found = state.index.nearest(x, y, reach, accepts);
    if (found >= 0) return found;
  }
  return -1;
}

/** Bits of a place on the curve, per coordinate. */
const CURVE_BITS = 10;

/** All records along a curve that keeps neighbours near each other (Morton 1966). */
export function alongCurve({ data: { points, count, box } }: State): Int32Array {
  const most = 2 ** CURVE_BITS - 1;
  const bits = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * most);
  const keys = Float64Array.from({ length: count }, (_, i) => {
    const x = bits((points[2 * i] - box.left) / (box.right - box.left));
    const y = bits((points[2 * i + 1] - box.bottom) / (box.top - box.bottom));
    let key = 0;
    for (let b = CURVE_BITS - 1; b >= 0; b--) key = key * 4 + ((y >> b) & 1) * 2 + ((x >> b) & 1);
    return key;
  });
  return Int32Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
}
