/** report.html: all that is known of a finished model on one page. */

import { parseCalibration } from "../../store/calibration.js";
import { CALIBRATION } from "../../store/layout.js";
import type { Result } from "./result.js";

export const report: Result = {
  name: "report",
  async make({ isAside, training, engine, files, ...looked }) {
    const [{ reportFacts }, { reportPage }] = await Promise.all([
      import("../report-facts.js"),
      import("../../eval/report/page.js"),
    ]);
    const run = { device: engine.name, threads: engine.threads };
    const scores = files[CALIBRATION];
    const calibration = typeof scores === "string" ? parseCalibration(scores, CALIBRATION) : null;
    const facts = await reportFacts({
      ...looked,
      trained: isAside ? training : null,
      calibration,
      run,
      kind: isAside ? "kept aside" : "training",
    });
    return { "report.html": await reportPage(facts) };
  },
};
