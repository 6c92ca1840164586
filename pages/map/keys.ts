/** Moves the map and goes from record to record by keyboard. */

import type { State } from "./state.js";
import type { View } from "./view.js";
import { alongCurve, middleRecord, recordToward } from "./walking.js";

const PAN_PIXELS = 70;
const ZOOM_STEP = 1.4;
const DIRECTIONS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export interface Keys {
  /** A record was reached: -1 to let go. */
  onSelect(record: number): void;
  /** Zoom to the selected record. */
  onEnter(): void;
  onSearch(): void;
}

export function keys(target: HTMLElement, state: State, view: View, { onSelect, onEnter, onSearch }: Keys): void {
  const curve = alongCurve(state);
  const placeOnCurve = new Int32Array(curve.length);
  curve.forEach((record, place) => {
    placeOnCurve[record] = place;
  });

  /** The next visible record along the curve, round its end. */
  function along(step: number): number {
    if (state.selected < 0) return middleRecord(state, view);
    for (let n = 1; n < curve.length; n++) {
      const record = curve[(placeOnCurve[state.selected] + step * n + n * curve.length) % curve.length];
      if (state.isVisible(record)) return record;
    }
    return state.selected;
  }

  function toward(dx: number, dy: number): number {
    if (state.selected < 0) return middleRecord(state, view);
    const { box } = view;
    const found = recordToward(state, state.selected, dx, dy, Math.hypot(box.right - box.left, box.top - box.bottom));
    return found < 0 ? state.selected : found;
  }

  const actions: Readonly<Record<string, () => void>> = {
    "+": () => view.zoomAt(view.width / 2, view.height / 2, ZOOM_STEP),
    "=": () => view.zoomAt(view.width / 2, view.height / 2, ZOOM_STEP),
    "-": () => view.zoomAt(view.width / 2, view.height / 2, 1 / ZOOM_STEP),
    _: () => view.zoomAt(view.width / 2, view.height / 2, 1 / ZOOM_STEP),
    "0": () => view.fit(),
    Home: () => view.fit(),
    n: () => onSelect(along(1)),
    p: () => onSelect(along(-1)),
    Enter: onEnter,
    "/": onSearch,
    Escape: () => onSelect(-1),
  };

  target.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    if (direction && event.shiftKey) onSelect(toward(...direction));
    else if (direction) view.pan(-direction[0] * PAN_PIXELS, direction[1] * PAN_PIXELS);
    else if (action) action();
    else return;
    event.preventDefault();
  });
}
