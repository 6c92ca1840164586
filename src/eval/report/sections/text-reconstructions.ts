/** Texts beside what the model makes of them, and how much of them the latents hold. */

import type { TextGroup } from "../facts.js";
import { type Html, html } from "../html.js";
import { counted, nats, percent, whole } from "../numbers.js";
import { whichRecords } from "./reconstructions.js";
import type { Section } from "./section.js";

export const textReconstructions: Section = {
  id: "reconstructions",
  title: "Reconstructions",
  render({ texts, data, isPrivate }) {
    if (!texts) return null;
    const { groups, rebuilt, latentUse, mutualInformation } = texts;
    const swap = latentUse
      ? ` Written from another record's latents a text costs ${nats(latentUse.swapped - latentUse.own)} nats more than its own ${nats(latentUse.own)}: what the decoder asks of them.`
      : "";
    const protocol = `${counted(rebuilt.records, "text")} of ${whole(data.measured)} ${whichRecords(data)}: the likeliest tokens from the posterior's mean. ${percent(100 * rebuilt.tokenAccuracy)} of the tokens are in their places, BLEU ${(100 * rebuilt.bleu).toFixed(1)}. I(x; z) is estimated at one draw of z per record and at most ${nats(Math.log(data.measured))}.`;
    return html`<p>What of a text is in its latents: ${nats(mutualInformation)} nats tell records apart.${swap}${groups.length > 0 && " Each text stands above what the model makes of it."}</p>
${!isPrivate && html`<div class="rows">${groups.map(groupRow)}</div>`}
<p class="note">${protocol}</p>`;
  },
};

function groupRow({ name, records }: TextGroup): Html {
  return html`<div><h3>${name} explained</h3><dl class="facts pairs">${records.map(
    ({
      id,
      original,
      reconstruction,
      perToken,
    }) => html`<dt>${id}<small>${nats(perToken)} nats per token</small></dt><dd>${original}<small>${reconstruction}</small></dd>
`,
  )}</dl></div>
`;
}
