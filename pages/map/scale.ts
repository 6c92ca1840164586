/** Round numbers along an edge of the stage. */

import type { View } from "./view.js";

export interface Scale {
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
}

/** Pixels between two ticks, at least. */
const SPACING = 90;

/** Ticks across and up. */
export function scalesOf(view: View): readonly [Scale, Scale] {
  const from = view.toMap(0, view.height);
  const to = view.toMap(view.width, 0);
  const step = niceStep(SPACING / view.scale);
  return [
    ticks(from.x, to.x, step, (value) => view.toStage(value, 0).x),
    ticks(from.y, to.y, step, (value) => view.toStage(0, value).y),
  ];
}

function ticks(from: number, to: number, step: number, placeOf: (value: number) => number): Scale {
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return {
    ticks: Array.from({ length: count }, (_, i) => {
      const value = (first + i) * step;
      return { place: placeOf(value), text: String(Number(value.toPrecision(6))) };
    }),
  };
}

/** 1, 2 or 5 times a power of ten, at least `size`. */
function niceStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 2, 5].find((factor) => factor * power >= size) ?? 10);
}
