/** Each column by itself: rows drawn beside real ones. */

import { columnChart } from "../bars.js";
import type { TableReport } from "../facts.js";
import { type Html, html, trusted } from "../html.js";
import { counted, percent } from "../numbers.js";
import { legend } from "./latents.js";
import type { Section } from "./section.js";

/** What real rows and rows drawn look like in charts. */
export const REAL_OR_DRAWN = [
  ["var(--idle)", "real"],
  ["var(--accent)", "drawn"],
] as const;

export const columns: Section = {
  id: "columns",
  title: "Columns",
  render({ table }) {
    if (!table || table.marginals.length === 0) return null;
    const { figures, marginals, protocol } = table;
    const left = table.columns - marginals.length;
    const errors = new Map(figures.shapes.map(({ column, error }) => [column, error]));
    return html`<p>Shares of labels and of intervals of numbers, in real rows and in rows that the model drew; the columns that are farthest off come first. The first and the last interval take in all that lies beyond.${left > 0 && ` ${counted(left, "column")} not shown.`}</p>
${legend(REAL_OR_DRAWN)}
<div class="small-charts">${marginals.map(
      (
        marginal,
      ) => html`<figure><h3>${breakable(marginal.column)} <small>${percent(errors.get(marginal.column) ?? 0)} off</small></h3>${columnChart(marginal)}</figure>
`,
    )}</div>
<p class="note">${protocolText(protocol)} How far off: for numbers the Kolmogorov-Smirnov statistic, for labels the total variation distance; 0 % is the same distribution. Labels of fewer than 10 rows are among the others.</p>`;
  },
};

/** A name that is broken after its signs rather than within a word. */
function breakable(name: string): Html {
  return html`${name.split(/(?<=[_./-])/).map((part, i) => html`${i > 0 && trusted("<wbr>")}${part}`)}`;
}

export function protocolText({ synthetic, real }: TableReport["protocol"]): Html {
  return html`Protocol: ${synthetic}; against ${real}.`;
}
