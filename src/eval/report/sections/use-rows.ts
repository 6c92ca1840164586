/** How to use a model of a table next: commands that run as they stand, and the library. */

import { commandWord } from "../command.js";
import type { Section } from "./section.js";
import { usage } from "./use.js";

export const useRows: Section = {
  id: "use",
  title: "Use it",
  render({ path, config, table }) {
    if (!table) return null;
    const [model, data] = [path, config.data.name].map(commandWord);
    const steps = [
      ["New rows", `vaekit sample ${model} -n 1000 --out rows.csv`],
      ["The strangest rows of a table, and why", `vaekit score ${model} DATA --top 20`],
      ["Empty cells filled in", `vaekit impute ${model} DATA --out full.csv`],
      ["What columns were taken for", `vaekit schema ${data}`],
      ["Figures on other data", `vaekit evaluate ${model} DATA`],
      ["A map to wander in", `vaekit map ${model} ${data} --out map.html`],
      ["This report on other data", `vaekit report ${model} DATA --out report.html`],
    ] as const;
    return usage(steps, path, "const rows = await vae.sample(1000);");
  },
};
