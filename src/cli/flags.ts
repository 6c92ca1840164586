/** Makes commands of verbs: flags, places and help, all from the verb's input schema. */

import { Argument, Command, Option as Flag, Help } from "commander";
import { type Option, optionsOf } from "../verbs/option.js";
import type { Verb } from "../verbs/verb.js";

/** What every command takes; `value` stands for what follows the flag. */
export interface CommonFlag {
  readonly name: string;
  readonly value?: string;
  readonly what: string;
  /** Shown by `--help-all` only. */
  readonly more?: boolean;
}
export const COMMON: readonly CommonFlag[] = [
  { name: "json", what: "print JSON on standard output" },
  { name: "quiet", what: "no progress and no notices" },
  { name: "debug", what: "with errors, show where in the program they arose", more: true },
  { name: "config", value: "FILE", what: "JSON file with options; flags and VAEKIT_* variables come first" },
  { name: "import", value: "MODULE", what: "load your own parts first: a file or a package", more: true },
];
const COMMON_GROUP = "Everywhere:";

export interface HelpStyle {
  /** Show the options that few people need too. */
  readonly all: boolean;
  readonly bold: (text: string) => string;
}

/** What was typed after a verb: texts by key, true for a switch. */
export type Typed = Readonly<Record<string, string | boolean | undefined>>;

/** The command of a verb. `act` gets what was typed, places included. */
export function commandOf(verb: Verb, style: HelpStyle, act: (typed: Typed) => Promise<void>): Command {
  const options = optionsOf(verb.input);
  const command = new Command(verb.name).description(verb.summary).configureHelp(helpOf(style));
  const places = verb.cli.positional.map((key) => options.find((option) => option.key === key)!);
  for (const { isRequired, placeholder, description } of places) {
    const name = isRequired ? `<${placeholder}>` : `[${placeholder}]`;
    // Whether it is missing is decided later, when the environment and the configuration file were asked too.
    const argument = new Argument(name, description);
    argument.required = false;
    command.addArgument(argument);
  }
  const flags = options.filter((option) => !places.includes(option));
  for (const option of flags) command.addOption(flagOf(option, verb, style));
  for (const flag of commonFlags(style)) command.addOption(flag);
  const required = flags
    .filter(({ isRequired }) => isRequired)
    .map(({ flag, placeholder }) => `--${flag} ${placeholder}`);
  const named = places.map(({ placeholder, isRequired }) => (isRequired ? placeholder : `[${placeholder}]`));
  const usage = [...named, ...required, "[options]"];
  command
    .usage(usage.join(" "))
    .helpOption("-h, --help", "show this")
    .addHelpText("after", footer(verb, flags, style));
  return command.action(async (...given: unknown[]) => {
    const typed = { ...command.opts<Record<string, string | boolean>>() };
    places.forEach(({ key }, i) => {
      if (given[i] !== undefined) typed[key] = given[i] as string;
    });
    await act(typed);
  });
}

function flagOf(option: Option, verb: Verb, { all }: HelpStyle): Flag {
  const short = (verb.cli.short as Readonly<Record<string, string>> | undefined)?.[option.key];
  const name = `${short ? `-${short}, ` : ""}--${option.flag}`;
  const flag = new Flag(option.isSwitch ? name : `${name} <${option.placeholder}>`, sentence(option));
  flag.attributeName = () => option.key;
  flag.helpGroup(`${option.group}:`);
  return option.more && !all ? flag.hideHelp() : flag;
}

function sentence({ description, default: standard, isSwitch, isRequired, names, placeholder }: Option): string {
  const values = names.length > 0 && !names.every((name) => placeholder.includes(String(name)));
  const notes = [
    values && names.join(", "),
    isRequired && "required",
    standard !== null && !isSwitch && `default: ${String(standard)}`,
  ].filter(Boolean);
  return notes.length > 0 ? `${description} (${notes.join("; ")})` : description;
}

function commonFlags({ all }: HelpStyle): Flag[] {
  return COMMON.map(({ name, value, what, more }) => {
    const flag = new Flag(value ? `--${name} <${value}>` : `--${name}`, what).helpGroup(COMMON_GROUP);
    return more && !all ? flag.hideHelp() : flag;
  });
}

function footer({ cli }: Verb, options: readonly Option[], { all, bold }: HelpStyle): string {
  const rest = options.some(({ more }) => more) && !all ? "\nMore options: --help-all\n" : "";
  return `${rest}\n${bold("Example:")}\n  ${cli.example}\n`;
}

/** Wide enough for the longest list of names. */
const HELP_COLUMNS = 100;

export function helpOf({ bold }: HelpStyle): Partial<Help> {
  return {
    helpWidth: Math.min(process.stdout.columns ?? HELP_COLUMNS, HELP_COLUMNS),
    styleTitle: bold,
    optionTerm: (flag) => flag.flags.replace(/<(.*)>/, "$1"),
    subcommandTerm: (command) => command.name(),
    visibleOptions: (command) => sorted(new Help().visibleOptions(command)),
  };
}

/** The help flag goes to the switches of every command. */
function sorted(flags: Flag[]): Flag[] {
  for (const flag of flags) if (flag.long === "--help") flag.helpGroup(COMMON_GROUP);
  return flags;
}
