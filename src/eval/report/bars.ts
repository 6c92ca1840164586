/** Small charts of single columns: bars of real rows, and over them those of rows drawn. */

import { type Bar, type Marginal, MISSING } from "../tables/marginals.js";
import { escapeHtml, type Html, trusted } from "./html.js";
import { percent } from "./numbers.js";

const WIDTH = 280;
/** Of charts of labels: a line each, names on the left. */
const LINE = 18;
const NAMES = 110;
const LONGEST_NAME = 16;
const NUMBERS = 46;
/** Of charts of intervals. */
const HEIGHT = 128;
const FOOT = 18;
const HEAD = 14;
const WIDEST = 34;
/** Ends of an axis have more room than names of labels. */
const LONGEST_END = 20;
/** The bar of missing cells stands apart. */
const MISSING_WIDTH = 56;
const MISSING_BAR = 14;
/** Shares below are drawn as wide as this, so that they are seen. */
const LEAST = 0.6;

export function columnChart(marginal: Marginal): Html {
  return marginal.ordered ? intervals(marginal) : labels(marginal);
}

function labels({ column, bars }: Marginal): Html {
  const most = Math.max(...bars.map(({ real, synthetic }) => Math.max(real, synthetic)), 1e-9);
  const scale = (share: number) => round(Math.max(share > 0 ? LEAST : 0, ((WIDTH - NAMES - NUMBERS) * share) / most));
  const lines = bars.map(({ name, real, synthetic }, i) => {
    const y = i * LINE;
    return `<g><title>${titleOf({ name, real, synthetic })}</title><text x="${NAMES - 8}" y="${y + 13}" text-anchor="end">${escapeHtml(cut(name))}</text><rect x="${NAMES}" y="${y + 2}" width="${scale(real)}" height="${LINE - 4}" fill="var(--idle)"/><rect x="${NAMES}" y="${y + 6}" width="${scale(synthetic)}" height="${LINE - 12}" fill="var(--accent)"/><text x="${round(NAMES + Math.max(scale(real), scale(synthetic)) + 5)}" y="${y + 13}">${percent(100 * real)}</text></g>`;
  });
  return chart(column, bars, bars.length * LINE, lines.join(""));
}

function intervals({ column, bars }: Marginal): Html {
  const most = Math.max(...bars.map(({ real, synthetic }) => Math.max(real, synthetic)), 1e-9);
  const inside = bars.filter(({ name }) => name !== MISSING);
  const width = inside.length < bars.length ? WIDTH - MISSING_WIDTH : WIDTH;
  const step = width / inside.length;
  const pillar = (share: number, left: number, wide: number, colour: string) => {
    const height = round(Math.max(share > 0 ? LEAST : 0, ((HEIGHT - HEAD) * share) / most));
    return `<rect x="${round(left)}" y="${round(HEIGHT - height)}" width="${round(wide)}" height="${height}" fill="${colour}"/>`;
  };
  const pair = (bar: Bar, left: number, wide: number) => {
    const inset = Math.min(2, wide / 8);
    const real = pillar(bar.real, left + inset, wide - 2 * inset, "var(--idle)");
    return `<g><title>${titleOf(bar)}</title>${real}${pillar(bar.synthetic, left + wide * 0.32, wide * 0.36, "var(--accent)")}</g>`;
  };
  const wide = Math.min(step, WIDEST);
  const drawn = inside.map((bar, i) => pair(bar, (i + 0.5) * step - wide / 2, wide));
  const missing = bars.slice(inside.length).map((bar) => {
    const middle = WIDTH - MISSING_WIDTH / 2;
    return `${pair(bar, middle - MISSING_BAR / 2, MISSING_BAR)}${word(MISSING, middle, HEIGHT + 14, "middle")}`;
  });
  const [first, last] = [inside[0].name.split(" to ")[0], inside[inside.length - 1].name.split(" to ").at(-1)!];
  const lines = `<path d="M0 ${HEAD - 0.5}H${WIDTH}M0 ${HEIGHT}.5H${WIDTH}" stroke="var(--line)"/>`;
  const ends = [
    word(first, 0, HEIGHT + 14, "start"),
    inside.length > 1 ? word(last, width, HEIGHT + 14, "end") : "",
    word(percent(100 * most), WIDTH, 9, "end"),
  ];
  return chart(column, bars, HEIGHT + FOOT, [lines, ...drawn, ...missing, ...ends].join(""));
}

function word(text: string, x: number, y: number, anchor: "start" | "middle" | "end"): string {
  return `<text x="${round(x)}" y="${y}" text-anchor="${anchor}">${escapeHtml(cut(text, LONGEST_END))}</text>`;
}

function chart(column: string, bars: readonly Bar[], height: number, content: string): Html {
  const off = [...bars].sort((a, b) => Math.abs(b.real - b.synthetic) - Math.abs(a.real - a.synthetic))[0];
  const label = `${column}, ${bars.length} bars, real and drawn; farthest apart: ${titleText(off)}`;
  return trusted(
    `<svg class="chart" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${WIDTH} ${height}" font-size="11">${content}</svg>`,
  );
}

function titleText({ name, real, synthetic }: Bar): string {
  return `${name}: real ${percent(100 * real)}, drawn ${percent(100 * synthetic)}`;
}

function titleOf(bar: Bar): string {
  return escapeHtml(titleText(bar));
}

function cut(name: string, most = LONGEST_NAME): string {
  return name.length > most ? `${name.slice(0, most - 1)}\u2026` : name;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
