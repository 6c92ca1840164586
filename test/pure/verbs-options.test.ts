/** Options of verbs: what their schemas say about them, and what is said about values that do not fit. */

import { describe, expect, test } from "vitest";
import * as z from "zod";
import { VaekitError } from "../../src/errors.js";
import { nets } from "../../src/model/list.js";
import type { Net } from "../../src/model/parts.js";
import { fitInput } from "../../src/verbs/fit-options.js";
import { verbs } from "../../src/verbs/list.js";
import { look, type Option, optionsOf } from "../../src/verbs/option.js";
import { parseInput } from "../../src/verbs/parse.js";

const only = (field: z.ZodType): Option => optionsOf(z.object({ field }))[0];

describe("an option is described by its schema", () => {
  test.each([
    [z.int().min(1).max(9), "a whole number 1..9"],
    [z.int().min(1), "a whole number from 1"],
    [z.number().positive(), "a number above 0"],
    [z.number().min(0).lt(1), "a number from 0, below 1"],
    [z.enum(["a", "b", "c"]), "a, b or c"],
    [z.union([z.literal("auto"), z.int().min(1)]), "auto or a whole number from 1"],
    [z.literal(["auto", 1, 3]), "auto, 1 or 3"],
    [z.boolean().default(false), "true or false"],
    [z.number().register(look, { duration: true }), "a time such as 30s, 5m or 1h"],
  ])("%#", (field, expected) => {
    expect(only(field as z.ZodType).expected).toBe(expected);
  });

  test("defaults, optionality and kebab-case names", () => {
    const shape = z.object({ freeBits: z.number().default(2), name: z.string(), quick: z.boolean().optional() });
    expect(optionsOf(shape)).toMatchObject([
      { flag: "free-bits", default: 2, isRequired: false, isSwitch: false },
      { flag: "name", default: null, isRequired: true, isSwitch: false },
      { flag: "quick", isRequired: false, isSwitch: true },
    ]);
  });
});

describe("text becomes a value", () => {
  test.each([
    [z.int(), "12", 12],
    [z.number(), "1e-3", 0.001],
    [z.number(), "", ""],
    [z.union([z.literal("auto"), z.int()]), "auto", "auto"],
    [z.union([z.literal("auto"), z.int()]), "16", 16],
    [z.literal(["auto", 1, 3]), "3", 3],
    [z.boolean(), "yes", true],
    [z.boolean(), "0", false],
    [z.string(), "12", "12"],
    [z.number().register(look, { duration: true }), "5m", 300],
    [z.number().register(look, { duration: true }), "250ms", 0.25],
    [z.number().register(look, { duration: true }), "60", 60],
    [z.number().register(look, { duration: true }), "5 minutes", "5 minutes"],
  ])("%#", (field, text, value) => {
    expect(only(field as z.ZodType).fromText(text)).toEqual(value);
  });
});

describe("what does not fit is refused in words", () => {
  const refusal = (values: object): VaekitError => {
    try {
      parseInput(fitInput, { data: "x", out: "m", ...values });
    } catch (error) {
      if (error instanceof VaekitError) return error;
    }
    throw new Error("was taken");
  };
  test.each([
    [{ latent: 0 }, "E_OPTION", "invalid latent: got 0, expected auto or a whole number 1..65536"],
    [{ latent: Number.NaN }, "E_OPTION", "invalid latent: got NaN"],
    [{ beta: Number.POSITIVE_INFINITY }, "E_OPTION", "invalid beta: got Infinity"],
    [{ net: "cnov" }, "E_UNKNOWN", 'unknown net "cnov"'],
    [{ schedule: "constnat" }, "E_UNKNOWN", 'unknown schedule "constnat"'],
    [{ out: undefined }, "E_USAGE", "missing out: folder for the model"],
    [{ epohcs: 3 }, "E_OPTION", 'unknown option "epohcs"'],
  ])("%j", (values, code, message) => {
    expect(refusal(values)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

test("a net of one's own is an option as soon as it is registered", () => {
  nets.register({ ...nets.get("mlp"), name: "mine" } as Net);
  expect(parseInput(fitInput, { data: "x", out: "m", net: "mine" }).net).toBe("mine");
  expect(optionsOf(fitInput).find(({ key }) => key === "net")?.names).toContain("mine");
});

describe.each(verbs)("$name", ({ input, cli }) => {
  const options = optionsOf(input);
  test("says what each option means", () => {
    for (const { key, description } of options) expect(description, key).toMatch(/^[^A-Z].*[^.]$|^DATA/);
  });
  test("has no two flags of one name, and refuses what it does not know", () => {
    expect(new Set(options.map(({ flag }) => flag)).size).toBe(options.length);
    expect(input.safeParse({ nothing: 1 }).error?.issues.some(({ code }) => code === "unrecognized_keys")).toBe(true);
  });
  test("has an example that names its places and required flags", () => {
    for (const { key, flag, isRequired } of options) {
      if (isRequired && !(cli.positional as readonly string[]).includes(key))
        expect(cli.example).toContain(`--${flag}`);
    }
  });
});
