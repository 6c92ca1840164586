/** Whether rows drawn are copies of rows that were trained on. */

import { type Html, html } from "../html.js";
import { percent, whole } from "../numbers.js";
import type { Section } from "./section.js";

/** The share of 0.5 is known to about this much with a few thousand rows. */
const CHANCE = 0.03;

export const privacy: Section = {
  id: "privacy",
  title: "Privacy",
  render({ table }) {
    const found = table?.figures.privacy;
    if (!found) return null;
    const { dcrShare, exactCopies, heldOutCopies, belowFifth, medianDistance, synthetic, learned, halves } = found;
    const isFar = dcrShare > 0.5 + CHANCE;
    const verdict = isFar
      ? "Rows drawn are nearer to rows trained on than to rows kept aside: the model may have learned some by heart."
      : "Rows drawn are no nearer to rows trained on than to rows kept aside: no sign that any were learned by heart.";
    const { heldOut } = medianDistance;
    return html`<p>How near rows drawn come to real ones: ${halves}.</p>
<dl class="tiles" style="--tiles: 4">
${tile("Nearer to A", percent(100 * dcrShare), "of rows drawn; 50 % is ideal")}
${tile("Exact copies", percent(100 * exactCopies), `of rows drawn; ${percent(100 * heldOutCopies)} of B`)}
${tile("Closer than usual", percent(100 * belowFifth), "nearer to A than 95 % of B; 5 % is usual")}
${tile("Closest record", medianDistance.synthetic.toFixed(2), `median distance to A; of B ${heldOut.toFixed(2)}`)}
</dl>
${learned && html`<p class="verdict ${isFar ? "warning" : "well"}">${verdict}</p>`}
<p class="note">Protocol: ${whole(synthetic)} rows drawn; Euclidean distance of numbers in standard deviations and labels as one-hot vectors. ${!learned && "Which rows it was trained on is not known here, so that the first share says nothing of what was learned by heart. "}Distances are a check and no proof: who must not tell of anybody at all needs more than that.</p>`;
  },
};

function tile(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`;
}
