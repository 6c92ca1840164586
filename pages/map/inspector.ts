/** Shows what lies at a place: the record's picture and facts, and what the decoder makes of it; and the tip beside the dot. */

import { byId, element } from "./elements.js";
import { isNear } from "./ground.js";
import { css, type Rgb } from "./palette.js";
import type { State } from "./state.js";
import type { Place, View } from "./view.js";

/** Pixels of a picture's longer side, before the device's pixel ratio. */
const SIDE = 116;
const TIP_SIDE = 72;
const TIP_DISTANCE = 16;
/** Cells beside the dot; all are in the panel. */
const TIP_CELLS = 8;

export interface Inspector {
  show(view: View, colourOf: (record: number) => Rgb, pixelRatio: number): void;
  /** Pictures came in: what is shown has to be drawn anew. */
  refresh(): void;
}

export function inspector(state: State): Inspector {
  const { thumbnails, lattice, cells } = state.data;
  const record = pictureFrame("Record");
  const decoded = pictureFrame("Decoder here");
  const facts = element("p", { class: "facts" });
  const card = element("dl", { class: "cells" });
  byId("inspector").append(
    element("div", { class: "pictures" }, thumbnails && record.figure, lattice && decoded.figure),
    facts,
    ...(cells ? [card] : []),
  );
  const tip = byId("tip");
  const tipPicture = element("canvas");
  const tipText = element("p");
  const tipCard = element("dl", { class: "cells" });
  tip.append(...(thumbnails ? [tipPicture] : []), element("div", {}, tipText, cells && tipCard));
  let shownRecord = -2;
  let shownPlace = "";

  function drawRecord(canvas: HTMLCanvasElement, index: number, side: number, pixelRatio: number): void {
    if (!thumbnails) return;
    const pen = sized(canvas, thumbnails, side, pixelRatio);
    if (index >= 0) thumbnails.draw(pen, index, 0, 0, canvas.width, canvas.height);
  }

  function drawDecoded(place: Place | null, pixelRatio: number): void {
    if (!lattice) return;
    const pen = sized(decoded.canvas, lattice, SIDE, pixelRatio);
    const share = place && latticeShare(place);
    decoded.figure.classList.toggle("far", place !== null && !isNear(state.data.near, place.x, place.y));
    if (!share) return;
    // The four decoded places around, each by how near it is; lights add up.
    pen.globalCompositeOperation = "lighter";
    const [column, row] = [Math.floor(share.column), Math.floor(share.row)];
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]) {
      const x = Math.min(lattice.columns - 1, Math.max(0, column + dx));
      const y = Math.min(lattice.rows - 1, Math.max(0, row + dy));
      pen.globalAlpha = (1 - Math.abs(share.column - column - dx)) * (1 - Math.abs(share.row - row - dy));
      lattice.draw(pen, y * lattice.columns + x, 0, 0, decoded.canvas.width, decoded.canvas.height);
    }
  }

  /** Place among the lattice's columns and rows; null beyond it. */
  function latticeShare({ x, y }: Place): { column: number; row: number } | null {
    const { left, right, bottom, top } = state.data.box;
    if (!lattice || x < left || x > right || y < bottom || y > top) return null;
    return {
      column: ((x - left) / (right - left)) * lattice.columns - 0.5,
      row: ((top - y) / (top - bottom)) * lattice.rows - 0.5,
    };
  }

  /** The record's cells, each below the name of its column. */
  function cellsOf(index: number, most = Number.POSITIVE_INFINITY): Node[] {
    if (!cells || index < 0) return [];
    return cells.columns.slice(0, most).flatMap((name, i) => {
      const text = cells.texts[i][index];
      return [
        element("dt", { title: name }, name),
        element("dd", text === "" ? { class: "soft" } : {}, text || "missing"),
      ];
    });
  }

  function placeNow(view: View): Place | null {
    const { shown, pointer, data } = state;
    if (shown >= 0) return { x: data.points[2 * shown], y: data.points[2 * shown + 1] };
    return pointer && view.toMap(pointer.x, pointer.y);
  }

  function tell(place: Place | null, colour: Rgb | null): void {
    const { shown } = state;
    const lines: Node[] = [];
    if (shown >= 0) {
      lines.push(element("strong", {}, ...nameOf(shown, colour)));
      const id = element("span", { class: "id", title: state.data.ids[shown] }, state.data.ids[shown]);
      const kl = `${state.data.kl[shown].toFixed(1)} nats from the prior`;
      if (state.labelOf(shown) !== null) lines.push(id);
      lines.push(element("span", { class: "soft" }, kl));
    } else if (place) {
      lines.push(element("span", { class: "soft" }, placeText(place)));
    } else {
      lines.push(element("span", { class: "soft" }, "Point at the map, or tap it."));
    }
    facts.replaceChildren(...lines);
  }

  function placeText({ x, y }: Place): string {
    const { near, axes } = state.data;
    const crowd = isNear(near, x, y) ? "records near" : "no record near";
    return axes[0] === ""
      ? crowd.replace(/^./, (letter) => letter.toUpperCase())
      : `At ${x.toFixed(2)}, ${y.toFixed(2)}: ${crowd}`;
  }

  function nameOf(index: number, colour: Rgb | null): (Node | string)[] {
    const label = state.labelOf(index);
    if (label === null) return [state.data.ids[index]];
    return [element("i", { class: "dot", style: `background: ${colour ? css(colour) : "none"}` }), label];
  }

  function placeTip(view: View): void {
    const { shown, data } = state;
    const { x, y } = view.toStage(data.points[2 * shown], data.points[2 * shown + 1]);
    tip.hidden = shown < 0 || x < 0 || y < 0 || x > view.width || y > view.height;
    if (tip.hidden) return;
    const { offsetWidth, offsetHeight } = tip;
    const right = x + TIP_DISTANCE + offsetWidth < view.width - 8;
    const left = Math.max(8, right ? x + TIP_DISTANCE : x - TIP_DISTANCE - offsetWidth);
    const top = Math.min(view.height - offsetHeight - 8, Math.max(8, y - offsetHeight / 2));
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  return {
    show(view, colourOf, pixelRatio) {
      const { shown } = state;
      const place = placeNow(view);
      const colour = shown >= 0 ? colourOf(shown) : null;
      if (shown !== shownRecord) {
        drawRecord(record.canvas, shown, SIDE, pixelRatio);
        card.replaceChildren(...cellsOf(shown));
        if (shown >= 0) {
          tipCard.replaceChildren(...cellsOf(shown, TIP_CELLS));
          drawRecord(tipPicture, shown, TIP_SIDE, pixelRatio);
          const id = state.data.ids[shown];
          const label = state.labelOf(shown);
          tipText.replaceChildren(
            element("strong", {}, ...nameOf(shown, colour)),
            ...(label === null ? [] : [element("span", { class: "id" }, id)]),
          );
        }
      }
      const key = [shown, place?.x, place?.y, colour].join();
      if (key !== shownPlace) {
        drawDecoded(place, pixelRatio);
        tell(place, colour);
      }
      shownRecord = shown;
      shownPlace = key;
      placeTip(view);
    },
    refresh() {
      shownRecord = -2;
      shownPlace = "";
    },
  };
}

function pictureFrame(caption: string): { figure: HTMLElement; canvas: HTMLCanvasElement } {
  const canvas = element("canvas", { "aria-hidden": "true" });
  return { canvas, figure: element("figure", {}, canvas, element("figcaption", {}, caption)) };
}

/** Sets a canvas to a picture's size with its longer side at `side`, empty. */
function sized(
  canvas: HTMLCanvasElement,
  { height, width }: { readonly height: number; readonly width: number },
  side: number,
  pixelRatio: number,
): CanvasRenderingContext2D {
  const factor = (side * pixelRatio) / Math.max(height, width);
  canvas.width = Math.round(width * factor);
  canvas.height = Math.round(height * factor);
  canvas.style.aspectRatio = `${width} / ${height}`;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.imageSmoothingQuality = "high";
  return pen;
}
