/** In which order texts are trained on: batches of like lengths, each text once, and chance enough. */

import { expect, test } from "vitest";
import { fieldsOf } from "../../src/fields/list.js";
import { openTexts } from "../../src/fields/table/texts.js";
import { orderOf } from "../../src/train/order.js";

const BATCH = 16;
const texts = Array.from({ length: 1000 }, (_, i) => "ab ".repeat(1 + ((i * 37) % 60)).trim());
const data = await openTexts(texts, { tokenizer: "words" });
const all = Uint32Array.from({ length: texts.length }, (_, i) => i);
const { order, padding: counted } = orderOf(fieldsOf(data.schema), data, all);
const lengthOf = (record: number): number => texts[record].split(" ").length + 1;

/** Share of the places in batches as long as their longest text that hold no token. */
function padding(records: Uint32Array): number {
  let [places, tokens] = [0, 0];
  for (let at = 0; at < records.length; at += BATCH) {
    const lengths = Array.from(records.subarray(at, at + BATCH), lengthOf);
    places += lengths.length * Math.max(...lengths);
    tokens += lengths.reduce((a, b) => a + b, 0);
  }
  return 1 - tokens / places;
}

test("every text comes once, and the last batch alone is short", async () => {
  const records = await order(3, 0, BATCH);
  expect(records.toSorted()).toEqual(all);
});

test("less than a tenth of a batch is padding, where in a plain order it is almost half", async () => {
  const share = padding(await order(3, 0, BATCH));
  expect(share).toBeLessThan(0.1);
  expect(await counted!(3, BATCH)).toBeCloseTo(share, 10);
  expect(padding(all)).toBeGreaterThan(0.4);
});

test("epochs differ, seeds differ, and the same seed and epoch give the same order", async () => {
  const [first, again, later, other] = [
    await order(3, 0, BATCH),
    await order(3, 0, BATCH),
    await order(3, 1, BATCH),
    await order(4, 0, BATCH),
  ];
  expect(again).toEqual(first);
  expect(later).not.toEqual(first);
  expect(other).not.toEqual(first);
  const lengths = Array.from(
    first.filter((_, i) => i % BATCH === 0),
    lengthOf,
  );
  expect(lengths).not.toEqual(lengths.toSorted((a, b) => a - b)); // batches do not come from short to long
});
