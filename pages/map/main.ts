/** The map page: puts its parts together and draws when something has changed. */

import { type Colouring, colourings } from "./colouring.js";
import { readData } from "./data.js";
import { type DotLayer, dotRadius } from "./dots.js";
import { canvasDots } from "./dots-canvas.js";
import { webglDots } from "./dots-webgl.js";
import { byId } from "./elements.js";
import { gestures } from "./gestures.js";
import { ground } from "./ground.js";
import { inspector } from "./inspector.js";
import { keys } from "./keys.js";
import { legend } from "./legend.js";
import { overlay } from "./overlay.js";
import { classShape, SHAPES } from "./palette.js";
import { PictureChoice } from "./pictures.js";
import { scalesOf } from "./scale.js";
import { search } from "./search.js";
import { State } from "./state.js";
import { type Look, lookNow } from "./theme.js";
import { tools } from "./tools.js";
import { View } from "./view.js";
import { recordAt } from "./walking.js";

/** Pixels around a dot in which it is hit. */
const [MOUSE_REACH, FINGER_REACH] = [12, 26];
/** Sharper than this nobody sees, and it costs time on each frame. */
const MOST_PIXEL_RATIO = 2;
const OPACITY = 0.82;
const FADED = 0.1;
/** Zoom at which a record that was searched for is shown. */
const CLOSE = 8;

const data = readData(() => {
  panel.refresh();
  redraw();
});
const stage = byId("stage");
const top = byId<HTMLCanvasElement>("top");
const news = byId("news");
let isAsked = false;
let isPrinted = false;
let look: Look = lookNow(false);
let looksKey = "";

const state = new State(data, redraw);
const view = new View(data.box, redraw);
const choice = new PictureChoice(state);
const dots = makeDots();
const under = ground(byId<HTMLCanvasElement>("ground"), state);
const over = overlay(top, state, choice);
const panel = inspector(state);
const ways = colourings(state);
let colouring: Colouring = ways[0];
const key = legend(state, ways, (chosen) => {
  colouring = chosen;
  redraw();
});
const searchField = search(state, (record) => {
  select(record);
  const [x, y] = data.points.subarray(2 * record, 2 * record + 2);
  view.flyTo(x, y, Math.max(view.scale, CLOSE * view.fitScale));
});

tools(state, view);
gestures(top, view, {
  onPoint(place) {
    state.pointer = place;
    state.hovered = place ? recordAt(state, view, choice, place.x, place.y, MOUSE_REACH) : -1;
    redraw();
  },
  onClick(x, y, isTouch) {
    if (isTouch) state.pointer = { x, y };
    select(recordAt(state, view, choice, x, y, isTouch ? FINGER_REACH : MOUSE_REACH));
  },
});
keys(top, state, view, {
  onSelect(record) {
    state.pointer = null;
    state.hovered = -1;
    select(record);
    if (record >= 0) bringIntoView(record);
  },
  onEnter() {
    const [x, y] = data.points.subarray(2 * state.selected, 2 * state.selected + 2);
    if (state.selected >= 0) view.flyTo(x, y, Math.max(2 * view.scale, CLOSE * view.fitScale));
  },
  onSearch: () => searchField.focus(),
});

new ResizeObserver(() => {
  if (!isPrinted) view.resize(stage.clientWidth, stage.clientHeight);
}).observe(stage);
const themeChanged = (): void => {
  look = lookNow(isPrinted);
  redraw();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeChanged);
addEventListener("beforeprint", () => {
  isPrinted = true;
  look = lookNow(true);
  draw();
  drawPrint();
});
addEventListener("afterprint", () => {
  isPrinted = false;
  themeChanged();
});

/** All layers on one canvas that a printer gets: it must not lie in a graphics card's memory. */
function drawPrint(): void {
  const sheet = byId<HTMLCanvasElement>("print");
  const layers = ["ground", "points", "top"].map((id) => byId<HTMLCanvasElement>(id));
  sheet.width = layers[0].width;
  sheet.height = layers[0].height;
  const pen = sheet.getContext("2d", { willReadFrequently: true });
  for (const layer of layers) pen?.drawImage(layer, 0, 0);
}

function makeDots(): DotLayer {
  const canvas = byId<HTMLCanvasElement>("points");
  const fast = webglDots(canvas, data.points, data.box, redraw);
  if (fast) return fast;
  // A canvas that once gave a context of WebGL gives no other.
  const plain = canvas.cloneNode() as HTMLCanvasElement;
  canvas.replaceWith(plain);
  return canvasDots(plain, data.points);
}

function select(record: number): void {
  state.selected = record;
  const label = record < 0 ? null : state.labelOf(record);
  news.textContent = record < 0 ? "" : `${label === null ? "" : `${label}, `}id ${data.ids[record]}`;
  redraw();
}

function bringIntoView(record: number): void {
  const [x, y] = data.points.subarray(2 * record, 2 * record + 2);
  const place = view.toStage(x, y);
  const margin = 60;
  const isSeen =
    place.x > margin && place.y > margin && place.x < view.width - margin && place.y < view.height - margin;
  if (!isSeen) view.flyTo(x, y);
}

/** Draws once before the next frame, however often it is asked for. */
function redraw(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(draw);
}

function draw(): void {
  isAsked = false;
  if (view.width <= 1) return;
  const pixelRatio = Math.min(MOST_PIXEL_RATIO, devicePixelRatio || 1);
  const { theme } = look;
  const colourOf = (record: number) => colouring.colourOf(record, theme);
  const next = [colouring.name, state.version, state.pointed, theme].join();
  if (next !== looksKey) {
    setLooks(colourOf);
    key.update(theme);
  }
  looksKey = next;
  const radius = dotRadius(data.count, view.zoom, Math.min(view.width, view.height));
  const scales = data.axes[0] === "" ? null : scalesOf(view);
  under.draw(view, scales, look, pixelRatio);
  dots.draw(view, radius, pixelRatio);
  over.draw(view, scales, radius, colourOf, look, pixelRatio);
  panel.show(view, colourOf, pixelRatio);
  document.documentElement.dataset.drawn = dots.name;
}

function setLooks(colourOf: (record: number) => readonly [number, number, number]): void {
  const colours = new Uint8Array(4 * data.count);
  const shapes = new Uint8Array(data.count);
  for (let i = 0; i < data.count; i++) {
    const group = state.groupOf[i];
    const isFaded = state.pointed >= 0 && state.pointed !== group;
    const opacity = state.hidden.has(group) ? 0 : isFaded ? FADED : OPACITY;
    colours.set([...colourOf(i), Math.round(255 * opacity)], 4 * i);
    shapes[i] = SHAPES.indexOf(classShape(state.groups[group].look));
  }
  dots.setLooks({ colours, shapes });
}
