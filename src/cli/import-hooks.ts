/** What module names mean in a user's own code: `vaekit` and its entries are this program, zod is there even if not installed. */

import { readFileSync } from "node:fs";

/** Files by the name that a program imports. */
export type Entries = Readonly<Record<string, string>>;

/** The entries of the package whose package.json is at `manifest`. @example { "vaekit/parts": "file:///.../parts.js" } */
export function ownEntries(manifest: URL): Entries {
  const { name, exports } = JSON.parse(readFileSync(manifest, "utf8")) as {
    name: string;
    exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  };
  return Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => {
      const file = typeof target === "string" ? target : (target.node ?? target.default);
      return [name + entry.slice(1), new URL(file, manifest).href];
    }),
  );
}

export interface Context {
  readonly parentURL?: string | undefined;
}
export interface Resolution {
  readonly url: string;
  readonly shortCircuit?: boolean;
}

/** The file that `name` means, else what Node says. */
export function resolved<C extends Context, R extends Resolution | Promise<Resolution>>(
  name: string,
  context: C,
  next: (name: string, context: C) => R,
  entries: Entries,
): R | Resolution {
  const own = entries[name];
  if (own !== undefined) return { url: own, shortCircuit: true };
  if (name !== "zod") return next(name, context);
  const ours = () => next(name, { ...context, parentURL: import.meta.url });
  try {
    const found = next(name, context);
    return found instanceof Promise ? (found.catch(ours) as R) : found;
  } catch {
    return ours();
  }
}

// The same for versions of Node that ask in a thread of their own, which imports this file.

let entriesOfThread: Entries = {};
export function initialize(entries: Entries): void {
  entriesOfThread = entries;
}
export function resolve<C extends Context>(
  name: string,
  context: C,
  next: (name: string, context: C) => Promise<Resolution>,
): Promise<Resolution> | Resolution {
  return resolved(name, context, next, entriesOfThread);
}
