/** Shows what a verb does and gives: as JSON, or for people. */

import { EXIT_STATUS, VaekitError } from "../errors.js";
import { exhaustion } from "../node/system-error.js";
import type { AnswerLine, VerbEvent, VerbResult } from "../verbs/verb.js";
import { progressView } from "./progress.js";
import type { Terminal } from "./term.js";

/** The switches that every command has. */
export interface Manner {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
}

export interface Presenter {
  event(event: VerbEvent): void;
  /** A record of the answer. */
  line(line: AnswerLine): void;
  result(result: VerbResult): void;
  /** Says why the answer, which was shown, is not good enough; the exit status. */
  gate(error: VaekitError): number;
  /** Shows the error and gives the exit status. */
  failure(error: unknown): number;
}

const INTERNAL_ERROR = 1;

/** `streams`: the verb's events are output, so with `--json` each is printed as a line. */
export function presenter(terminal: Terminal, { json, quiet, debug }: Manner, streams: boolean): Presenter {
  const view = progressView(terminal);
  return {
    event(event) {
      if (json && streams) terminal.print(JSON.stringify(event));
      else if (!quiet) view.show(event);
    },
    line(line) {
      terminal.print(json ? JSON.stringify(line.json) : line.text);
    },
    result({ json: document, text }) {
      view.end();
      if (json && document === undefined) return;
      if (json) terminal.print(JSON.stringify(document, null, streams ? undefined : 2));
      else if (text !== "") terminal.print(text);
    },
    gate({ code, message }) {
      terminal.say(`vaekit: ${terminal.style("red", code)} ${message}`);
      return EXIT_STATUS[code];
    },
    failure(thrown) {
      view.end();
      const error = exhaustion(thrown);
      const known = error instanceof VaekitError ? error : null;
      const code = known?.code ?? "E_INTERNAL";
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      const hint =
        known?.hint ??
        (known ? undefined : "This is a bug in vaekit. Run again with --debug and report what it shows.");
      if (json) {
        try {
          terminal.print(JSON.stringify({ event: "error", code, message, ...(hint ? { hint } : {}) }));
        } catch {
          // Standard output takes nothing any more; standard error may.
        }
      }
      terminal.say(`vaekit: ${terminal.style("red", code)} ${message}`);
      if (hint) terminal.say(`${terminal.style("dim", "hint:")} ${hint}`);
      if (debug && stack) terminal.say(causes(error));
      return known ? EXIT_STATUS[known.code] : INTERNAL_ERROR;
    },
  };
}

function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause ? `${own}\ncaused by: ${causes(error.cause)}` : own;
}
