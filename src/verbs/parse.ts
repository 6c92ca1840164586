/** Checks what a verb is given against its schema, with errors that name the option, what was given and what was expected. */

import type * as z from "zod";
import { didYouMean, unknown, VaekitError } from "../errors.js";
import { type Option, optionsOf } from "./option.js";

/** How options are called where the values come from: flags on a command line, keys in a program. */
export type Naming = (option: Option) => string;
const byKey: Naming = ({ key }) => key;

/**
 * `values` by key, checked, with defaults filled in. E_USAGE for one that is missing, E_OPTION for one that cannot be or
 * that does not exist, E_UNKNOWN for a name that is in no list.
 */
export function parseInput<Schema extends z.ZodObject>(
  schema: Schema,
  values: Readonly<Record<string, unknown>>,
  nameOf: Naming = byKey,
): z.infer<Schema> {
  const options = optionsOf(schema);
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  for (const key of Object.keys(given)) {
    if (!options.some((option) => option.key === key))
      throw new VaekitError("E_OPTION", `unknown option "${key}"`, didYouMean(key, options.map(byKey)));
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const option = options.find(({ key }) => key === issue.path[0]);
  if (!option) throw new VaekitError("E_OPTION", issue.message);
  throw refusal(option, given[option.key], nameOf(option));
}

function refusal(option: Option, got: unknown, name: string): VaekitError {
  if (got === undefined) return new VaekitError("E_USAGE", `missing ${name}: ${option.description}`);
  if (option.isName && typeof got === "string") return unknown(option.flag, got, option.names.map(String));
  return new VaekitError("E_OPTION", `invalid ${name}: got ${show(got)}, expected ${option.expected}`);
}

function show(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
