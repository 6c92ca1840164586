/** Lines of Python: does Python's own parser take the lines that are drawn? */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { event, measure } from "../harness/process.js";
import { fitted } from "./fitted.js";
import { type Finding, type Part, percent, type TextContext } from "./part.js";
import { PYTHON_FILE } from "./sets.js";
import { written } from "./written.js";

interface Parsed {
  readonly bare: number;
  readonly withBody: number;
}

/** Shares of the lines of a file, or of lines, that Python parses. */
async function parsed({ root, python, temporary }: TextContext, lines: string | readonly string[]): Promise<Parsed> {
  const path = typeof lines === "string" ? lines : join(await temporary(), "lines.json");
  if (typeof lines !== "string") await writeFile(path, JSON.stringify(lines));
  const { lines: said } = await measure([python!, peerScript(root, "python_lines.py"), path]);
  return event(said.at(-1)!) as unknown as Parsed;
}

export const python: Part = {
  about:
    "python: lines of Django's code, blanks at their ends cut, repeated ones left out, the last 1,000 held out; fit with --epochs 40 --dropout 0.3, " +
    "1,000 lines drawn by sample without flags. A line parses if Python's ast takes it without its indentation, with a body, pass, " +
    "where it ends in a colon. All else as for quatrains.",
  async run(context) {
    const model = await fitted("python", context);
    const { texts, findings, details } = await written(context, model);
    if (!context.python) return { findings, notes: [NO_PYTHON], details };
    const ours = await parsed(context, texts);
    const held = await parsed(context, model.held);
    const real = await parsed(context, join(context.data, PYTHON_FILE));
    const row = (figure: string, key: keyof Parsed): Finding => ({
      figure,
      ours: percent(ours[key]),
      beside: `${percent(real[key])} of all lines of the file, ${percent(held[key])} of held-out lines`,
    });
    return {
      findings: [
        row("samples that parse, given a body", "withBody"),
        { figure: "the same over the file's share", ours: percent(ours.withBody / real.withBody), beside: null },
        row("samples that parse as they are", "bare"),
        ...findings,
      ],
      details: { ours, held, real, ...details, samples: texts.slice(0, 20) },
    };
  },
};
