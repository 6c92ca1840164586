/** The layer above the dots: pictures of records, rings around those that are told about, numbers along the edges. */

import { fitCanvas } from "./dots.js";
import { css, type Rgb } from "./palette.js";
import type { PictureChoice, ShownPictures } from "./pictures.js";
import type { Scale } from "./scale.js";
import type { State } from "./state.js";
import type { Look } from "./theme.js";
import type { View } from "./view.js";

/** Rings around more finds than this would hide the map. */
const MAX_RINGS = 300;
const FRAME = 2;

export interface Overlay {
  draw(
    view: View,
    scales: readonly [Scale, Scale] | null,
    radius: number,
    colourOf: (record: number) => Rgb,
    look: Look,
    pixelRatio: number,
  ): void;
}

export function overlay(canvas: HTMLCanvasElement, state: State, choice: PictureChoice): Overlay {
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  const { data } = state;
  const placeOf = (record: number, view: View) => view.toStage(data.points[2 * record], data.points[2 * record + 1]);

  function drawPictures(view: View, colourOf: (record: number) => Rgb): void {
    const shown = choice.at(view);
    if (!shown) return;
    for (const record of shown.records) {
      const { x, y } = placeOf(record, view);
      const { width, height } = shown;
      if (x < -width || y < -height || x > view.width + width || y > view.height + height) continue;
      const isFaded = state.pointed >= 0 && state.groupOf[record] !== state.pointed;
      pen.globalAlpha = shown.opacity * (isFaded ? 0.12 : 1);
      framed(record, x, y, shown, FRAME, css(colourOf(record)));
    }
    pen.globalAlpha = 1;
  }

  /** A picture with its middle at (x, y), in a frame. */
  function framed(record: number, x: number, y: number, size: ShownPictures, frame: number, colour: string): void {
    const [left, top] = [x - size.width / 2, y - size.height / 2];
    pen.fillStyle = colour;
    pen.fillRect(left - frame, top - frame, size.width + 2 * frame, size.height + 2 * frame);
    data.thumbnails?.draw(pen, record, left, top, size.width, size.height);
  }

  /** Marks a record: the selected one, and those shown as pictures, by a frame around the picture; others by a ring. */
  function mark(view: View, record: number, radius: number, thickness: number, look: Look): void {
    const shown = choice.at(view);
    if (!shown || (record !== state.selected && !shown.isShown(record))) {
      ring(view, record, radius, thickness, look);
      return;
    }
    const { x, y } = placeOf(record, view);
    framed(record, x, y, shown, FRAME + thickness, look.page);
    framed(record, x, y, shown, thickness + 1, look.accent);
  }

  function ring(view: View, record: number, radius: number, thickness: number, look: Look): void {
    const { x, y } = placeOf(record, view);
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.lineWidth = thickness + 2;
    pen.strokeStyle = look.page;
    pen.stroke();
    pen.lineWidth = thickness;
    pen.strokeStyle = look.ink;
    pen.stroke();
  }

  function drawScales(view: View, [across, up]: readonly [Scale, Scale], look: Look): void {
    pen.font = `11px ${look.font}`;
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeStyle = look.page;
    const write = (text: string, x: number, y: number, align: CanvasTextAlign, ink: string): void => {
      pen.textAlign = align;
      pen.strokeText(text, x, y);
      pen.fillStyle = ink;
      pen.fillText(text, x, y);
    };
    const bottom = view.height - 10;
    const [nameAcross, nameUp] = data.axes;
    const end = view.width - 12 - pen.measureText(nameAcross).width - 24;
    for (const { place, text } of across.ticks)
      if (place > 48 && place < end) write(text, place, bottom, "center", look.softInk);
    for (const { place, text } of up.ticks)
      if (place > 40 && place < view.height - 36) write(text, 10, place + 4, "left", look.softInk);
    write(nameAcross, view.width - 12, bottom, "right", look.ink);
    write(nameUp, 10, 22, "left", look.ink);
  }

  return {
    draw(view, scales, radius, colourOf, look, pixelRatio) {
      fitCanvas(canvas, view, pixelRatio);
      pen.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      pen.clearRect(0, 0, view.width, view.height);
      drawPictures(view, colourOf);
      for (const record of state.found.slice(0, MAX_RINGS))
        if (state.isVisible(record)) mark(view, record, radius + 3, 1.5, look);
      if (state.selected >= 0) mark(view, state.selected, radius + 5, 2.5, look);
      if (state.hovered >= 0 && state.hovered !== state.selected) mark(view, state.hovered, radius + 3, 2, look);
      if (scales) drawScales(view, scales, look);
    },
  };
}
