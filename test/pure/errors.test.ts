/** Errors quote what is in files; they stay short, and safe to print. */

import { expect, test } from "vitest";
import { shown, VaekitError } from "../../src/errors.js";

test("a long name is cut in its middle, in message and hint", () => {
  const { message, hint } = new VaekitError("E_FILE", `begin ${"x".repeat(10_000)} end`, "y".repeat(10_000));
  expect(message.length).toBeLessThan(1_400);
  expect(message).toMatch(/^begin x+ \[\.\.\.\] x+ end$/);
  expect(hint?.length).toBeLessThan(1_400);
});

test("control characters, which would drive a terminal, are spelled out; line ends stay", () => {
  const { message } = new VaekitError("E_FILE", "a\u001b]0;title\u0007b\u009b2J\tc\nd");
  expect(message).toBe("a\\u001b]0;title\\u0007b\\u009b2J\tc\nd");
});

test("a value out of a file is shown, whatever it is", () => {
  let deep: unknown = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect([shown("x"), shown(1), shown(null), shown(undefined)]).toEqual(['"x"', "1", "null", "nothing"]);
  expect([shown(deep), shown({ toString: 1 })]).toEqual(["a list", "an object"]);
});
