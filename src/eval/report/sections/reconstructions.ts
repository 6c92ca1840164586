/** How well single records are explained: the best, some in the middle, the worst, with their nats. */

import type { RecordGroup, ReportFacts } from "../facts.js";
import { type Html, html } from "../html.js";
import { counted, nats, shortNats, whole } from "../numbers.js";
import { pixelClass } from "./picture.js";
import type { Section } from "./section.js";

export const reconstructions: Section = {
  id: "reconstructions",
  title: "Reconstructions",
  render({ groups, records, data, picture, isPrivate }) {
    if (!picture) return null;
    const [p5, p25, p50, p75, p95] = records.quantiles.map(nats);
    const spread = `Half of the records lie between ${p25} and ${p75} nats, nine tenths between ${p5} and ${p95}; the median is ${p50}.`;
    const protocol = `−ELBO of each of ${whole(data.measured)} ${whichRecords(data)}, ${counted(records.draws, "draw")} per record, seed ${data.seed}.`;
    if (isPrivate)
      return html`<p>${spread} No record is shown: this model is private.</p><p class="note">${protocol}</p>`;
    return html`<p>Records, each above what the model makes of it, with its −ELBO in nats: lower is better explained. ${spread}</p>
<figure class="${pixelClass(picture)}"><div class="rows">${groups.map(groupRow)}</div>
<figcaption>${protocol} Reconstructions are the decoder's mean at the posterior's mean.</figcaption></figure>`;
  },
};

/** @example whichRecords({ kind: "kept aside", ... }) // "records kept aside from training" */
export function whichRecords({ kind, name }: ReportFacts["data"]): string {
  if (kind === "kept aside") return "records kept aside from training";
  return kind === "training" ? "training records" : `records of ${name}`;
}

function groupRow({ name, records }: RecordGroup): Html {
  const nats = records.map(({ negativeElbo }) => negativeElbo);
  const range = `${shortNats(Math.min(...nats))} to ${shortNats(Math.max(...nats))}`;
  return html`<div class="row"><div><h3>${name}</h3><small>${range} nats</small></div>
<div class="grid" style="--across: ${records.length}; --across-phone: ${records.length}">${records.map(
    ({ id, original, reconstruction, negativeElbo }) => html`<div class="pair">
<img src="${original}" alt="record ${id}" title="${id}"><img src="${reconstruction}" alt="reconstruction of ${id}">
<span>${shortNats(negativeElbo)}</span></div>`,
  )}</div></div>
`;
}
