/** Shell completion: what can be typed after `vaekit`, from the verbs' schemas, and the command that prints a script of it. */

import { Argument, Command, type Help } from "commander";
import { unknown, VaekitError } from "../errors.js";
import { verbs } from "../verbs/list.js";
import { optionsOf } from "../verbs/option.js";
import { bashScript } from "./completion-bash.js";
import { fishScript } from "./completion-fish.js";
import { zshScript } from "./completion-zsh.js";
import { COMMON } from "./flags.js";

/** A flag as a shell completes it. */
export interface CompletableFlag {
  /** Without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly what: string;
  /** What follows: nothing, one of these values, or a file (or something else that is not known beforehand). */
  readonly value: "none" | "any" | readonly string[];
}
/** A verb as a shell completes it. */
export interface CompletableVerb {
  readonly name: string;
  readonly what: string;
  /** Words that follow it; absent: files. */
  readonly words?: readonly string[];
  readonly flags: readonly CompletableFlag[];
}

/** A shell: how its script is written, and how it is put to use. A new one is a file and a line here. */
interface Shell {
  script(verbs: readonly CompletableVerb[]): string;
  readonly use: string;
}
const SHELLS: Readonly<Record<string, Shell>> = {
  bash: { script: bashScript, use: `echo 'eval "$(vaekit completion bash)"' >> ~/.bashrc` },
  zsh: { script: zshScript, use: `echo 'eval "$(vaekit completion zsh)"' >> ~/.zshrc    # after compinit` },
  fish: { script: fishScript, use: "vaekit completion fish > ~/.config/fish/completions/vaekit.fish" },
};

export const COMPLETION = "completion";
const HELP: CompletableFlag[] = [
  { name: "help", short: "h", what: "show the flags that people use", value: "none" },
  { name: "help-all", what: "show all flags", value: "none" },
];

/** What every verb takes, its common flags and those of help included. */
export function completable(): CompletableVerb[] {
  const common = COMMON.map(
    ({ name, value, what }): CompletableFlag => ({ name, what, value: value ? "any" : "none" }),
  );
  const all = verbs.map(({ name, summary, input, cli }): CompletableVerb => {
    const places = cli.positional as readonly string[];
    const short = cli.short as Readonly<Record<string, string>> | undefined;
    const own = optionsOf(input)
      .filter(({ key }) => !places.includes(key))
      .map(({ key, flag, description, isSwitch, names }): CompletableFlag => {
        const value = isSwitch ? "none" : names.length > 0 ? names.map(String) : "any";
        return { name: flag, short: short?.[key], what: description, value };
      });
    return { name, what: summary, flags: [...own, ...common, ...HELP] };
  });
  return [...all, { name: COMPLETION, what: COMPLETION_SUMMARY, words: Object.keys(SHELLS), flags: HELP.slice(0, 1) }];
}

export const COMPLETION_SUMMARY = "Print a script that completes verbs, flags and names on Tab";

/** `vaekit completion SHELL`. */
export function completionCommand(print: (text: string) => void, help: Partial<Help>): Command {
  const shells = Object.keys(SHELLS);
  const shell = new Argument("[SHELL]", shells.join(", "));
  shell.required = false;
  return new Command(COMPLETION)
    .description(COMPLETION_SUMMARY)
    .usage(`${shells.join("|")}`)
    .configureHelp(help)
    .helpOption("-h, --help", "show this")
    .addArgument(shell)
    .addHelpText("after", `\nOnce and for all:\n${shells.map((name) => `  ${SHELLS[name].use}`).join("\n")}\n`)
    .action((name?: string) => {
      if (name === undefined) throw new VaekitError("E_USAGE", `missing SHELL: one of ${shells.join(", ")}`);
      if (!Object.hasOwn(SHELLS, name)) throw unknown("shell", name, shells);
      print(SHELLS[name].script(completable()));
    });
}
