/** The doctor's findings: what is amiss, how it was seen, what to do. */

import { commandWord } from "../command.js";
import { type Html, html } from "../html.js";
import { commandLine } from "./command-line.js";
import type { Section } from "./section.js";

const KIND = { fault: "Fault", warning: "Warning", notice: "Notice" } as const;

export const doctor: Section = {
  id: "doctor",
  title: "Doctor",
  render({ findings, path }) {
    if (findings.length === 0)
      return html`<p>No finding: nothing of what the doctor looks for was seen. Ask again at any time: ${commandLine(`vaekit doctor ${commandWord(path)}`)}</p>`;
    return html`<ul class="findings">${findings.map(
      ({ severity, problem, evidence, reference, remedy }) => html`<li class="${severity}">
<span class="kind">${KIND[severity]}</span>
<p>${problem}</p>
<dl><dt>Seen</dt><dd>${evidence}</dd><dt>Expected</dt><dd>${reference}</dd><dt>Remedy</dt><dd>${remedyText(remedy)}</dd></dl></li>
`,
    )}</ul>`;
  },
};

/** What stands from "vaekit" on is a command. */
function remedyText(remedy: string): Html {
  const at = remedy.search(/\bvaekit /);
  if (at < 0) return html`${remedy}`;
  return html`${remedy.slice(0, at)}${commandLine(remedy.slice(at))}`;
}
