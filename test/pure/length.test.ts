/** How long to train when nobody says. */

import { expect, test } from "vitest";
import { chooseBatchSize, chooseEpochs } from "../../src/train/length.js";

test.each([
  { records: 57_000, batch: 128, epochs: 20, what: "many records: the fewest epochs" },
  { records: 19_000, batch: 128, epochs: 27, what: "4,000 steps at 149 an epoch" },
  { records: 1867, batch: 64, epochs: 134, what: "few records: small batches, more epochs" },
  { records: 40, batch: 64, epochs: 400, what: "a handful: no more than 400 epochs" },
])("$records records: batch $batch, $epochs epochs ($what)", ({ records, batch, epochs }) => {
  expect(chooseBatchSize(records).value).toBe(batch);
  expect(chooseEpochs(records, batch).value).toBe(epochs);
});
