/** Conditions on labels: what reads, what it selects, and what is refused how. */

import { describe, expect, test } from "vitest";
import { parseWhere, select } from "../../src/data/where.js";

const labels = { names: ["cat", "dog", "not smiling", 'the "x"', ""], indices: Int32Array.of(0, 1, 2, 0, 3, -1, 4) };
const chosen = (text: string) => {
  const { matching, others } = select(parseWhere(text), labels, "data");
  return [[...matching], [...others]];
};

test.each([
  ["label = cat", [0, 3], [1, 2, 4]],
  ["label=cat", [0, 3], [1, 2, 4]],
  ["label == 'cat'", [0, 3], [1, 2, 4]],
  ["label != cat", [1, 2, 4], [0, 3]],
  ['label = "not smiling"', [2], [0, 1, 3, 4]],
  ["label in (cat,dog)", [0, 1, 3], [2, 4]],
  [' label IN ( "not smiling" , dog )', [1, 2], [0, 3, 4]],
  ['label = "the \\"x\\""', [4], [0, 1, 2, 3]],
  ["label = 'the \"x\"'", [4], [0, 1, 2, 3]],
])("%s; records without a label belong to neither side", (text, matching, others) => {
  expect(chosen(text)).toEqual([matching, others]);
});

describe("refused", () => {
  test.each([
    ["", "E_OPTION", "got its end, expected the name of a field"],
    ["label", "E_OPTION", 'got its end, expected "=", "!=" or "in"'],
    ["label cat", "E_OPTION", 'got "cat" at character 7'],
    ["label = ", "E_OPTION", "got its end, expected the name of a label"],
    ["label = not smiling", "E_OPTION", 'got "smiling" at character 13, expected nothing more'],
    ["label in cat", "E_OPTION", 'got "cat" at character 10, expected "("'],
    ["label in ()", "E_OPTION", 'got ")" at character 11'],
    ["label in (cat", "E_OPTION", 'got its end, expected "," or ")"'],
    ["label in (cat,)", "E_OPTION", 'got ")"'],
    ["label = 'cat", "E_OPTION", "a quote that does not end at character 9"],
    ["label ! cat", "E_OPTION", '"!" at character 7'],
    ["lable = cat", "E_UNKNOWN", 'unknown field "lable"'],
    ["age = 3", "E_UNKNOWN", 'unknown field "age"'],
  ])("%s", (text, code, message) => {
    expect(() => parseWhere(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test("a label that the data does not have, with the nearest one", () => {
    expect(() => chosen("label = cta")).toThrow(
      expect.objectContaining({ code: "E_UNKNOWN", hint: 'Did you mean "cat"?' }),
    );
    expect(() => chosen("label in (cat, bird)")).toThrow(expect.objectContaining({ code: "E_UNKNOWN" }));
  });

  test("data without labels", () => {
    expect(() => select(parseWhere("label = cat"), null, "folder")).toThrow(
      expect.objectContaining({ code: "E_DATA", message: "folder: has no labels" }),
    );
  });
});
