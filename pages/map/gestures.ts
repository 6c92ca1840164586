/** Moves the map by mouse, pen, fingers and wheel, and says where it was pointed at and tapped. */

import type { View } from "./view.js";

/** Pixels that a press may move and still be a click. */
const CLICK_SLACK = 6;
const WHEEL_SPEED = 0.0016;
/** A line of a wheel that counts in lines, in pixels. */
const LINE = 30;
const DOUBLE_ZOOM = 2.2;

export interface Gestures {
  /** A mouse or pen points here; null: it left. */
  onPoint(place: { x: number; y: number } | null): void;
  /** A click, or a tap by finger, which is less exact. */
  onClick(x: number, y: number, isTouch: boolean): void;
}

export function gestures(target: HTMLElement, view: View, { onPoint, onClick }: Gestures): void {
  const pressed = new Map<number, { x: number; y: number }>();
  /** Where a press began that may become a click. */
  let start: { x: number; y: number } | null = null;
  const placeOf = (event: MouseEvent) => {
    const { left, top } = target.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    target.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    pressed.set(event.pointerId, place);
    start = pressed.size === 1 ? place : null;
  });

  target.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    const before = pressed.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") onPoint(place);
      return;
    }
    if (start && Math.hypot(place.x - start.x, place.y - start.y) < CLICK_SLACK) return;
    if (start) target.classList.add("dragged");
    start = null;
    const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
    pressed.set(event.pointerId, place);
    if (!other) view.pan(place.x - before.x, place.y - before.y);
    else pinch(before, place, other);
  });

  /** One finger moved from `before` to `now` while another stays. */
  function pinch(before: { x: number; y: number }, now: { x: number; y: number }, other: { x: number; y: number }) {
    const spread = ({ x, y }: { x: number; y: number }) => Math.max(8, Math.hypot(x - other.x, y - other.y));
    view.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    view.zoomAt((now.x + other.x) / 2, (now.y + other.y) / 2, spread(now) / spread(before));
  }

  const release = (event: PointerEvent): void => {
    const wasPressed = pressed.delete(event.pointerId);
    target.classList.remove("dragged");
    if (!wasPressed || !start || event.type === "pointercancel") return;
    onClick(start.x, start.y, event.pointerType === "touch");
    start = null;
  };
  target.addEventListener("pointerup", release);
  target.addEventListener("pointercancel", release);
  target.addEventListener("pointerleave", () => onPoint(null));

  target.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = placeOf(event);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
      // A pinch on a touchpad comes as a wheel with ctrl, in small steps.
      const speed = event.ctrlKey ? 6 * WHEEL_SPEED : WHEEL_SPEED;
      const turned = Math.max(-240, Math.min(240, event.deltaY * lines));
      view.zoomAt(x, y, Math.exp(-turned * speed));
      if (pressed.size === 0) onPoint({ x, y });
    },
    { passive: false },
  );
  target.addEventListener("dblclick", (event) => {
    const { x, y } = placeOf(event);
    view.zoomAt(x, y, event.shiftKey ? 1 / DOUBLE_ZOOM : DOUBLE_ZOOM);
  });
}
