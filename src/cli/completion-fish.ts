/** Completion in fish, with what each verb and flag is for. */

import type { CompletableFlag, CompletableVerb } from "./completion.js";

export function fishScript(verbs: readonly CompletableVerb[]): string {
  const names = verbs.map(({ name }) => name).join(" ");
  const lines = [
    "# Completion of vaekit in fish: vaekit completion fish > ~/.config/fish/completions/vaekit.fish",
    "complete -c vaekit -e",
    "complete -c vaekit -n __fish_use_subcommand -f -l version -d 'show the version'",
    "complete -c vaekit -n __fish_use_subcommand -f -a help -d 'show the flags of a verb'",
    `complete -c vaekit -n '__fish_seen_subcommand_from help' -f -a ${quoted(names)}`,
    ...verbs.map(({ name, what }) => `complete -c vaekit -n __fish_use_subcommand -f -a ${name} -d ${quoted(what)}`),
    ...verbs.flatMap(({ name, words }) =>
      words
        ? `complete -c vaekit -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -f -a ${quoted(words.join(" "))}`
        : [],
    ),
    ...verbs.flatMap(({ name, flags }) => flags.map((flag) => line(name, flag))),
  ];
  return `${lines.join("\n")}\n`;
}

function line(verb: string, { name, short, what, value }: CompletableFlag): string {
  const takes = value === "none" ? "" : value === "any" ? " -r -F" : ` -x -a ${quoted(value.join(" "))}`;
  const letter = short ? ` -s ${short}` : "";
  const condition = quoted(`__fish_seen_subcommand_from ${verb}`);
  return `complete -c vaekit -n ${condition}${letter} -l ${name}${takes} -d ${quoted(what)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
