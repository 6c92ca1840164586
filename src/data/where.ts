/** Conditions on records: `label = NAME`, `label != NAME`, `label in (A, B)`. */

import { didYouMean, unknown, VaekitError } from "../errors.js";
import type { Labels } from "./dataset.js";

/** A condition that was read, before it meets data. */
export interface Where {
  /** As it was written. */
  readonly text: string;
  readonly field: string;
  readonly operator: "=" | "!=" | "in";
  readonly names: readonly string[];
}

/** Records by what a condition says of them; one without a label belongs to neither. */
export interface Selection {
  readonly matching: Uint32Array;
  readonly others: Uint32Array;
}

const LABEL = "label";
const HINT =
  'Write label = NAME, label != NAME or label in (NAME, NAME); names with spaces or signs in quotes: "NAME".';

interface Token {
  readonly kind: "name" | "sign";
  readonly text: string;
  /** Where it starts, from 0. */
  readonly at: number;
}

/**
 * Reads a condition. Names may be quoted with " or ', where a quote or a backslash is written behind a backslash. E_OPTION
 * says where it does not read; E_UNKNOWN for another field than `label`.
 */
export function parseWhere(text: string): Where {
  const tokens = tokensOf(text);
  let at = 0;
  const fail = (expected: string): VaekitError => {
    const token = tokens[at];
    const got = token ? `"${token.text}" at character ${token.at + 1}` : "its end";
    return new VaekitError("E_OPTION", `invalid condition "${text}": got ${got}, expected ${expected}`, HINT);
  };
  const name = (what: string): string => {
    if (tokens[at]?.kind !== "name") throw fail(what);
    return tokens[at++].text;
  };
  const sign = (...signs: readonly string[]): string => {
    const token = tokens[at];
    if (token?.kind !== "sign" || !signs.includes(token.text)) throw fail(signs.map((one) => `"${one}"`).join(" or "));
    at++;
    return token.text;
  };
  const field = name("the name of a field, such as label");
  if (field !== LABEL) {
    const near = didYouMean(field, [LABEL]);
    throw new VaekitError(
      "E_UNKNOWN",
      `condition "${text}": unknown field "${field}"`,
      near.startsWith("Did") ? near : HINT,
    );
  }
  const names: string[] = [];
  let operator: Where["operator"];
  const word = tokens[at];
  if (word?.kind === "name" && word.text.toLowerCase() === "in") {
    operator = "in";
    at++;
    sign("(");
    do names.push(name("the name of a label"));
    while (sign(",", ")") === ",");
  } else {
    if (word?.kind !== "sign" || !["=", "==", "!="].includes(word.text)) throw fail('"=", "!=" or "in"');
    operator = word.text === "!=" ? "!=" : "=";
    at++;
    names.push(name("the name of a label"));
  }
  if (at < tokens.length) throw fail("nothing more");
  return { text, field, operator, names };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  // Quoted names, signs, then everything else up to a space or a sign.
  const pattern = /\s+|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|==|[=(),])|([^\s"'=!(),]+)|(.)/gsu;
  for (const match of text.matchAll(pattern)) {
    const [whole, double, single, sign, bare, strange] = match;
    const at = match.index;
    const quoted = double ?? single;
    if (strange !== undefined) {
      const what = strange === '"' || strange === "'" ? "a quote that does not end" : `"${strange}"`;
      throw new VaekitError("E_OPTION", `invalid condition "${text}": ${what} at character ${at + 1}`, HINT);
    }
    if (quoted !== undefined) tokens.push({ kind: "name", text: quoted.replace(/\\(.)/gsu, "$1"), at });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, at });
    else if (bare !== undefined) tokens.push({ kind: "name", text: bare, at });
    else if (whole.trim() !== "") throw new Error(`internal: unread condition at ${at}`);
  }
  return tokens;
}

/** The records of which a condition holds. E_UNKNOWN for a label that the data does not have; E_DATA without labels. */
export function select({ operator, names }: Where, labels: Labels | null, data: string): Selection {
  if (!labels)
    throw new VaekitError(
      "E_DATA",
      `${data}: has no labels`,
      "Labels are the folders that pictures lie in, or an array y or labels.",
    );
  for (const name of names) if (!labels.names.includes(name)) throw unknown("label", name, labels.names);
  const matching: number[] = [];
  const others: number[] = [];
  labels.indices.forEach((label, record) => {
    const of = labels.names[label];
    if (!of) return; // without a label, or pictures beside the folders that are labels
    const holds = names.includes(of) === (operator !== "!=");
    (holds ? matching : others).push(record);
  });
  return { matching: Uint32Array.from(matching), others: Uint32Array.from(others) };
}
