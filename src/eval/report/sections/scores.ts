/** What ordinary rows score, and from where on a row is strange. */

import { commandWord } from "../command.js";
import { html } from "../html.js";
import { nats, whole } from "../numbers.js";
import { scoreChart } from "../score-chart.js";
import { commandLine } from "./command-line.js";
import type { Section } from "./section.js";

/** False alarms that are listed, and of those that are marked. */
const SHARES = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001];
const MARKED = [0.1, 0.01];

export const scores: Section = {
  id: "scores",
  title: "Scores",
  render({ table, texts, path }, paper) {
    const scores = (table ?? texts)?.scores;
    if (!scores) return null;
    const { values, unit } = scores;
    const [record, records] = table ? ["row", "rows"] : ["text", "texts"];
    const listed = SHARES.flatMap((p) => {
      const at = threshold(values, p);
      return at === null ? [] : [{ p, at }];
    });
    const marks = listed.filter(({ p }) => MARKED.includes(p));
    return html`<p>How strange ordinary ${records} are: the scores of ${whole(values.length)} ${records} kept aside${unit === "nats" && ", in nats"}. A ${record} that scores more than what stands beside a p-value is as strange as at most that share of them.</p>
<div class="two"><figure>${scoreChart(paper, values, marks, unit)}</figure>
<figure><table><thead><tr><th scope="col">p-value</th><th scope="col">above, ${unit}</th><th scope="col">false alarms in 1,000 ordinary ${records}</th></tr></thead>
<tbody>${listed.map(
      ({ p, at }) => html`<tr><th scope="row">${p}</th><td>${nats(at)}</td><td>${whole(1000 * p)}</td></tr>
`,
    )}</tbody></table></figure></div>
<p class="note">p-values are conformal: false alarms are no more than they say, whatever the model. ${table ? "Rows" : "Texts"} of yours: ${commandLine(`vaekit score ${commandWord(path)} DATA --max-false-alarms 0.01 --out alerts.csv`)}</p>`;
  },
};

/** The largest score of an ordinary row that is not among the share `p`; null where there are too few rows to say. */
export function threshold(ascending: readonly number[], p: number): number | null {
  const beyond = Math.floor(p * (ascending.length + 1)) - 1;
  return beyond < 1 ? null : ascending[ascending.length - 1 - beyond];
}
