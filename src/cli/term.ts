/** The terminal: data on standard output; on standard error lines that stay and one line that is redrawn in place. */

import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

export interface Terminal {
  /** Somebody watches: one line may be redrawn. */
  readonly isLive: boolean;
  /** Result, to standard output. */
  print(text: string): void;
  /** A line for people, to standard error. */
  say(text: string): void;
  /** Redraws the live line with the first of these that fits the width, else the last one cut; "" removes it. */
  redraw(...texts: readonly string[]): void;
  /** Colours text where they are wanted: on a terminal, unless NO_COLOR is set. */
  style(format: Format, text: string): string;
}

const ERASE_LINE = "\r\u001b[K";
const DEFAULT_COLUMNS = 80;

/** The terminal of this process. A reader of standard output that goes away (`| head`) ends the program quietly. */
export function processTerminal(environment: NodeJS.ProcessEnv = process.env): Terminal {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
  const isLive = Boolean(stderr.isTTY) && environment.TERM !== "dumb";
  const isColoured = isLive && !environment.NO_COLOR;
  let drawn = "";
  const erase = () => {
    if (drawn) stderr.write(ERASE_LINE);
    drawn = "";
  };
  return {
    isLive,
    print(text) {
      erase();
      stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    say(text) {
      erase();
      stderr.write(`${text}\n`);
    },
    redraw(...texts) {
      if (!isLive) return;
      const columns = (stderr.columns ?? DEFAULT_COLUMNS) - 1;
      const text = texts.find(({ length }) => length <= columns) ?? texts[texts.length - 1];
      if (text === "") return erase();
      drawn = text.slice(0, columns);
      stderr.write(ERASE_LINE + drawn);
    },
    style: (format, text) => (isColoured ? styleText(format, text) : text),
  };
}
