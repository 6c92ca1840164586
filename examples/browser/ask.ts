/** The worker as a set of functions. */

import type { Asked, Failure, Questions, Told } from "./messages.js";

export interface Asker {
  ask<Name extends keyof Questions>(name: Name, ...args: Parameters<Questions[Name]>): ReturnType<Questions[Name]>;
  stop(): void;
}

/** An error with what to do about it. */
export class WorkerError extends Error {
  readonly hint: string;
  constructor({ message, hint }: Failure) {
    super(message);
    this.hint = hint;
  }
}

/** Starts the worker; what it tells without being asked goes to `onTold`. */
export function startWorker(script: string, onTold: (told: Told) => void): Asker {
  const worker = new Worker(script, { type: "module" });
  const open = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>();
  let asked = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    if (!("id" in data)) return onTold(data);
    const question = open.get(data.id);
    open.delete(data.id);
    if ("failure" in data) question?.reject(new WorkerError(data.failure));
    else question?.resolve(data.answer as never);
  });
  worker.addEventListener("error", (event) => {
    const error = new WorkerError({ message: event.message || "the worker does not start", hint: "" });
    for (const { reject } of open.values()) reject(error);
    open.clear();
  });
  return {
    ask(name, ...args) {
      const id = asked++;
      const answer = new Promise((resolve, reject) => open.set(id, { resolve, reject }));
      worker.postMessage({ id, name, args } as unknown as Asked);
      return answer as never;
    },
    stop: () => worker.postMessage("stop"),
  };
}
