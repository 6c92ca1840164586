/** metrics.jsonl: what training told, one event a line, the same file whether the run was interrupted or not. */

import type { Files } from "../host.js";

/** Anything that tells its kind; the trainer's events are such. */
export interface LoggedEvent {
  readonly event: string;
}

/**
 * Events that come by the clock, or only in a run that was interrupted. They are for whoever watches; the log holds what
 * the same run would tell again.
 */
const PASSING: ReadonlySet<string> = new Set(["progress", "first-step", "checkpoint", "notice"]);

/** The events of the log at `path`; none where there is no file. A line that a crash tore is left out, as is what is no event. */
export async function readMetricsLog(path: string, files: Files): Promise<LoggedEvent[]> {
  if (!(await files.stat(path))) return [];
  const lines = new TextDecoder().decode(await files.read(path)).split("\n");
  return lines.flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isEvent(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** Events as the text of a log; those that pass are left out. */
export function metricsText(events: readonly LoggedEvent[]): string {
  return events
    .filter(({ event }) => !PASSING.has(event))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
}

function isEvent(value: unknown): value is LoggedEvent {
  return typeof value === "object" && value !== null && "event" in value && typeof value.event === "string";
}

export interface MetricsLog {
  /** Lines written so far: a checkpoint keeps this number. */
  readonly lines: number;
  append(event: LoggedEvent): Promise<void>;
}

/**
 * Opens the log at `path`, cut back to its first `lines` lines (0: a new run). Lines that a resumed run tells again, such
 * as its start, and the end of the interrupted part are left out. Nothing is written before the first event.
 */
export async function openMetricsLog(path: string, lines: number, files: Files): Promise<MetricsLog> {
  const kept: string[] = [];
  if (lines > 0 && (await files.stat(path))) {
    const text = new TextDecoder().decode(await files.read(path));
    kept.push(...text.split("\n").slice(0, -1).slice(0, lines)); // a last line without its end was torn by a crash
    await files.write(path, kept.map((line) => `${line}\n`).join(""));
  }
  const resumed = lines > 0;
  let count = kept.length;
  return {
    get lines() {
      return count;
    },
    async append(event) {
      if (PASSING.has(event.event)) return;
      if (event.event === "start" && resumed) return;
      if (event.event === "end" && "reason" in event && event.reason === "interrupted") return;
      const line = `${JSON.stringify(event)}\n`;
      if (count === 0) await files.write(path, line);
      else await files.append(path, line);
      count++;
    },
  };
}
