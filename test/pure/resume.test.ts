/** Going on with a run: which options may differ, and that nothing else of the configuration does. */

import { expect, test } from "vitest";
import { resumedConfig } from "../../src/train/resume.js";
import { errorOf } from "../helpers/damage.js";
import { sampleConfig } from "../helpers/saved-models.js";

const started = sampleConfig({ training: { seed: 7, epochs: 3, schedule: "constant" } });
const given = (training: object) => sampleConfig({ training: { ...started.training, ...training } });

test("a run that goes on as it began has the very configuration it began with", () => {
  expect(JSON.stringify(resumedConfig(started, given({})))).toBe(JSON.stringify(started));
  expect(Object.keys(resumedConfig(started, given({})).training)).toEqual(Object.keys(started.training));
});

test("the order of a column's facts is no difference", () => {
  const facts = { name: "text", role: "field", type: "text", why: "asked for" } as const;
  const tableOf = (column: object) => ({ ...started.schema, table: { columns: [column], missing: [] } });
  const run = { ...started, schema: tableOf(facts) } as typeof started;
  const turned = Object.fromEntries(Object.entries(facts).reverse());
  expect(resumedConfig(run, { ...run, schema: tableOf(turned) } as typeof started)).toEqual(run);
});

test("patience may come and go, and epochs where the schedule does not depend on them", async () => {
  expect(resumedConfig(started, given({ patience: 2, epochs: 9 })).training).toMatchObject({ patience: 2, epochs: 9 });
  expect(resumedConfig(given({ patience: 2 }), started).training).not.toHaveProperty("patience");
  const onecycle = given({ schedule: "onecycle" });
  const error = await errorOf(() => resumedConfig(onecycle, given({ schedule: "onecycle", epochs: 9 })));
  expect(error.message).toBe("cannot change epochs of a run that is resumed: it was started with 3, got 9");
});

test("other data is refused", async () => {
  const { data } = started;
  const error = await errorOf(() => resumedConfig(started, { ...started, data: { ...data, fingerprint: "other" } }));
  expect(error.code).toBe("E_DATA");
});
