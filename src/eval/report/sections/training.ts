/** How training went: the terms of the loss by epoch, what steered them, and the figures behind the curves. */

import { bestEpoch, isCut, type Paper, scheduleChart, termChart } from "../charts.js";
import type { ReportFacts } from "../facts.js";
import { type Html, html } from "../html.js";
import { counted, duration, nats, small } from "../numbers.js";
import { legend } from "./latents.js";
import type { Section } from "./section.js";

/** Rows of the table of epochs; of more epochs every so many is listed. */
const MAX_ROWS = 100;

const TERMS = [
  ["loss", "Loss", "Reconstruction plus beta times KL."],
  ["reconstruction", "Reconstruction", "−log p(x|z): how badly records are told from their codes."],
  ["kl", "KL", "From the posterior to the prior: how much the codes tell of their records."],
] as const;

export const training: Section = {
  id: "training",
  title: "Training",
  render({ history }, paper) {
    if (history.length === 0) return null;
    const best = bestEpoch(history);
    const marked =
      best === null
        ? ""
        : ` The dotted line marks epoch ${best}, whose weights were kept: it was the best on the records kept aside.`;
    const cut = isCut(history) ? " The first epochs lie above the frame." : "";
    const series: [string, string][] = [["var(--train)", "training (mean over the epoch)"]];
    if (history.some(({ validation }) => validation)) series.push(["var(--validation)", "kept aside (at its end)"]);
    return html`<p>The terms of the loss by epoch, in nats per record: lower is better.${marked}${cut}</p>
${legend(series)}
<div class="two">
${TERMS.map(
  ([
    term,
    title,
    caption,
  ]) => html`<figure><h3>${title}</h3>${termChart(paper, history, term, title)}<figcaption>${caption}</figcaption></figure>
`,
)}
<figure><h3>Schedules</h3>${schedules(history, paper)}<figcaption>The learning rate, and beta, the weight of the KL.</figcaption></figure>
</div>
${table(history)}`;
  },
};

function schedules(history: ReportFacts["history"], paper: Paper): Html {
  return html`${scheduleChart(paper, history, "learningRate", "learning rate")}${scheduleChart(paper, history, "beta", "beta")}`;
}

function table(history: ReportFacts["history"]): Html {
  const every = Math.ceil(history.length / MAX_ROWS);
  const rows = history.filter((_, i) => i % every === 0 || i === history.length - 1);
  const note = every > 1 ? `, every ${every}th` : "";
  const held = (value: number | undefined) => html`<td>${value === undefined ? "" : nats(value)}</td>`;
  return html`<details><summary>The figures of ${counted(history.length, "epoch")}${note}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Figures by epoch"><table>
<thead><tr><th scope="col">epoch</th><th scope="col">loss</th><th scope="col">reconstruction</th><th scope="col">KL</th><th scope="col">loss,<br>kept aside</th><th scope="col">reconstruction,<br>kept aside</th><th scope="col">KL,<br>kept aside</th><th scope="col">learning rate</th><th scope="col">beta</th><th scope="col">time</th></tr></thead>
<tbody>${rows.map(
    ({
      epoch,
      train,
      validation,
      learningRate,
      beta,
      seconds,
    }) => html`<tr><th scope="row">${epoch}</th>${held(train.loss)}${held(train.reconstruction)}${held(train.kl)}${held(validation?.loss)}${held(validation?.reconstruction)}${held(validation?.kl)}<td>${small(learningRate)}</td><td>${small(beta)}</td><td>${duration(seconds)}</td></tr>
`,
  )}</tbody></table></div></details>`;
}
