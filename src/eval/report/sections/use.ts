/** How to use a model of pictures next: commands that run as they stand, and the library. */

import { commandWord } from "../command.js";
import { type Html, html } from "../html.js";
import { commandLine } from "./command-line.js";
import type { Section } from "./section.js";

export const use: Section = {
  id: "use",
  title: "Use it",
  render({ path, config, picture }) {
    if (!picture) return null;
    const [model, data] = [path, config.data.name].map(commandWord);
    const steps = [
      ["New records", `vaekit sample ${model} -n 100 --out samples.png`],
      ["A walk between two records", `vaekit interpolate ${model} --from A.png --to B.png --out walk.gif`],
      ["What each latent does", `vaekit traverse ${model} --out traversal.gif`],
      ["Codes as a table", `vaekit encode ${model} ${data} --out codes.csv`],
      ["Figures on other data", `vaekit evaluate ${model} DATA`],
      ["This report on other data", `vaekit report ${model} DATA --out report.html`],
    ] as const;
    return usage(steps, path, "const pictures = await vae.sample(64);");
  },
};

/** Commands with what they are for, and the library's lines. */
export function usage(steps: readonly (readonly [what: string, command: string])[], path: string, code: string): Html {
  return html`<dl class="facts use">${steps.map(
    ([what, command]) => html`<dt>${what}</dt><dd>${commandLine(command)}</dd>
`,
  )}</dl>
<h3>In TypeScript</h3><pre><code>import { Vae } from "vaekit";
const vae = await Vae.load(${JSON.stringify(path)});
${code}</code></pre>`;
}
