/** Charts of a report as SVG: drawn by Observable Plot, coloured by the page's variables so that they follow its theme. */

import * as Plot from "@observablehq/plot";
import { Philox } from "../../random.js";
import type { EpochRecord } from "../history.js";
import type { CodeMap } from "./facts.js";
import { type Html, html, trusted } from "./html.js";
import { nats, small, whole } from "./numbers.js";

/** A document to draw in. */
export type Paper = Document;

/** The page's own document, or where there is none one that is text only. */
export async function paper(): Promise<Paper> {
  if (typeof document !== "undefined") return document;
  const { parseHTML } = await import("linkedom");
  return parseHTML("<!doctype html><html><body></body></html>").document;
}

/** Charts are drawn at this width and shown a little wider, so that letters stay readable on a phone. */
const WIDTH = 380;
const TOP = 26;
const INK = "var(--soft)";
/** Of the two charts of the latent space, which stand side by side. */
const MAP_HEIGHT = 380;
/** With more epochs than this, dots would hide the line. */
const MAX_DOTS = 30;

/** Draws a chart whose colours are the page's; `label` says in words what it shows. */
export function draw(document: Paper, label: string, options: Plot.PlotOptions): Html {
  const chart = Plot.plot({
    document,
    width: WIDTH,
    marginLeft: 46,
    marginRight: 14,
    marginTop: TOP,
    marginBottom: 34,
    className: "chart",
    style: { color: INK },
    ...options,
  });
  // The page has a style of its own for charts. Plot writes places to the trillionth of a pixel.
  const text = chart.outerHTML
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/ style="[^"]*"/, "")
    .replace(/ [\w-]+="[^"]*"/g, (attribute) =>
      attribute.replace(/-?\d+\.\d{3,}/g, (digits) => String(Number(Number(digits).toFixed(2)))),
    );
  return trusted(text.replace("<svg", () => html`<svg role="img" aria-label="${label}"`.markup));
}

const SERIES = [
  { key: "train", name: "training", colour: "var(--train)" },
  { key: "validation", name: "validation", colour: "var(--validation)" },
] as const;

/** One term by epoch, for training and validation records, with the best epoch marked. */
export function termChart(document: Paper, history: readonly EpochRecord[], term: string, title: string): Html {
  const shown = SERIES.map((series) => ({
    ...series,
    points: history.flatMap((epoch) => {
      const value = epoch[series.key]?.[term];
      return value === undefined ? [] : [{ epoch: epoch.epoch, value }];
    }),
  })).filter(({ points }) => points.length > 0);
  const best = bestEpoch(history);
  const [from, to] = frame(shown.map(({ points }) => points.map(({ value }) => value)));
  const label = `${title} by epoch, nats: ${shown.map(({ name, points }) => `${name} ends at ${nats(points.at(-1)!.value)}`).join(", ")}`;
  return draw(document, label, {
    height: 236,
    x: epochAxis(history),
    y: { label: "nats per record", domain: [from, to], nice: true, ticks: 5, tickFormat: tickText, inset: 4 },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
      best === null ? null : Plot.ruleX([best], { stroke: "var(--soft)", strokeDasharray: "2 3" }),
      ...shown.flatMap(({ points, colour, name }) => [
        Plot.lineY(points, { x: "epoch", y: "value", stroke: colour, strokeWidth: 1.8, clip: true }),
        points.length > MAX_DOTS
          ? null
          : Plot.dot(points, {
              x: "epoch",
              y: "value",
              fill: colour,
              r: 2.6,
              clip: true,
              title: ({ epoch, value }) => `epoch ${epoch}, ${name}: ${nats(value)} nats`,
            }),
      ]),
    ],
  });
}

/** Learning rate or beta by epoch, small. */
export function scheduleChart(
  document: Paper,
  history: readonly EpochRecord[],
  key: "learningRate" | "beta",
  title: string,
): Html {
  const last = history.at(-1)!;
  const top = Math.max(...history.map((epoch) => epoch[key]));
  return draw(document, `${title} by epoch: at most ${small(top)}, ${small(last[key])} at the end`, {
    height: 120,
    x: epochAxis(history),
    y: { label: title, domain: [0, top || 1], ticks: 2, tickFormat: small },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 2 }),
      Plot.areaY(history, { x: "epoch", y: key, fill: "var(--accent)", fillOpacity: 0.12 }),
      Plot.lineY(history, { x: "epoch", y: key, stroke: "var(--accent)", strokeWidth: 1.6 }),
      history.length === 1 ? Plot.dot(history, { x: "epoch", y: key, fill: "var(--accent)", r: 2.6 }) : null,
    ],
  });
}

export function bestEpoch(history: readonly EpochRecord[]): number | null {
  return history.findLast(({ best, validation }) => best && validation)?.epoch ?? null;
}

/** Share of the epochs whose values may lie outside the frame: the first ones would squeeze all others into a line. */
const OUTSIDE = 0.05;

function frame(series: readonly (readonly number[])[]): readonly [from: number, to: number] {
  const all = series.flat().filter(Number.isFinite);
  const settled = series.flatMap((values) => values.slice(values.length < 6 ? 0 : Math.ceil(values.length * OUTSIDE)));
  const [low, high] = [Math.min(...all), Math.max(...settled.filter(Number.isFinite))];
  return high > low ? [low, high] : [low - 1, high + 1];
}

/** Whether the first epochs lie above the frame of a term's chart. */
export function isCut(history: readonly EpochRecord[]): boolean {
  const losses = SERIES.map(({ key }) => history.flatMap((epoch) => epoch[key]?.loss ?? []));
  return Math.max(...losses.flat()) > frame(losses)[1];
}

/** Up to this many epochs each has a tick. */
const MAX_TICKS = 8;

/** From the first epoch to the last, ticks at whole epochs only; a single epoch stands at the end of its axis. */
function epochAxis(history: readonly EpochRecord[]): Plot.ScaleOptions {
  const last = history.at(-1)!.epoch;
  const first = Math.min(1, last - 1);
  const ticks = last <= MAX_TICKS ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : 6;
  return { label: "epoch", domain: [first, last], ticks, tickFormat: "d", inset: 5 };
}

function tickText(value: number): string {
  return value.toLocaleString("en").replace("-", "\u2212");
}

/** Above this many bars there is no room for their numbers. */
const MAX_NUMBERS = 24;
/** More bars than this are lines. */
const MAX_BARS = 128;

/** KL per latent, the largest first. */
export function klChart(document: Paper, kl: readonly number[], isActive: readonly boolean[]): Html {
  const order = kl.map((_, j) => j).sort((a, b) => kl[b] - kl[a]);
  const bars = order
    .slice(0, MAX_BARS)
    .map((latent, rank) => ({ rank, latent, kl: kl[latent], active: isActive[latent] }));
  const active = isActive.filter(Boolean).length;
  return draw(
    document,
    `KL per latent, the largest first, from ${nats(bars[0].kl)} to ${nats(bars.at(-1)!.kl)} nats; ${active} of ${kl.length} are active`,
    {
      height: MAP_HEIGHT,
      x: {
        label: bars.length > MAX_NUMBERS ? "latents, by KL" : "latent",
        padding: bars.length > 64 ? 0 : 0.18,
        ticks: bars.length > MAX_NUMBERS ? [] : undefined,
        tickFormat: (rank: number) => String(bars[rank].latent),
        tickSize: 0,
      },
      y: { label: "KL, nats", ticks: 5, domain: [0, Math.max(...kl, 1e-3)], nice: true },
      marks: [
        Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
        Plot.barY(bars, {
          x: "rank",
          y: "kl",
          fill: ({ active }) => (active ? "var(--bar)" : "var(--idle)"),
          title: ({ latent, kl, active }) => `latent ${latent}: ${kl.toFixed(3)} nats${active ? "" : ", not active"}`,
        }),
        Plot.ruleY([0], { stroke: "var(--soft)" }),
      ],
    },
  );
}

/** Classes with a colour of their own; further ones share the last. */
export const MAX_CLASSES = 12;
/** Layers that the points are cut into at random, so that no class hides the others. */
const LAYERS = 12;
/** Share of the points that may lie outside the frame on each side. */
const FAR = 0.001;

/** Colour of a class in the page. */
export function classColour(index: number): string {
  return index < 0 || index >= MAX_CLASSES ? "var(--idle)" : `var(--class-${index})`;
}

/** Points in the plane; `colours` gives a colour per point. */
export function mapChart(document: Paper, { points, axes, how }: CodeMap, colours: readonly string[]): Html {
  const count = points.length / 2;
  const domain = (axis: 0 | 1) => span(Float32Array.from({ length: count }, (_, i) => points[2 * i + axis]));
  const radius = Math.min(3, Math.max(1.4, 80 / Math.sqrt(count)));
  return draw(document, `${whole(count)} records in the plane, ${how}`, {
    height: MAP_HEIGHT,
    marginLeft: 34,
    x: { label: axes[0], domain: domain(0), ticks: 6 },
    y: { label: axes[1], domain: domain(1), ticks: 6 },
    marks: [
      Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: 6 }),
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 6 }),
      // One path per colour and layer, each point a line of no length with round ends: a tenth of the text of circles.
      (_index, scales) => {
        const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
        group.setAttribute("fill", "none");
        group.setAttribute("stroke-linecap", "round");
        group.setAttribute("stroke-width", (2 * radius).toFixed(1));
        group.setAttribute("stroke-opacity", "0.75");
        for (const [colour, path] of paths(points, colours, scales as Scales)) {
          const element = document.createElementNS("http://www.w3.org/2000/svg", "path");
          element.setAttribute("stroke", colour);
          element.setAttribute("d", path);
          group.append(element);
        }
        return group as SVGElement;
      },
    ],
  });
}

interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function paths(points: Float32Array, colours: readonly string[], { x, y }: Scales): [colour: string, path: string][] {
  const order = new Philox(0).permutation(points.length / 2);
  const layers = Array.from({ length: LAYERS }, () => new Map<string, string>());
  order.forEach((i, place) => {
    const [px, py] = [x(points[2 * i]), y(points[2 * i + 1])];
    if (!(px >= 34 && px <= WIDTH - 14 && py >= TOP && py <= MAP_HEIGHT - 34)) return;
    const layer = layers[Math.floor((place * LAYERS) / order.length)];
    layer.set(colours[i], `${layer.get(colours[i]) ?? ""}M${px.toFixed(1)} ${py.toFixed(1)}h0`);
  });
  return layers.flatMap((layer) => [...layer]);
}

function span(values: Float32Array): [from: number, to: number] {
  values.sort();
  const skip = Math.floor(values.length * FAR);
  const [low, high] = [values[skip], values[values.length - 1 - skip]];
  const margin = (high - low) * 0.04 || 1;
  return [low - margin, high + margin];
}
