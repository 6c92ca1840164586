/** Fields that stand beside pictures, such as their label, as the model expects them from the picture alone. */

import type { Columns, Dataset } from "../../data/dataset.js";
import { openTable } from "../../data/sinks/write.js";
import { VaekitError } from "../../errors.js";
import { type Field, fieldsOf } from "../../fields/list.js";
import type { ModelConfig } from "../../model/config.js";
import type { Runner } from "../../model/runner.js";
import { allRecords } from "../pictures.js";
import type { VerbContext } from "../verb.js";
import { hiddenOf } from "./hidden.js";
import { type ImputedCell, type ImputeOptions, imputeRows } from "./impute.js";

/** Records that go through the model at a time. */
const BATCH = 128;

/** Fields that a model can tell from the others: columns that it is not given. */
export function toldFields({ schema, given = [] }: Pick<ModelConfig, "schema" | "given">): readonly Field[] {
  return fieldsOf(schema).filter(({ name, kind, ragged }) => kind.cell && !ragged && !given.includes(name));
}

/** What may stand in the fields that can be told, of records `indices`, whose own values are hidden: batch after batch. */
export async function* toldRecords(
  runner: Runner,
  dataset: Dataset,
  indices: Uint32Array,
  { signal, ...options }: ImputeOptions & { readonly signal?: AbortSignal },
): AsyncGenerator<{ readonly indices: Uint32Array; readonly columns: Columns; readonly cells: ImputedCell[] }, void> {
  const told = toldFields(runner.config);
  for (let at = 0; at < indices.length; at += BATCH) {
    signal?.throwIfAborted();
    const part = indices.subarray(at, at + BATCH);
    const columns = await dataset.read(part);
    const hidden = told.map((field) => [field.name, columns[field.name].slice().fill(hiddenOf(field))]);
    const cells = await imputeRows(runner, { ...columns, ...Object.fromEntries(hidden) }, part.length, {
      ...options,
      truncated: true,
    });
    yield { indices: part, columns, cells };
  }
}

/** How often the likeliest value is the right one, by field, of records that have one. */
export async function toldAccuracy(
  runner: Runner,
  dataset: Dataset,
  indices: Uint32Array,
  options: ImputeOptions & { readonly signal?: AbortSignal },
): Promise<Readonly<Record<string, { readonly accuracy: number; readonly records: number }>>> {
  const fields = fieldsOf(runner.config.schema);
  const labels = toldFields(runner.config).filter(({ kind, schema }) => kind.cell!.rule(schema).as === "code");
  const counts = new Map(labels.map(({ name }) => [name, { right: 0, records: 0 }]));
  for await (const { columns, cells } of toldRecords(runner, dataset, indices, options))
    for (const { row, field, best } of cells) {
      const count = counts.get(fields[field].name);
      const own = columns[fields[field].name][row];
      if (!count || own < 0) continue;
      count.records++;
      if (own === best) count.right++;
    }
  const found = [...counts].filter(([, { records }]) => records > 0);
  return Object.fromEntries(
    found.map(([name, { right, records }]) => [name, { accuracy: Number((right / records).toFixed(4)), records }]),
  );
}

/** Writes what is expected of each record: a table of id, and of each field that can be told its value and how sure that is. */
export async function writeTold(
  runner: Runner,
  dataset: Dataset,
  path: string,
  options: ImputeOptions & { readonly escapeFormulas: boolean },
  { host, signal, report }: VerbContext,
): Promise<{ readonly rows: number; readonly cells: number; readonly left: number }> {
  const fields = fieldsOf(runner.config.schema);
  const told = toldFields(runner.config);
  if (told.length === 0)
    throw new VaekitError(
      "E_MODEL",
      `${dataset.name}: no table, and the model has no field beside pictures or texts to fill in`,
    );
  const { escapeFormulas, ...how } = options;
  const columns = told.flatMap(({ name }) => [
    { name, type: "text" as const },
    { name: `${name}_probability`, type: "number" as const },
  ]);
  const table = await openTable(path, [{ name: "id", type: "text" }, ...columns], { escapeFormulas }, host);
  let [rows, filled, left] = [0, 0, 0];
  try {
    for await (const { indices, cells } of toldRecords(runner, dataset, allRecords(dataset), { ...how, signal })) {
      const count = indices.length;
      const written: Record<string, (string | number | null)[]> = Object.fromEntries(
        columns.map(({ name }) => [name, new Array<string | number | null>(count).fill(null)]),
      );
      for (const { row, field, best, spread } of cells) {
        const { name, kind, schema } = fields[field];
        if (Number.isNaN(best)) left++;
        else filled++;
        written[name][row] = Number.isNaN(best) ? null : kind.cell!.text(best, schema);
        written[`${name}_probability`][row] = Number.isNaN(best) ? null : Number((1 - spread).toFixed(4));
      }
      await table.write({ count, columns: { id: Array.from(indices, (index) => dataset.id(index)), ...written } });
      rows += count;
      report({ event: "work", what: "told", done: rows, total: dataset.count });
    }
    await table.close();
  } catch (error) {
    await table.abort();
    throw error;
  }
  return { rows, cells: filled, left };
}
