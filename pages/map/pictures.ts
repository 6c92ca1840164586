/** Which records are shown as pictures when one has zoomed in: as many as have room beside each other. */

import type { State } from "./state.js";
import type { View } from "./view.js";

/** Pictures come in between these zooms. */
const [FADE_FROM, FADE_TO] = [1.7, 2.3];
/** Pixels between two pictures, at least, at the zoom where a level begins; at its end it is twice as much. */
const SPACING = 50;
/** Share of that which a picture takes. */
const SIZE = 0.86;
/** Longer side in pixels at most. */
const MOST_SIDE = 84;

export interface ShownPictures {
  readonly records: Int32Array;
  isShown(record: number): boolean;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly opacity: number;
}

/** Records with a picture at this zoom, whether in view or not; remembered until the level or the filter changes. */
export class PictureChoice {
  readonly #state: State;
  #key = "";
  #records: Int32Array = new Int32Array(0);
  #known: ReadonlySet<number> = new Set();

  constructor(state: State) {
    this.#state = state;
  }

  /** null: none at this zoom. */
  at(view: View): ShownPictures | null {
    const { data, showsPictures, version } = this.#state;
    const opacity = Math.min(1, (view.zoom - FADE_FROM) / (FADE_TO - FADE_FROM));
    if (!data.thumbnails || !showsPictures || opacity <= 0) return null;
    // Levels are counted where the pictures come in, so that none begins while they do.
    const level = Math.floor(Math.log2(view.zoom / FADE_FROM));
    const base = view.fitScale * FADE_FROM * 2 ** level;
    const key = [level, view.fitScale, version].join();
    if (key !== this.#key) {
      this.#records = spread(this.#state, SPACING / base);
      this.#known = new Set(this.#records);
    }
    this.#key = key;
    const side = Math.min(MOST_SIDE, (SIZE * SPACING * view.scale) / base);
    const { width, height } = data.thumbnails;
    const longer = Math.max(width, height);
    return {
      records: this.#records,
      isShown: (record) => this.#known.has(record),
      width: (side * width) / longer,
      height: (side * height) / longer,
      opacity,
    };
  }
}

/** Visible records of which no two are nearer to each other than `distance`; the earlier in the order of drawing, the rather. */
function spread(state: State, distance: number): Int32Array {
  const { points, count } = state.data;
  const taken = new Map<string, number[]>();
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) {
    if (!state.isVisible(i)) continue;
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    const [column, row] = [Math.floor(x / distance), Math.floor(y / distance)];
    if (isTaken(x, y, column, row)) continue;
    chosen.push(i);
    const key = `${column},${row}`;
    const there = taken.get(key);
    if (there) there.push(i);
    else taken.set(key, [i]);
  }
  return Int32Array.from(chosen);

  function isTaken(x: number, y: number, column: number, row: number): boolean {
    for (let r = row - 1; r <= row + 1; r++) {
      for (let c = column - 1; c <= column + 1; c++) {
        for (const other of taken.get(`${c},${r}`) ?? []) {
          if (Math.max(Math.abs(points[2 * other] - x), Math.abs(points[2 * other + 1] - y)) < distance) return true;
        }
      }
    }
    return false;
  }
}
