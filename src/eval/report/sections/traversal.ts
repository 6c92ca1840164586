/** What each latent does to a picture. */

import { commandWord } from "../command.js";
import { html } from "../html.js";
import { counted } from "../numbers.js";
import { commandLine } from "./command-line.js";
import { activity } from "./latents.js";
import { pixelClass } from "./picture.js";
import type { Section } from "./section.js";

export const traversal: Section = {
  id: "traversal",
  title: "Traversal",
  render({ walks, walkRange, picture, config, path }) {
    if (!picture || walks.length === 0) return null;
    const { active } = activity(config.latents);
    const which =
      active > walks.length
        ? `The ${counted(walks.length, "active latent")} of largest KL, of ${active}`
        : counted(walks.length, "latent");
    const [left, right] = [`−${walkRange} sd`, `+${walkRange} sd`];
    return html`<p>What the latents mean: in each row one of them goes from one end of the data to the other, while the others stay at their means.</p>
<figure class="${pixelClass(picture)}"><div class="rows tight">
<div class="row head" aria-hidden="true"><div></div><div class="axis"><span>${left}</span><span>mean</span><span>${right}</span></div></div>
${walks.map(
  ({ name, note, strip }) => html`<div class="row"><div>${name}<small>${note}</small></div>
<img class="strip" src="${strip}" alt="${name}: pictures from ${left} to ${right}"></div>
`,
)}</div>
<figcaption>${which}, those of largest KL first; ${walkRange} standard deviations of the aggregate posterior to either side. Through a record of yours: ${commandLine(`vaekit traverse ${commandWord(path)} --at PICTURE --out t.png`)}</figcaption></figure>`;
  },
};
