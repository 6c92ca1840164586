/** The pad: two latents as a plane, moved through by pointer, or by two sliders, which keys move. */

import { PAD_REACH } from "./messages.js";

export interface Pad {
  readonly at: { readonly x: number; readonly y: number };
  moveTo(x: number, y: number): void;
}

export interface PadElements {
  readonly plane: HTMLElement;
  readonly mark: HTMLElement;
  readonly across: HTMLInputElement;
  readonly up: HTMLInputElement;
}

/** Calls `onMove` whenever the place changes. */
export function latentPad({ plane, mark, across, up }: PadElements, onMove: () => void): Pad {
  const at = { x: 0, y: 0 };
  const bound = (value: number) => Math.min(PAD_REACH, Math.max(-PAD_REACH, value));

  function moveTo(x: number, y: number): void {
    at.x = bound(x);
    at.y = bound(y);
    across.value = `${at.x}`;
    up.value = `${at.y}`;
    mark.style.left = `${50 + (50 * at.x) / PAD_REACH}%`;
    mark.style.top = `${50 - (50 * at.y) / PAD_REACH}%`;
    onMove();
  }
  function follow(event: PointerEvent): void {
    const { left, top, width, height } = plane.getBoundingClientRect();
    const share = (place: number, size: number) => (2 * place) / size - 1;
    moveTo(PAD_REACH * share(event.clientX - left, width), -PAD_REACH * share(event.clientY - top, height));
  }
  plane.addEventListener("pointerdown", (event) => {
    plane.setPointerCapture(event.pointerId);
    follow(event);
  });
  plane.addEventListener("pointermove", (event) => {
    if (plane.hasPointerCapture(event.pointerId)) follow(event);
  });
  for (const slider of [across, up]) {
    slider.min = `${-PAD_REACH}`;
    slider.max = `${PAD_REACH}`;
    slider.step = "0.05";
    slider.value = "0";
    slider.addEventListener("input", () => moveTo(across.valueAsNumber, up.valueAsNumber));
  }
  return { at, moveTo };
}
