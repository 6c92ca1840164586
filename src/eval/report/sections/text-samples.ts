/** Texts drawn from the model. */

import { html } from "../html.js";
import type { Section } from "./section.js";

export const textSamples: Section = {
  id: "samples",
  title: "Samples",
  render({ texts, config, isPrivate }) {
    if (!texts) return null;
    if (isPrivate)
      return html`<p>No text is shown, as one drawn may be one that was trained on: this model is private.</p>`;
    return html`<p>New texts that the model made up: codes drawn from its prior, then each token as likely as the model thinks it.</p>
<ul class="texts">${texts.samples.map(
      (text) => html`<li>${text}</li>
`,
    )}</ul>
<p class="note">${texts.samples.length} texts: prior ${config.prior.name}, temperature 1, seed ${config.training.seed}; none was chosen.</p>`;
  },
};
