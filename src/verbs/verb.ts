/** What a verb is: one typed description from which the library method, the command, the route and the form derive. */

import type * as z from "zod";
import type { VaekitError } from "../errors.js";
import type { Host } from "../host.js";

export interface VerbContext {
  readonly host: Host;
  readonly signal: AbortSignal;
  /** Progress and notices, for people; never data. */
  report(event: VerbEvent): void;
  /** A record of the answer, as soon as it is there: data, on standard output. */
  print(line: AnswerLine): void;
  /** Makes a part of a text for people stand out: underlined where that can be seen, in brackets elsewhere. */
  mark(text: string): string;
}

/** A line of an answer that comes record by record: with `--json` the one, else the other. */
export interface AnswerLine {
  readonly json: unknown;
  readonly text: string;
}

/** Something that happened while a verb ran. */
export interface VerbEvent {
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** Work that takes a while: `what` says what is done, such as "encoded". */
export interface WorkEvent extends VerbEvent {
  readonly event: "work";
  readonly what: string;
  readonly done: number;
  readonly total: number;
}
/** A file or folder is there, whole. */
export interface WroteEvent extends VerbEvent {
  readonly event: "wrote";
  readonly path: string;
  readonly what: string;
}

/** How a verb looks in a terminal. */
export interface CliLook<Input> {
  /** Inputs given by place instead of by flag, in order. */
  readonly positional: readonly (keyof Input & string)[];
  /** One-letter flags. */
  readonly short?: Readonly<Partial<Record<keyof Input & string, string>>>;
  /** A command that works as it stands, for the help. */
  readonly example: string;
  /** Whether the events are output: with `--json` each is a line and the result the last. Else the result is one document. */
  readonly streams: boolean;
}

export interface Verb<Schema extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly input: Schema;
  readonly cli: CliLook<z.infer<Schema>>;
  /** Does the work; the result is what `--json` prints. Heavy modules are imported inside. */
  run(input: z.infer<Schema>, context: VerbContext): Promise<VerbResult>;
}

export interface VerbResult {
  /** The JSON document of `--json`; undefined where the answer was printed record by record. */
  readonly json: unknown;
  /** The same for people, lines of plain text; "" where the answer is a file, which a "wrote" event tells of. */
  readonly text: string;
  /** The answer is there, but not good enough for a caller that asked for a gate: an E_GATE, told after the answer. */
  readonly gate?: VaekitError;
}

/** Names the schema's type once, so that `run` is typed by it. */
export function verb<Schema extends z.ZodObject>(definition: Verb<Schema>): Verb<Schema> {
  return definition;
}
