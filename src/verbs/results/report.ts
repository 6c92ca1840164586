/** report.html: all that is known of a finished model on one page. */

import type { Result } from "./result.js";

export const report: Result = {
  name: "report",
  form: "picture",
  async make({ isAside, engine, ...looked }) {
    const [{ reportFacts }, { reportPage }] = await Promise.all([
      import("../report-facts.js"),
      import("../../eval/report/page.js"),
    ]);
    const run = { device: engine.name, threads: engine.threads };
    const facts = await reportFacts({ ...looked, run, kind: isAside ? "kept aside" : "training" });
    return { "report.html": await reportPage(facts) };
  },
};
