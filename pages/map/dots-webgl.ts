/** Draws the dots by WebGL2, all in one call. */

import type { Box } from "./data.js";
import { type DotLayer, type DotLooks, fitCanvas } from "./dots.js";

/** Places are relative to the box's middle, so that 32 bits suffice at the deepest zoom. */
const VERTEX = `#version 300 es
uniform vec2 shift;
uniform vec2 scale;
uniform float size;
in vec2 place;
in vec4 colour;
in float shape;
out vec4 tint;
flat out int outline;
void main() {
  gl_Position = colour.a == 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : vec4((place + shift) * scale, 0.0, 1.0);
  gl_PointSize = size;
  tint = colour;
  outline = int(shape);
}`;

/** Signed distance to the outline, in radii, made smooth over a pixel. */
const FRAGMENT = `#version 300 es
precision highp float;
uniform float radius;
uniform float size;
in vec4 tint;
flat in int outline;
out vec4 fragment;
void main() {
  vec2 p = (gl_PointCoord - 0.5) * size / radius;
  vec2 q = abs(p);
  float d = length(p) - 1.0;
  if (outline == 1) d = max(q.x, q.y) - 0.88;
  else if (outline == 2) d = max(q.x * 0.866 - p.y * 0.5, p.y) - 0.6;
  else if (outline == 3) d = (q.x + q.y - 1.2) * 0.707;
  else if (outline == 4) d = max(min(q.x, q.y) - 0.36, max(q.x, q.y) - 1.0);
  float alpha = tint.a * clamp(0.5 - d * radius, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  fragment = vec4(tint.rgb * alpha, alpha);
}`;

/** Device pixels around a dot for its smooth edge and for outlines wider than its radius. */
const EDGE = 3;

/** null where there is no WebGL2, or where the browser says that it is slow. `onRestored` is called when a lost context is back and has to be drawn. */
export function webglDots(
  canvas: HTMLCanvasElement,
  points: Float32Array,
  box: Box,
  onRestored: () => void,
): DotLayer | null {
  // WebGL without a graphics card takes twice as long a frame as the plain canvas does.
  const gl = canvas.getContext("webgl2", { antialias: false, failIfMajorPerformanceCaveat: true });
  if (!gl) return null;
  const middle = { x: (box.left + box.right) / 2, y: (box.bottom + box.top) / 2 };
  const places = points.map((value, i) => value - (i % 2 === 0 ? middle.x : middle.y));
  let looks: DotLooks | null = null;
  let program = setUp(gl, places);
  if (!program) return null;
  canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  canvas.addEventListener("webglcontextrestored", () => {
    program = setUp(gl, places);
    if (looks) program?.setLooks(looks);
    onRestored();
  });
  return {
    name: "webgl2",
    setLooks(next) {
      looks = next;
      program?.setLooks(next);
    },
    draw(view, radius, pixelRatio) {
      fitCanvas(canvas, view, pixelRatio);
      const device = radius * pixelRatio;
      program?.draw(
        [middle.x - view.x, middle.y - view.y],
        [(2 * view.scale) / view.width, (2 * view.scale) / view.height],
        device,
        points.length / 2,
      );
    },
  };
}

interface Program {
  setLooks(looks: DotLooks): void;
  draw(shift: [number, number], scale: [number, number], radius: number, count: number): void;
}

function setUp(gl: WebGL2RenderingContext, places: Float32Array): Program | null {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const attribute = (name: string, size: number, type: number, normalized: boolean): WebGLBuffer => {
    const buffer = gl.createBuffer();
    const location = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, type, normalized, 0, 0);
    return buffer;
  };
  attribute("place", 2, gl.FLOAT, false);
  gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
  const colour = attribute("colour", 4, gl.UNSIGNED_BYTE, true);
  const shape = attribute("shape", 1, gl.UNSIGNED_BYTE, false);
  const uniform = (name: string) => gl.getUniformLocation(program, name);
  const [shift, scale, size, radius] = ["shift", "scale", "size", "radius"].map(uniform);
  return {
    setLooks({ colours, shapes }) {
      gl.bindBuffer(gl.ARRAY_BUFFER, colour);
      gl.bufferData(gl.ARRAY_BUFFER, colours, gl.DYNAMIC_DRAW);
      gl.bindBuffer(gl.ARRAY_BUFFER, shape);
      gl.bufferData(gl.ARRAY_BUFFER, shapes, gl.DYNAMIC_DRAW);
    },
    draw(shifted, scaled, device, count) {
      gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform2fv(shift, shifted);
      gl.uniform2fv(scale, scaled);
      gl.uniform1f(radius, device);
      gl.uniform1f(size, 2.4 * device + EDGE);
      gl.drawArrays(gl.POINTS, 0, count);
    },
  };
}
