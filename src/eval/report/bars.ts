/** Small charts of single columns: bars of real rows, and over them those of rows drawn. */

import type { Bar, Marginal } from "../tables/marginals.js";
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
  const step = WIDTH / bars.length;
  const inset = Math.min(2, step / 8);
  const column1 = (share: number, i: number, margin: number, colour: string) => {
    const height = round(Math.max(share > 0 ? LEAST : 0, ((HEIGHT - 14) * share) / most));
    return `<rect x="${round(i * step + margin)}" y="${round(HEIGHT - height)}" width="${round(step - 2 * margin)}" height="${height}" fill="${colour}"/>`;
  };
  const drawn = bars.map(
    (bar, i) =>
      `<g><title>${titleOf(bar)}</title>${column1(bar.real, i, inset, "var(--idle)")}${column1(bar.synthetic, i, step * 0.32, "var(--accent)")}</g>`,
  );
  const [first, last] = [bars[0].name.split(" to ")[0], bars[bars.length - 1].name.split(" to ").at(-1)!];
  const ends = `<path d="M0 13.5H${WIDTH}M0 ${HEIGHT}.5H${WIDTH}" stroke="var(--line)"/><text x="0" y="${HEIGHT + 14}">${escapeHtml(cut(first))}</text>${bars.length > 1 ? `<text x="${WIDTH}" y="${HEIGHT + 14}" text-anchor="end">${escapeHtml(cut(last))}</text>` : ""}<text x="${WIDTH}" y="9" text-anchor="end">${percent(100 * most)}</text>`;
  return chart(column, bars, HEIGHT + FOOT, drawn.join("") + ends);
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

function cut(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}\u2026` : name;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
