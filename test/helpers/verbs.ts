/** Runs a verb in this process as a command would. */

import { nodeHost } from "../../src/node/host.js";
import { parseInput } from "../../src/verbs/parse.js";
import type { Verb, VerbEvent } from "../../src/verbs/verb.js";

export interface VerbRun {
  readonly json: unknown;
  readonly text: string;
  readonly events: readonly VerbEvent[];
  /** Lines that were printed. */
  readonly lines: readonly unknown[];
}

export async function runVerb(verb: Verb, input: Readonly<Record<string, unknown>>): Promise<VerbRun> {
  const events: VerbEvent[] = [];
  const lines: unknown[] = [];
  const { json, text } = await verb.run(parseInput(verb.input, input), {
    host: nodeHost(),
    signal: new AbortController().signal,
    report: (event) => void events.push(event),
    print: ({ json }) => void lines.push(json),
    mark: (part) => `[${part}]`,
  });
  return { json, text, events, lines };
}
