/** The parts of a workload that --only names. */

/** What a person typed that cannot be; told without a stack. */
export class UsageError extends Error {}

/** Those entries of `all`, all without --only; an error that lists them for a name that is none. */
export function chosen<T>(
  all: Readonly<Record<string, T>>,
  only: readonly string[] | null,
): Readonly<Record<string, T>> {
  const names = Object.keys(all);
  const unknown = (only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`--only: unknown ${unknown.join(", ")}, expected some of ${names.join(", ")}`);
  return Object.fromEntries(names.filter((name) => only?.includes(name) ?? true).map((name) => [name, all[name]!]));
}
