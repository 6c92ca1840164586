/** An option of a verb as it looks from outside: what it takes, how text becomes its value, what is said when it does not fit. */

import * as z from "zod";

/** How an option is shown; attach with `.register(look, {...})`, after `.describe(...)`. */
export interface Look {
  /** Heading in the help. Default "Options". */
  readonly group?: string;
  /** Shown by `--help-all` only. */
  readonly more?: boolean;
  /** Name of the flag where it is not the key's. */
  readonly flag?: string;
  /** Stands for the value in the help. Default: what it takes. */
  readonly placeholder?: string;
  /** A number of seconds that may be written "60s", "5m", "1h", "500ms". */
  readonly duration?: boolean;
  /** Names it takes, where a list open to users' own parts holds them. */
  readonly names?: () => readonly string[];
}
export const look = z.registry<Look>();

export interface Option {
  readonly key: string;
  /** Name without dashes, in kebab-case. */
  readonly flag: string;
  readonly description: string;
  readonly group: string;
  readonly more: boolean;
  readonly placeholder: string;
  /** Given without a value: there or not. */
  readonly isSwitch: boolean;
  readonly isRequired: boolean;
  /** null: none. */
  readonly default: unknown;
  /** Values it takes by name. */
  readonly names: readonly (string | number)[];
  /** Nothing but those names. */
  readonly isName: boolean;
  /** A noun phrase, as in "expected auto or a whole number 1..4096". */
  readonly expected: string;
  /** The value that text stands for; text that fits nothing comes back as it is, for the schema to refuse. */
  fromText(text: string): unknown;
}

/** The options of a verb's input, in the schema's order. */
export function optionsOf(schema: z.ZodObject): Option[] {
  return Object.entries(schema.shape).map(([key, field]) => optionOf(key, field as z.ZodType));
}

function optionOf(key: string, field: z.ZodType): Option {
  const { inner, standard, isOptional } = unwrap(field);
  const shown = look.get(field) ?? {};
  const accepts = shown.duration ? [duration] : shown.names ? [oneOf(shown.names())] : accepted(inner);
  const flag = shown.flag ?? kebab(key);
  const expected = accepts.map((accept) => accept.expected).join(" or ");
  return {
    key,
    flag,
    description: field.description ?? "",
    group: shown.group ?? "Options",
    more: shown.more ?? false,
    placeholder: shown.placeholder ?? accepts.map((accept) => accept.placeholder).join("|"),
    isSwitch: inner instanceof z.ZodBoolean,
    isRequired: !isOptional,
    default: shown.duration && typeof standard === "number" ? `${standard}s` : standard,
    names: accepts.flatMap((accept) => accept.names),
    isName: accepts.every((accept) => accept.names.length > 0),
    expected,
    fromText(text) {
      for (const accept of accepts) {
        const value = accept.read(text);
        if (value !== undefined) return value;
      }
      return text;
    },
  };
}

/** @example kebab("learningRate") // "learning-rate" */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The schema below defaults and optionality. */
function unwrap(field: z.ZodType): { inner: z.ZodType; standard: unknown; isOptional: boolean } {
  let inner = field;
  let standard: unknown = null;
  let isOptional = false;
  for (;;) {
    if (inner instanceof z.ZodDefault) standard = inner.def.defaultValue;
    else if (!(inner instanceof z.ZodOptional)) return { inner, standard, isOptional };
    isOptional = true;
    inner = inner.unwrap() as z.ZodType;
  }
}

/** One way to write a value. */
interface Accept {
  readonly expected: string;
  readonly placeholder: string;
  readonly names: readonly (string | number)[];
  /** undefined: not written this way. */
  read(text: string): unknown;
}

function accepted(schema: z.ZodType): Accept[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => accepted(option as z.ZodType));
  if (schema instanceof z.ZodEnum) return [oneOf(Object.values(schema.def.entries))];
  if (schema instanceof z.ZodLiteral) return [oneOf([...schema.def.values] as (string | number)[])];
  if (schema instanceof z.ZodNumber) return [number(schema)];
  if (schema instanceof z.ZodBoolean) return [truth];
  if (schema instanceof z.ZodArray) return [list(schema)];
  return [words];
}

function oneOf(names: readonly (string | number)[]): Accept {
  return {
    expected: names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${names.at(-1)}` : String(names[0]),
    placeholder: names.join("|"),
    names,
    read: (text) => names.find((name) => String(name) === text),
  };
}

function number(schema: z.ZodNumber): Accept {
  const noun = schema.isInt ? "a whole number" : "a number";
  return {
    expected: [noun, rangeOf(schema)].filter(Boolean).join(" "),
    placeholder: "N",
    names: [],
    read: (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text)),
  };
}

/** Values in a row with commas between them. */
function list({ element }: z.ZodArray): Accept {
  const [each] = accepted(element as z.ZodType);
  return {
    expected: `${each.expected}, or several with commas between them`,
    placeholder: `${each.placeholder},...`,
    names: [],
    read(text) {
      const values = text.split(",").map((part) => each.read(part.trim()));
      return values.includes(undefined) ? undefined : values;
    },
  };
}

/** @example rangeOf(z.int().min(1).max(9)) // "1..9" */
function rangeOf(schema: z.ZodNumber): string {
  const bounds = (schema.def.checks ?? []).map(
    (check) => check._zod.def as { check: string; value: number; inclusive: boolean },
  );
  const least = bounds.find(({ check }) => check === "greater_than");
  const most = bounds.find(({ check, value }) => check === "less_than" && value < Number.MAX_SAFE_INTEGER);
  if (least?.inclusive && most?.inclusive) return `${least.value}..${most.value}`;
  const from = least && `${least.inclusive ? "from" : "above"} ${least.value}`;
  const to = most && `${most.inclusive ? "to" : "below"} ${most.value}`;
  return [from, to].filter(Boolean).join(", ");
}

const truth: Accept = {
  expected: "true or false",
  placeholder: "",
  names: [],
  read: (text) => ({ true: true, 1: true, yes: true, false: false, 0: false, no: false })[text.toLowerCase()],
};

const words: Accept = { expected: "text", placeholder: "TEXT", names: [], read: (text) => text };

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;
const duration: Accept = {
  expected: "a time such as 30s, 5m or 1h",
  placeholder: "TIME",
  names: [],
  read(text) {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
    return match ? Number(match[1]) * UNIT_SECONDS[(match[2] ?? "s") as keyof typeof UNIT_SECONDS] : undefined;
  },
};
