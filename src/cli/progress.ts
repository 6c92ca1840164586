/** Shows events to people: one line that is redrawn on a terminal, plain lines that stay elsewhere. */

import type { Terms, TrainEvent } from "../train/events.js";
import type { VerbEvent, WorkEvent, WroteEvent } from "../verbs/verb.js";
import type { Terminal } from "./term.js";

export interface ProgressView {
  show(event: VerbEvent): void;
  /** Removes the line that is redrawn. */
  end(): void;
}

/** Every event that has a look of its own; others are for programs. */
type Shown = TrainEvent | WorkEvent | WroteEvent;
type Looks = { readonly [Name in Shown["event"]]?: (event: Extract<Shown, { event: Name }>) => void };

export function progressView(terminal: Terminal): ProgressView {
  const { say, redraw, style } = terminal;
  let epochs = 0;
  const dim = (text: string) => style("dim", text);
  const looks: Looks = {
    start({ parameters, records, validation, choices, resumedAtStep, ...start }) {
      epochs = start.epochs;
      for (const [option, choice] of Object.entries(choices))
        say(dim(`${option} ${choice.replace(/: (.*)/, " ($1)")}`));
      const aside = validation > 0 ? ` and ${whole(validation)} kept aside` : "";
      const facts = [counted(parameters, "parameter"), counted(records, "record") + aside];
      say([...facts, counted(epochs, "epoch"), counted(start.steps, "step")].join(", "));
      if (resumedAtStep > 0) say(`goes on from step ${whole(resumedAtStep)}`);
    },
    progress({ epoch, step, steps, recordsPerSecond, secondsLeft, terms }) {
      const place = `epoch ${epoch}/${epochs}`;
      const steppedTo = `step ${whole(step)}/${whole(steps)}`;
      const speed = `${whole(recordsPerSecond)} records/s`;
      const left = `${clock(secondsLeft)} left`;
      const [loss, ...rest] = termsOf(terms);
      redraw(
        [bar(step / steps), place, steppedTo, loss, ...rest, speed, left].join("  "),
        [place, steppedTo, loss, ...rest, speed, left].join("  "),
        [place, loss, speed, left].join("  "),
        [place, loss, left].join("  "),
      );
    },
    epoch({ epoch, seconds, train, validation, best }) {
      const held = validation ? `validation ${nats(validation.loss)}${best ? style("green", " best") : ""}` : "";
      const name = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
      say([name, ...termsOf(train), held, `${seconds.toFixed(1)} s`].filter(Boolean).join("  "));
    },
    notice: ({ message }) => say(dim(message)),
    recovered: ({ step, tensor, learningRate }) =>
      say(
        style("yellow", `not finite at step ${whole(step)} (${tensor}): went back, learning rate now ${learningRate}`),
      ),
    end: ({ reason, epoch, step, seconds, bestEpoch }) => {
      if (reason !== "interrupted") say(`trained in ${clock(seconds)}, best epoch ${bestEpoch}`);
      if (reason === "patience") say(`stopped after epoch ${epoch}: the validation loss no longer falls`);
      if (reason === "interrupted") say(`interrupted at step ${whole(step)}; what was done is saved`);
    },
    work: ({ what, done, total }) => redraw(`${bar(done / total)} ${what}  ${whole(done)}/${whole(total)}`),
    wrote: ({ path, what }) => say(`wrote ${style("bold", path)}  ${dim(what)}`),
  };
  return {
    show(event) {
      (looks[event.event as Shown["event"]] as ((event: VerbEvent) => void) | undefined)?.(event);
    },
    end: () => redraw(""),
  };
}

function termsOf({ loss, reconstruction, kl }: Terms): string[] {
  return [`loss ${nats(loss)}`, `reconstruction ${nats(reconstruction)}`, `kl ${nats(kl)}`];
}

/** Two digits behind the point, fewer where the number is long. */
function nats(value: number): string {
  return value.toFixed(Math.abs(value) < 1000 ? 2 : 1);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** @example clock(75) // "1:15" */
function clock(seconds: number): string {
  const all = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60)];
  const tail = String(all % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

const BAR_CELLS = 16;
function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}
