/** Which part of the plane is seen: from places of the map to pixels of the stage, and back. */

import type { Box } from "./data.js";

/** Stage pixels left free around what is shown first. */
const PADDING = { left: 44, right: 28, top: 28, bottom: 40 };
const NARROW_PADDING = { left: 28, right: 12, top: 16, bottom: 32 };
const NARROW = 560;
/** How far out and in one can go from there. */
const [LEAST_ZOOM, MOST_ZOOM] = [0.5, 400];
const FLIGHT_MILLISECONDS = 450;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export class View {
  /** Size of the stage, CSS pixels. */
  width = 1;
  height = 1;
  /** The place in the middle, and pixels per unit. */
  x: number;
  y: number;
  scale = 1;
  #flight: (() => void) | null = null;

  constructor(
    readonly box: Box,
    readonly onChange: () => void,
  ) {
    this.x = (box.left + box.right) / 2;
    this.y = (box.bottom + box.top) / 2;
  }

  /** The scale at which all is seen. */
  get fitScale(): number {
    const { left, right, top, bottom } = this.width < NARROW ? NARROW_PADDING : PADDING;
    const { box } = this;
    const across = (this.width - left - right) / (box.right - box.left);
    const down = (this.height - top - bottom) / (box.top - box.bottom);
    return Math.max(1e-9, Math.min(across, down));
  }

  /** 1 where all is seen. */
  get zoom(): number {
    return this.scale / this.fitScale;
  }

  resize(width: number, height: number): void {
    const zoom = this.width > 1 ? this.zoom : 1;
    this.width = width;
    this.height = height;
    this.scale = this.fitScale * zoom;
    this.onChange();
  }

  toStage(x: number, y: number): Place {
    return { x: this.width / 2 + (x - this.x) * this.scale, y: this.height / 2 - (y - this.y) * this.scale };
  }

  toMap(x: number, y: number): Place {
    return { x: this.x + (x - this.width / 2) / this.scale, y: this.y - (y - this.height / 2) / this.scale };
  }

  /** Moves what is seen by so many pixels. */
  pan(dx: number, dy: number): void {
    this.#flight?.();
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
    this.#keepNear();
    this.onChange();
  }

  /** Zooms so that the place under pixel (x, y) stays where it is. */
  zoomAt(x: number, y: number, factor: number): void {
    this.#flight?.();
    const place = this.toMap(x, y);
    this.scale = this.#bounded(this.scale * factor);
    this.x = place.x - (x - this.width / 2) / this.scale;
    this.y = place.y + (y - this.height / 2) / this.scale;
    this.#keepNear();
    this.onChange();
  }

  /** Flies to a place; at once where motion is not wanted. */
  flyTo(x: number, y: number, scale = this.scale): void {
    this.#flight?.();
    const from = { x: this.x, y: this.y, scale: this.scale };
    const to = { x, y, scale: this.#bounded(scale) };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#set(to);
      return;
    }
    const started = performance.now();
    let isOver = false;
    this.#flight = () => {
      isOver = true;
    };
    const step = (): void => {
      if (isOver) return;
      const passed = Math.min(1, (performance.now() - started) / FLIGHT_MILLISECONDS);
      const eased = 1 - (1 - passed) ** 3;
      const between = (a: number, b: number) => a + (b - a) * eased;
      this.#set({
        x: between(from.x, to.x),
        y: between(from.y, to.y),
        scale: Math.exp(between(Math.log(from.scale), Math.log(to.scale))),
      });
      if (passed < 1) requestAnimationFrame(step);
    };
    step();
  }

  /** Shows all. */
  fit(): void {
    const { box } = this;
    this.flyTo((box.left + box.right) / 2, (box.bottom + box.top) / 2, this.fitScale);
  }

  #set({ x, y, scale }: { x: number; y: number; scale: number }): void {
    this.x = x;
    this.y = y;
    this.scale = scale;
    this.onChange();
  }

  #bounded(scale: number): number {
    return Math.min(MOST_ZOOM * this.fitScale, Math.max(LEAST_ZOOM * this.fitScale, scale));
  }

  /** The middle stays in reach of the box, so that nobody gets lost. */
  #keepNear(): void {
    const { left, right, bottom, top } = this.box;
    const [across, down] = [(right - left) / 2, (top - bottom) / 2];
    this.x = Math.min(right + across, Math.max(left - across, this.x));
    this.y = Math.min(top + down, Math.max(bottom - down, this.y));
  }
}
