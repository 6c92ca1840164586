/** What `vaekit` alone says: the verbs by what they are for. */

import { verbGroups } from "../verbs/list.js";

export interface Line {
  readonly name: string;
  readonly what: string;
}

/** `more`: commands that are no verbs. */
export function overviewText(more: readonly Line[], columns: number, bold: (text: string) => string): string {
  const groups: (readonly [title: string, lines: readonly Line[]])[] = [
    ...Object.entries(verbGroups).map(
      ([title, verbs]) => [title, verbs.map(({ name, summary }) => ({ name, what: summary }))] as const,
    ),
    ["Shell", more],
  ];
  const width = Math.max(...groups.flatMap(([, lines]) => lines.map(({ name }) => name.length)));
  const text = groups.map(([title, lines]) => {
    const rows = lines.map(({ name, what }) => {
      const indent = " ".repeat(width + GAP.length + 2);
      return `  ${name.padEnd(width)}${GAP}${wrapped(what, columns - indent.length).join(`\n${indent}`)}`;
    });
    return `${bold(title)}\n${rows.join("\n")}`;
  });
  return `${bold("vaekit")}: variational autoencoders, trained on your own pictures and tables

Usage: vaekit VERB [options]

${text.join("\n\n")}

vaekit VERB --help shows the options that people use, --help-all all of them.
`;
}
const GAP = "  ";

/** Lines of whole words, each at most `columns` long. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
