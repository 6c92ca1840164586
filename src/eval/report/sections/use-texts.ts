/** How to use a model of texts next: commands that run as they stand, and the library. */

import { commandWord } from "../command.js";
import type { Section } from "./section.js";
import { usage } from "./use.js";

export const useTexts: Section = {
  id: "use",
  title: "Use it",
  render({ path, config, texts }) {
    if (!texts) return null;
    const [model, data] = [path, config.data.name].map(commandWord);
    const steps = [
      ["New texts", `vaekit sample ${model} -n 20`],
      ["The way from one text to another", `vaekit interpolate ${model} --from "ONE TEXT" --to "ANOTHER"`],
      ["The strangest texts, their strange tokens marked", `vaekit score ${model} DATA --top 20`],
      ["Texts beside what the model makes of them", `vaekit reconstruct ${model} ${data}`],
      ["Codes as a table", `vaekit encode ${model} ${data} --out codes.csv`],
      ["Figures on other data", `vaekit evaluate ${model} DATA`],
      ["A map to wander in", `vaekit map ${model} ${data} --out map.html`],
      ["This report on other data", `vaekit report ${model} DATA --out report.html`],
    ] as const;
    return usage(steps, path, "for await (const text of vae.sampleTexts(20)) console.log(text);");
  },
};
