/** Reads a command line, runs the verb that it names, shows what comes of it, and gives the exit status. */

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { didYouMean, unknown, VaekitError } from "../errors.js";
import { verbs } from "../verbs/list.js";
import { type Option, optionsOf } from "../verbs/option.js";
import { parseInput } from "../verbs/parse.js";
import type { Verb } from "../verbs/verb.js";
import { COMPLETION, COMPLETION_SUMMARY, completionCommand } from "./completion.js";
import { fromEnvironment, fromFile, type Given, strangeVariables } from "./environment.js";
import { commandOf, type HelpStyle, helpOf, type Typed } from "./flags.js";
import { importModules, importsOf } from "./imports.js";
import { overviewText } from "./overview.js";
import { type Manner, presenter } from "./present.js";
import { processTerminal, type Terminal } from "./term.js";

/** Commands that are no verbs. */
const EXTRAS = [
  { name: COMPLETION, what: COMPLETION_SUMMARY },
  { name: "help VERB", what: "The same as vaekit VERB --help" },
];

/** Runs `words` as `vaekit ...words`; the exit status. */
export async function runCommand(words: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const manner: Manner = {
    json: words.includes("--json"),
    quiet: words.includes("--quiet"),
    debug: words.includes("--debug"),
  };
  const style: HelpStyle = {
    all: words.includes("--help-all"),
    bold: (text) => (process.stdout.isTTY ? terminal.style("bold", text) : text),
  };
  try {
    await importModules(importsOf(words, process.env));
  } catch (error) {
    return presenter(terminal, manner, true).failure(error);
  }
  let status = 0;
  const help = helpOf(style);
  const program = new Command("vaekit")
    .version(version(), "--version", "show the version")
    .helpOption("-h, --help", "show this")
    .helpCommand(false)
    .configureHelp({ formatHelp: () => overviewText(EXTRAS, help.helpWidth!, style.bold) });
  for (const verb of verbs) {
    const command = commandOf(verb, style, async (typed) => {
      status = await runVerb(verb, typed, terminal, manner);
    });
    program.addCommand(command);
  }
  program.addCommand(completionCommand(terminal.print, help));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} });
  }
  if (words.length === 0) {
    terminal.print(program.helpInformation());
    return 0;
  }
  try {
    const flags = asFlags(words);
    // Commander would answer an unknown verb with the general help when --help is there too.
    const known = program.commands.map((command) => command.name());
    if (!flags[0].startsWith("-") && !known.includes(flags[0])) throw unknown("verb", flags[0], known);
    await program.parseAsync(flags, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const shown = error instanceof CommanderError ? usageError(error, program, words) : error;
    return presenter(terminal, manner, true).failure(shown);
  }
  return status;
}

/** `help VERB` and `--help-all` are other words for --help. */
function asFlags([first, ...rest]: readonly string[]): string[] {
  const words = first === "help" ? [...rest, "--help"] : [first, ...rest];
  return words.map((word) => (word === "--help-all" ? "--help" : word));
}

async function runVerb(verb: Verb, typed: Typed, terminal: Terminal, manner: Manner): Promise<number> {
  const show = presenter(terminal, manner, verb.cli.streams);
  const signal = interruption(terminal);
  try {
    const options = optionsOf(verb.input);
    if (!manner.quiet) {
      const all = verbs.flatMap(({ input }) => optionsOf(input));
      for (const warning of strangeVariables(all, process.env)) terminal.say(`vaekit: ${warning}`);
    }
    const input = await readInput(verb, options, typed);
    const { nodeHost } = await import("../node/host.js");
    const context = { host: nodeHost(), signal, report: show.event, print: show.line, mark: terminal.mark };
    const result = await verb.run(input, context);
    show.result(result);
    return result.gate ? show.gate(result.gate) : 0;
  } catch (error) {
    return show.failure(signal.aborted ? interrupted(error) : error);
  }
}

/** The verb's input from all places, by precedence. */
async function readInput(verb: Verb, options: readonly Option[], typed: Typed): Promise<Record<string, unknown>> {
  const places = verb.cli.positional as readonly string[];
  const callFlag = (option: Option) => (places.includes(option.key) ? option.placeholder : `--${option.flag}`);
  const given = new Map<string, Given>([
    ...(typeof typed.config === "string" ? await fromFile(options, typed.config) : []),
    ...fromEnvironment(
      options.filter(({ key }) => !places.includes(key)),
      process.env,
    ),
  ]);
  for (const option of options) {
    const value = typed[option.key];
    if (value === undefined) continue;
    given.set(option.key, {
      value: typeof value === "string" ? option.fromText(value) : value,
      name: callFlag(option),
    });
  }
  const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
  return parseInput(verb.input, values, (option) => given.get(option.key)?.name ?? callFlag(option));
}

/** The first Ctrl-C asks to stop, the second stops. */
function interruption(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    terminal.say("stopping... (Ctrl-C again to stop at once)");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return controller.signal;
}

/** What an aborted call threw, as the error of an interruption. */
function interrupted(error: unknown): unknown {
  if (error instanceof VaekitError || !(error instanceof Error) || error.name !== "AbortError") return error;
  return new VaekitError("E_INTERRUPTED", "stopped before it was done");
}

/** Commander's error in our words. */
function usageError({ code, message }: CommanderError, program: Command, words: readonly string[]): VaekitError {
  const command = program.commands.find((candidate) => candidate.name() === words[0]) ?? program;
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? "";
  const help = command === program ? "vaekit --help" : `vaekit ${command.name()} --help`;
  if (code === "commander.unknownOption") {
    const flags = command.options.flatMap(({ long }) => long ?? []);
    const shorter = flags.find((flag) => quoted.startsWith(`${flag}-`)); // --batch-size, as the library has batchSize
    const near = shorter ? `Did you mean "${shorter}"?` : didYouMean(quoted, [...flags, "--help"]);
    return new VaekitError("E_USAGE", `unknown flag ${quoted}`, near.startsWith("Did") ? near : `See ${help}.`);
  }
  if (code === "commander.optionMissingArgument")
    return new VaekitError("E_USAGE", `${quoted.replace(/ <.*/, "")}: a value is missing`, `See ${help}.`);
  return new VaekitError("E_USAGE", message.replace(/^error: /, ""), `See ${help}.`);
}

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
