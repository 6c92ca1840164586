/** Trains a model on data. */

import { fitInput } from "./fit-options.js";
import { verb } from "./verb.js";

export const fit = verb({
  name: "fit",
  summary: "Train a model on data",
  input: fitInput,
  cli: { positional: ["data"], example: "vaekit fit mnist --out models/mnist --epochs 10", streams: true },
  async run(input, context) {
    if (input.dryRun) {
      const { dryRun } = await import("./fit-dry-run.js");
      return dryRun(input, context);
    }
    const { fitModel } = await import("./fit-run.js");
    const events = fitModel(input, context);
    for (;;) {
      const next = await events.next();
      if (next.done) {
        const { path, metrics } = next.value;
        context.report({ event: "wrote", path, what: "the model; report.html shows it" });
        return { json: { event: "done", path, metrics }, text: "" };
      }
      context.report(next.value);
    }
  },
});
