/** Conditions on the rows of a table, such as `income = '>50K' and age < 30`, read and asked of values as they are stored. */

import { unknown, VaekitError } from "../../errors.js";
import type { Stored } from "../cell.js";
import type { Field } from "../list.js";

/** A condition on rows. */
export interface RowCondition {
  readonly text: string;
  /** Whether it holds for a row, whose stored values `at` gives by the number of their field. */
  holds(at: (field: number) => number): boolean;
  /** Values that every row for which it holds has, by the number of their field: equalities joined by "and". */
  readonly fixed: ReadonlyMap<number, number>;
  /** Numbers of the fields it asks for. */
  readonly fields: ReadonlySet<number>;
}

const HINT = `Write COLUMN = VALUE, also != < <= > >=, in (A, B), is null, with and, or, not, ( ); text in quotes: "income = '>50K' and age < 30".`;
const MAX_DEPTH = 200;
const COMPARISONS = ["=", "==", "!=", "<>", "<", "<=", ">", ">="] as const;
type Comparison = (typeof COMPARISONS)[number];

interface Token {
  readonly kind: "word" | "text" | "sign";
  readonly text: string;
  /** From 0. */
  readonly at: number;
}
interface Node {
  holds(at: (field: number) => number): boolean;
  readonly fixed: ReadonlyMap<number, number>;
}

/**
 * Reads a condition over these fields. E_OPTION says at which character it does not read, or which value is none of its
 * column; E_UNKNOWN for a column or a label that the model does not know.
 */
export function parseRowCondition(text: string, fields: readonly Field[]): RowCondition {
  const tokens = tokensOf(text);
  const asked = new Set<number>();
  let place = 0;
  const fail = (expected: string): VaekitError => {
    const token = tokens[place];
    const got = token ? `"${token.text}" at character ${token.at + 1}` : "its end";
    return new VaekitError("E_OPTION", `invalid condition "${text}": got ${got}, expected ${expected}`, HINT);
  };
  const isWord = (word: string) => tokens[place]?.kind === "word" && tokens[place].text.toLowerCase() === word;
  const isSign = (...signs: readonly string[]) => tokens[place]?.kind === "sign" && signs.includes(tokens[place].text);
  const take = (found: boolean): boolean => {
    if (found) place++;
    return found;
  };
  const expectSign = (sign: string): void => {
    if (!take(isSign(sign))) throw fail(`"${sign}"`);
  };

  const any = (): Node => {
    const parts = [all()];
    while (take(isWord("or"))) parts.push(all());
    if (parts.length === 1) return parts[0];
    return { holds: (at) => parts.some((part) => part.holds(at)), fixed: NOTHING };
  };
  const all = (): Node => {
    const parts = [single()];
    while (take(isWord("and"))) parts.push(single());
    return {
      holds: (at) => parts.every((part) => part.holds(at)),
      fixed: new Map(parts.flatMap((part) => [...part.fixed])),
    };
  };
  let depth = 0;
  const single = (): Node => {
    if (++depth > MAX_DEPTH) throw fail(`at most ${MAX_DEPTH} brackets and "not" within each other`);
    const node = nested();
    depth--;
    return node;
  };
  const nested = (): Node => {
    if (take(isWord("not"))) {
      const inner = single();
      return { holds: (at) => !inner.holds(at), fixed: NOTHING };
    }
    if (take(isSign("("))) {
      const inner = any();
      expectSign(")");
      return inner;
    }
    return comparison();
  };
  const comparison = (): Node => {
    const token = tokens[place];
    if (!token || token.kind === "sign") throw fail("the name of a column");
    place++;
    const number = fields.findIndex(({ name }) => name === token.text);
    if (number < 0) {
      const names = fields.map(({ name }) => name);
      const { message, hint } = unknown("column", token.text, names);
      throw new VaekitError("E_UNKNOWN", `condition "${text}", character ${token.at + 1}: ${message}`, hint);
    }
    const field = fields[number];
    if (!field.kind.cell || field.ragged)
      throw new VaekitError(
        "E_OPTION",
        `condition "${text}", character ${token.at + 1}: column "${field.name}" holds ${field.kind.name}s, expected one of labels, numbers or dates`,
        `Ask for other columns: ${field.kind.name}s are drawn for their values.`,
      );
    asked.add(number);
    if (take(isWord("is"))) {
      const negated = take(isWord("not"));
      if (!take(isWord("null") || isWord("missing"))) throw fail('"null" or "missing"');
      return { holds: (at) => isMissing(at(number), field) !== negated, fixed: NOTHING };
    }
    const negated = take(isWord("not"));
    if (take(isWord("in"))) {
      expectSign("(");
      const values = [value(field)];
      while (take(isSign(","))) values.push(value(field));
      expectSign(")");
      return {
        holds: (at) => {
          const own = at(number);
          return !isMissing(own, field) && values.includes(own) !== negated;
        },
        fixed: NOTHING,
      };
    }
    if (negated || !isSign(...COMPARISONS)) throw fail("=, !=, <, <=, >, >=, in or is");
    const sign = tokens[place++].text as Comparison;
    if (!["=", "==", "!=", "<>"].includes(sign) && field.kind.cell!.rule(field.schema).as === "code")
      throw new VaekitError(
        "E_OPTION",
        `condition "${text}": "${sign}" is for numbers and dates, column "${field.name}" has labels`,
        `Write ${field.name} in (A, B).`,
      );
    const other = value(field);
    const compare = compares[sign];
    return {
      holds: (at) => {
        const own = at(number);
        return !isMissing(own, field) && compare(own, other);
      },
      fixed: sign === "=" || sign === "==" ? new Map([[number, other]]) : NOTHING,
    };
  };
  const value = (field: Field): number => {
    const token = tokens[place];
    if (!token || token.kind === "sign") throw fail("a value");
    place++;
    const { kind, schema, name } = field;
    const stored = kind.cell!.store(token.text, schema) as number | undefined; // texts were refused
    const isNothing = token.kind === "word" && /^(null|missing)$/i.test(token.text);
    if (stored === undefined)
      throw new VaekitError(
        "E_OPTION",
        `condition "${text}", character ${token.at + 1}: "${token.text}" is no ${kind.name}, as column "${name}" holds (${kind.cell!.describe(schema)})`,
        isNothing ? `Write ${name} is null.` : HINT,
      );
    const labels = schema.labels as readonly string[] | undefined;
    if (labels && stored >= labels.length) {
      const { message, hint } = unknown("label", token.text, labels);
      throw new VaekitError(
        "E_UNKNOWN",
        `condition "${text}", character ${token.at + 1}: column "${name}": ${message}`,
        isNothing ? `Write ${name} is null.` : hint,
      );
    }
    return stored;
  };

  const root = any();
  if (place < tokens.length) throw fail("and, or, or nothing more");
  return { text, holds: root.holds, fixed: root.fixed, fields: asked };
}

const NOTHING: ReadonlyMap<number, number> = new Map();

const compares: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<>": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** Whether nothing is in a cell: codes are below 0 then, numbers NaN, and texts have no token but their end. */
export function isMissing(stored: Stored, { kind, schema }: Field): boolean {
  if (typeof stored !== "number") return kind.ragged!.lengths(stored, schema)[0] <= 1;
  return kind.cell!.rule(schema).as === "code" ? stored < 0 : Number.isNaN(stored);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  // Quoted text, a name in double quotes or backticks, signs, then everything up to a space or a sign.
  const pattern = /\s+|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`([^`]*)`|(<=|>=|!=|<>|==|[=<>(),])|([^\s"'`=<>!(),]+)|(.)/gsu;
  for (const match of text.matchAll(pattern)) {
    const [, single, double, tick, sign, bare, strange] = match;
    const at = match.index;
    if (strange !== undefined) {
      const what = /["'`]/.test(strange) ? "a quote that does not end" : `"${strange}"`;
      throw new VaekitError("E_OPTION", `invalid condition "${text}": ${what} at character ${at + 1}`, HINT);
    }
    const quoted = single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? tick;
    if (quoted !== undefined) tokens.push({ kind: "text", text: quoted, at });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, at });
    else if (bare !== undefined) tokens.push({ kind: "word", text: bare, at });
  }
  return tokens;
}
