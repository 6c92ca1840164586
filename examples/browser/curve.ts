/** The loss curve: the training loss as a line, the loss on records kept aside as dots; nats per record against epochs. */

const SVG = "http://www.w3.org/2000/svg";
const [TOP, RIGHT, BOTTOM, LEFT] = [12, 12, 26, 44];
/** Of the first, steep steps this share may lie above the frame. */
const ABOVE = 0.04;
/** Points are at least this part of an epoch apart, so that chance does not make them jump. */
const LEAST_SHARE = 0.05;

export interface Curve {
  clear(epochs: number): void;
  /** The loss of training when `epoch` epochs are done, as a mean over what was done of this one so far. */
  train(epoch: number, mean: number): void;
  valid(epoch: number, loss: number): void;
}

export function lossCurve(svg: SVGSVGElement): Curve {
  let epochs = 1;
  let line: [number, number][] = [];
  let dots: [number, number][] = [];
  let last = { epoch: 0, mean: 0 };

  function draw(): void {
    const { width, height } = svg.getBoundingClientRect();
    if (width === 0) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const isEmpty = line.length + dots.length === 0;
    const [low, high] = rangeOf([...line, ...dots].map(([, loss]) => loss));
    const x = (epoch: number) => LEFT + (epoch / epochs) * (width - LEFT - RIGHT);
    const y = (loss: number) => height - BOTTOM - ((loss - low) / (high - low)) * (height - TOP - BOTTOM);
    const parts: SVGElement[] = [element("title", {}, "Loss against epochs")];
    for (const tick of isEmpty ? [] : ticks(low, high, 4)) {
      parts.push(element("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }));
      parts.push(element("text", { x: LEFT - 8, y: y(tick) + 4, "text-anchor": "end" }, `${tick}`));
    }
    for (const tick of isEmpty ? [] : ticks(0, epochs, Math.min(epochs, 6)))
      parts.push(element("text", { x: x(tick), y: height - 8, "text-anchor": "middle" }, `${tick}`));
    const path = line.map(
      ([epoch, loss], i) => `${i === 0 ? "M" : "L"}${x(epoch).toFixed(1)} ${Math.max(TOP, y(loss)).toFixed(1)}`,
    );
    parts.push(element("path", { class: "train", d: path.join("") }));
    for (const [epoch, loss] of dots)
      parts.push(element("circle", { class: "valid", cx: x(epoch), cy: y(loss), r: 4 }));
    svg.replaceChildren(...parts);
  }

  new ResizeObserver(draw).observe(svg);
  return {
    clear(count) {
      epochs = count;
      line = [];
      dots = [];
      last = { epoch: 0, mean: 0 };
      draw();
    },
    train(epoch, mean) {
      const start = Math.ceil(epoch) - 1;
      const [share, before] = [epoch - start, Math.max(0, last.epoch - start)];
      // Of the records since the last point: a mean of the whole epoch would lag behind, and jump where one begins.
      const loss = (mean * share - (before > 0 ? last.mean * before : 0)) / (share - before);
      if (epoch - last.epoch < LEAST_SHARE || !Number.isFinite(loss)) return;
      line.push([epoch, loss]);
      last = { epoch, mean };
      draw();
    },
    valid(epoch, loss) {
      dots.push([epoch, loss]);
      draw();
    },
  };
}

function rangeOf(losses: readonly number[]): [low: number, high: number] {
  if (losses.length === 0) return [0, 1];
  const sorted = [...losses].sort((a, b) => a - b);
  const high = sorted[Math.floor((1 - ABOVE) * (sorted.length - 1))];
  const margin = Math.max(1, 0.06 * (high - sorted[0]));
  return [sorted[0] - margin, high + margin];
}

/** Round numbers within the range, about `count` of them. */
function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough,
  );
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

function element(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  made.textContent = text;
  return made;
}
