/** How columns go together: maps of their associations, and the pairs that are farthest off. */

import { associationMap, differenceMap } from "../association-map.js";
import { html } from "../html.js";
import { percent } from "../numbers.js";
import { protocolText } from "./columns.js";
import { legend } from "./latents.js";
import type { Section } from "./section.js";

/** Pairs that are listed. */
const LISTED = 10;

export const dependence: Section = {
  id: "dependence",
  title: "Dependence",
  render({ table }) {
    if (!table || table.associations.columns.length < 2) return null;
    const { associations, figures, protocol } = table;
    return html`<p>How strongly each two columns go together, 0 to 1: the model's rows should show the same pattern.</p>
<div class="three">
<figure><h3>Real</h3>${associationMap(associations.columns, associations.real, "real rows")}</figure>
<figure><h3>Drawn</h3>${associationMap(associations.columns, associations.synthetic, "rows drawn")}</figure>
<figure><h3>Difference</h3>${differenceMap(associations)}
${legend([
  ["var(--more)", "too strong in rows drawn"],
  ["var(--less)", "too weak"],
])}</figure>
</div>
<p class="note">Numbers: size of Pearson's correlation; labels: Cramér's V; a number and labels: the correlation ratio. Cells of the difference are full at 0.5.</p>
<h3>The pairs that are farthest off</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Pairs of columns"><table class="words"><thead><tr><th scope="col">columns</th><th scope="col">off by</th><th scope="col">measured by</th></tr></thead>
<tbody>${figures.pairs.slice(0, LISTED).map(
      ({
        columns,
        error,
        measure,
      }) => html`<tr><th scope="row">${columns.join(" and ")}</th><td>${percent(error)}</td><td>${measure}</td></tr>
`,
    )}</tbody></table></div>
<p class="note">${protocolText(protocol)} Correlation: half the difference of Pearson's correlations; contingency: total variation distance of the tables of both columns, numbers cut at deciles.</p>`;
  },
};
