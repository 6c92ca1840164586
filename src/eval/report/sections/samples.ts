/** Records drawn from the model. */

import { html } from "../html.js";
import { across, pixelClass } from "./picture.js";
import type { Section } from "./section.js";

export const samples: Section = {
  id: "samples",
  title: "Samples",
  render({ samples, config, what, picture }) {
    if (!picture || samples.length === 0) return null;
    const label = `${samples.length} ${what} drawn from the model`;
    return html`<p>New records that the model made up: codes drawn from its prior, decoded.</p>
<figure class="${pixelClass(picture)}">
<div class="grid" role="img" aria-label="${label}" style="${across(picture)}">
${samples.map((uri) => html`<img src="${uri}" alt="">`)}
</div>
<figcaption>${label}: prior ${config.prior.name}, the decoder's means, temperature 1, seed ${config.training.seed}.</figcaption>
</figure>`;
  },
};
