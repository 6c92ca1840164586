/** The terminal: data on standard output; on standard error lines that stay and one line that is redrawn in place. */

import { fstatSync, writeSync } from "node:fs";
import { styleText } from "node:util";
import { EXIT_STATUS } from "../errors.js";
import { pathError } from "../node/system-error.js";

type Format = Parameters<typeof styleText>[0];

export interface Terminal {
  /** Somebody watches: one line may be redrawn. */
  readonly isLive: boolean;
  /** Result, to standard output. E_OUT when it is a file that cannot take all of it. */
  print(text: string): void;
  /** A line for people, to standard error. */
  say(text: string): void;
  /** Redraws the live line with the first of these that fits the width, else the last one cut; "" removes it. */
  redraw(...texts: readonly string[]): void;
  /** Colours text where they are wanted: on a terminal, unless NO_COLOR is set. */
  style(format: Format, text: string): string;
  /** Marks a part of a result: underlined on a terminal, unless NO_COLOR is set; in brackets elsewhere. */
  mark(text: string): string;
}

const ERASE_LINE = "\r\u001b[K";
const DEFAULT_COLUMNS = 80;

/**
 * The terminal of this process. A reader of standard output that goes away (`| head`) ends the program quietly. What is
 * said to people is no reason to stop: a full disk under standard error is passed over.
 */
export function processTerminal(environment: NodeJS.ProcessEnv = process.env): Terminal {
  const { stdout, stderr } = process;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    stderr.write(`vaekit: E_OUT ${pathError("E_OUT", STDOUT, error).message}\n`);
    process.exit(EXIT_STATUS.E_OUT);
  });
  stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
  });
  const write = isPlainFile(stdout.fd) ? writeWhole : (text: string) => void stdout.write(text);
  const isLive = Boolean(stderr.isTTY) && environment.TERM !== "dumb";
  const isColoured = isLive && !environment.NO_COLOR;
  const isUnderlined = Boolean(stdout.isTTY) && environment.TERM !== "dumb" && !environment.NO_COLOR;
  let drawn = "";
  const erase = () => {
    if (drawn) stderr.write(ERASE_LINE);
    drawn = "";
  };
  return {
    isLive,
    print(text) {
      erase();
      write(text.endsWith("\n") ? text : `${text}\n`);
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
    mark: (text) => (isUnderlined ? styleText("underline", text) : `[${text}]`),
  };
}

const STDOUT = "standard output";

/** Whether standard output goes to a file or device, which Node writes to with one call and without a look at the result. */
function isPlainFile(fd: number): boolean {
  try {
    const info = fstatSync(fd);
    return info.isFile() || (info.isCharacterDevice() && !process.stdout.isTTY);
  } catch {
    return false;
  }
}

/** Writes every byte; a nearly full disk takes a part of them and reports no error. */
function writeWhole(text: string): void {
  const bytes = Buffer.from(text);
  try {
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(process.stdout.fd, bytes, done);
      if (written === 0) throw Object.assign(new Error("no byte was taken"), { code: "ENOSPC" });
      done += written;
    }
  } catch (error) {
    throw pathError("E_OUT", STDOUT, error);
  }
}
