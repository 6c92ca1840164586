/** A diagnosis for people, in 80 columns: what is wrong, what was seen, what would be healthy, what to do. */

import type { Diagnosis } from "../eval/doctor/list.js";

const COLUMNS = 80;
const INDENT = "  ";
const LABEL_WIDTH = 10;
/** Where the command of a remedy begins. */
const COMMAND = "vaekit ";

export function diagnosisText({ findings, passed, notExamined }: Diagnosis): string {
  const blocks = findings.map(({ code, severity, problem, evidence, reference, remedy }) => {
    const at = remedy.indexOf(COMMAND);
    const [words, command] = at < 0 ? [remedy, ""] : [remedy.slice(0, at).trim(), remedy.slice(at)];
    return [
      `${severity.toUpperCase()}  ${code}`,
      ...wrapped(problem, INDENT, INDENT),
      ...labelled("seen", evidence),
      ...labelled("healthy", reference),
      ...labelled("remedy", words || command),
      ...(words && command ? continued(command, INDENT + " ".repeat(LABEL_WIDTH)) : []),
    ].join("\n");
  });
  const lacking = [...new Set(notExamined.map(({ why }) => why))].map((why) => {
    const names = notExamined.filter((check) => check.why === why).map(({ check }) => check);
    return wrapped(`not examined: ${names.join(", ")} (${why})`, "", INDENT).join("\n");
  });
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const found = findings.length === 0 ? "no findings:" : `${count(findings.length, "finding")},`;
  return [
    ...blocks,
    ...(lacking.length > 0 ? [lacking.join("\n")] : []),
    `${found} ${count(passed.length, "check")} passed`,
  ].join("\n\n");
}

function labelled(label: string, text: string): string[] {
  return wrapped(text, INDENT + label.padEnd(LABEL_WIDTH), INDENT + " ".repeat(LABEL_WIDTH));
}

function wrapped(text: string, first: string, rest: string): string[] {
  return filled(text.split(" "), first, rest);
}

/** Lines of at most 80 columns, all but the last with `end`; a longer word has its own. */
function filled(words: readonly string[], first: string, rest: string, end = ""): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const start = lines.length === 0 ? first : rest;
    const joined = line === start ? line + word : `${line} ${word}`;
    if (joined.length + end.length > COLUMNS && line !== start) {
      lines.push(line + end);
      line = rest + word;
    } else line = joined;
  }
  return [...lines, line];
}

/** A command over several lines, as a shell takes it; a flag keeps its value. */
function continued(command: string, indent: string): string[] {
  return filled(command.split(/ (?=--)/), indent, `${indent}${INDENT}`, " \\");
}
