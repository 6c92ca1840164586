/** What a section of a report is. */

import type { Paper } from "../charts.js";
import type { ReportFacts } from "../facts.js";
import type { Html } from "../html.js";

export interface Section {
  /** Its place in the page: what links end in. */
  readonly id: string;
  readonly title: string;
  /** What stands below the title; null where there is nothing to tell. */
  render(facts: ReportFacts, paper: Paper): Html | null;
}
