/** Draws the dots on a plain canvas, where there is no WebGL2: a stamp per look, pressed for each dot in view. */

import { type DotLayer, type DotLooks, fitCanvas } from "./dots.js";
import { css } from "./palette.js";
import { traceShape } from "./shapes.js";

export function canvasDots(canvas: HTMLCanvasElement, points: Float32Array): DotLayer {
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  let looks: DotLooks | null = null;
  let stamps = new Map<number, HTMLCanvasElement>();
  let stampRadius = 0;

  function stampOf(dot: number, radius: number, { colours, shapes }: DotLooks): HTMLCanvasElement {
    const [red, green, blue, alpha] = colours.subarray(4 * dot, 4 * dot + 4);
    const key = (((shapes[dot] * 256 + red) * 256 + green) * 256 + blue) * 256 + alpha;
    let stamp = stamps.get(key);
    if (!stamp) {
      stamp = document.createElement("canvas");
      const side = 2 * Math.ceil(1.3 * radius + 1);
      stamp.width = side;
      stamp.height = side;
      const pen = stamp.getContext("2d") as CanvasRenderingContext2D;
      pen.globalAlpha = alpha / 255;
      pen.fillStyle = css([red, green, blue]);
      traceShape(pen, shapes[dot], side / 2, side / 2, radius);
      pen.fill();
      stamps.set(key, stamp);
    }
    return stamp;
  }

  return {
    name: "canvas",
    setLooks(next) {
      looks = next;
      stamps = new Map();
    },
    draw(view, radius, pixelRatio) {
      fitCanvas(canvas, view, pixelRatio);
      context.clearRect(0, 0, canvas.width, canvas.height);
      if (!looks) return;
      const device = radius * pixelRatio;
      if (device !== stampRadius) stamps = new Map();
      stampRadius = device;
      const scale = view.scale * pixelRatio;
      for (let dot = 0; 2 * dot < points.length; dot++) {
        if (looks.colours[4 * dot + 3] === 0) continue;
        const x = canvas.width / 2 + (points[2 * dot] - view.x) * scale;
        const y = canvas.height / 2 - (points[2 * dot + 1] - view.y) * scale;
        if (x < -device || y < -device || x > canvas.width + device || y > canvas.height + device) continue;
        const stamp = stampOf(dot, device, looks);
        // On whole pixels, which is many times faster than between them.
        context.drawImage(stamp, Math.round(x - stamp.width / 2), Math.round(y - stamp.height / 2));
      }
    },
  };
}
