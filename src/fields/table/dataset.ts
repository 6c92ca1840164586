/** A table as a data set: its cells in the terms of a schema, read once, then given by row. */

import type { Dataset, Labels, OpenOptions, Schema, TableColumn } from "../../data/dataset.js";
import { labelsOf } from "../../data/labels.js";
import { checkIndex } from "../../data/pictures.js";
import { type ColumnKind, type ColumnStore, memoryColumns } from "../../data/table/columns.js";
import type { BadCell, Conversion, RawTable } from "../../data/table/raw.js";
import { unknown, VaekitError } from "../../errors.js";
import { several } from "../cells.js";
import { fieldsOf } from "../list.js";
import type { TextSchema } from "../text.js";
import { describeTable, expectColumns, LOOKED_AT } from "./describe.js";
import { learnTexts } from "./learn-texts.js";
import { MISSING } from "./sample.js";
import { type TokenArena, tokenArena } from "./token-arena.js";

export interface TableOptions extends OpenOptions {
  /** Where columns are kept of a table of so many rows. Default: in memory. */
  readonly storeFor?: (kinds: readonly ColumnKind[], rows: number) => ColumnStore;
}

/**
 * Opens a table whose columns are as `options.schema` says, or as they are found to be. Cells are read when they are first
 * asked for. E_COLUMN for a column that is not there, or a cell that is not what its column holds; E_DATA.
 */
export async function tableDataset(raw: RawTable, options: TableOptions): Promise<Dataset> {
  if (raw.count === 0) throw new VaekitError("E_DATA", `${raw.name}: no rows`, "There is nothing below its header.");
  const notices: string[] = [...raw.notices];
  let { schema } = options;
  if (!schema) {
    const cells = await raw.sample(LOOKED_AT, options.seed ?? 0);
    const described = describeTable(raw.name, raw.columns, cells, options);
    notices.push(...described.notices);
    const learned = await learnTexts(raw, described.schema, options);
    schema = learned.schema;
    notices.push(...learned.notices);
  }
  return inTermsOf(raw, schema, notices, options);
}

async function inTermsOf(
  raw: RawTable,
  schema: Schema,
  notices: readonly string[],
  options: TableOptions,
): Promise<Dataset> {
  const { columns = [], missing = MISSING } = schema.table ?? {};
  const fields = fieldsOf(schema);
  for (const { name } of fields) expectField(raw, name);
  const isThere = (name: string | undefined): name is string => raw.columns.some((column) => column.name === name);
  const byRole = (role: TableColumn["role"]) => columns.find((column) => column.role === role)?.name;
  expectColumns(raw.name, raw.columns, [options.label, options.key]);
  const [label, key] = [options.label ?? byRole("label"), options.key].map((name) =>
    isThere(name) ? name : undefined,
  );

  const conversions: Conversion[] = fields.map(
    ({ name, kind, schema }) => ({ column: name, missing, ...kind.cell!.rule(schema) }) as Conversion,
  );
  // Columns that were constant are read as well: 0 is what they always held, so that another value can be seen.
  const constants = columns.filter(({ name, role }) => role === "constant" && isThere(name));
  for (const { name, value } of constants)
    conversions.push({ as: "code", column: name, missing, labels: typeof value === "string" ? [value] : [] });
  for (const name of [label, key]) if (name) conversions.push({ as: "text", column: name, missing: [] });
  // A text is stored by its number among all texts of its column.
  const kinds = [
    ...fields.map(
      ({ kind, schema }): ColumnKind => (["code", "text"].includes(kind.cell!.rule(schema).as) ? "int32" : "float64"),
    ),
    ...constants.map((): ColumnKind => "int32"),
  ];
  const stored = [...fields, ...constants].map(({ name }) => name);

  interface Loaded {
    readonly store: ColumnStore;
    readonly labels: Labels | null;
    readonly keys: string[] | null;
    readonly rows: number;
    /** Numbers of the rows that are left out. */
    readonly skipped: readonly number[];
    readonly bad: BadCell | null;
    /** Of the fields that are texts, by their place. */
    readonly arenas: ReadonlyMap<number, TokenArena>;
  }
  async function load(): Promise<Loaded> {
    const arenas = new Map(
      fields.flatMap(({ kind, schema }, i) => (kind.ragged ? [[i, tokenArena(schema as TextSchema)] as const] : [])),
    );
    const store = options.storeFor?.(kinds, raw.count) ?? memoryColumns(kinds);
    const classes: string[] = [];
    const keys: string[] = [];
    const left: number[] = [];
    let bad: BadCell | null = null;
    let rows = 0;
    for await (const batch of raw.read(conversions)) {
      options.signal?.throwIfAborted();
      if (batch.bad.length > 0 && options.onError !== "skip") throw badCell(raw.name, batch.bad[0], schema);
      const skipped = new Set(batch.bad.map(({ row }) => row - batch.start));
      bad ??= batch.bad[0] ?? null;
      for (const row of skipped) left.push(batch.start + row);
      const keep = <T>(_: T, i: number): boolean => skipped.size === 0 || !skipped.has(i);
      const kept = batch.columns.map((column) => (skipped.size === 0 ? column : (column as Float64Array).filter(keep)));
      const numbered = (column: unknown, i: number): Float64Array | Int32Array => {
        const texts = column as readonly (string | null)[];
        const first = arenas.get(i)?.add(texts);
        return first === undefined ? (column as Float64Array) : Int32Array.from(texts, (_, row) => first + row);
      };
      await store.append(kept.slice(0, stored.length).map(numbered));
      const texts = kept.slice(stored.length) as unknown as (readonly (string | null)[])[];
      if (label) for (const cell of texts[0]) classes.push(cell?.trim() ?? "");
      if (key) for (const cell of texts[label ? 1 : 0]) keys.push(cell ?? "");
      rows += kept[0]?.length ?? batch.count;
    }
    await store.finish();
    return {
      store,
      labels: label ? labelsOf(classes) : null,
      keys: key ? keys : null,
      rows,
      skipped: left,
      bad,
      arenas,
    };
  }
  // Labels, keys, rows left out and texts that are cut are known only when all is read.
  const eager =
    label !== undefined || key !== undefined || options.onError === "skip" || fields.some(({ kind }) => kind.ragged);
  let loading: ReturnType<typeof load> | null = null;
  const loaded = () => (loading ??= load());
  const first = eager ? await loaded() : null;
  const bad = first?.bad;
  if (bad && first.rows === 0) throw new VaekitError("E_DATA", `${raw.name}: no row can be read`, badText(bad));
  const skipped = first?.skipped ?? [];
  const left = `${several(skipped.length, "row")} ${skipped.length === 1 ? "is" : "are"} left out`;
  const told = bad ? [`${left}: ${badText(bad)} is the first`] : [];
  for (const [i, { cut }] of first?.arenas ?? [])
    if (cut > 0)
      told.push(
        `column "${fields[i].name}": ${several(cut, "text")} of more than ${fields[i].stored - 1} tokens, cut there (--max-length)`,
      );
  const count = first?.rows ?? raw.count;
  return {
    name: raw.name,
    count,
    schema,
    labels: first?.labels ?? null,
    fingerprint: raw.fingerprint,
    notices: [...notices, ...told],
    id(index) {
      checkIndex(index, count, raw.name);
      return first?.keys?.[index] ?? String(rowAt(index, skipped));
    },
    async read(indices) {
      const { store, arenas } = await loaded();
      for (let i = 0; i < indices.length; i++) checkIndex(indices[i], count, raw.name);
      const read = await store.read(indices);
      return Object.fromEntries(stored.map((name, i) => [name, arenas.get(i)?.read(read[i]) ?? read[i]]));
    },
    async close() {
      if (loading) await loading.then(({ store }) => store.close()).catch(() => {});
      await raw.close();
    },
    async *cells() {
      const columns = raw.columns.map(({ name }) => name);
      let next = 0; // of the rows left out
      for await (const batch of raw.read(columns.map((column) => ({ as: "text", column, missing: [] })))) {
        const texts = batch.columns as readonly (readonly (string | null)[])[];
        const gone = new Set(skipped.slice(next).filter((row) => row < batch.start + batch.count));
        const isKept = (_: unknown, i: number): boolean => !gone.has(batch.start + i);
        const kept = gone.size === 0 ? texts : texts.map((cells) => cells.filter(isKept));
        const named = Object.fromEntries(columns.map((name, i) => [name, kept[i]]));
        const count = batch.count - gone.size;
        if (count > 0) yield { start: batch.start - next, count, names: columns, columns: named };
        next += gone.size;
      }
    },
    as: (other) => inTermsOf(raw, other, notices, { ...options, label }),
  };
}

/** The number in the source of the row that is number `index` of those that are left when ascending `skipped` are gone. */
function rowAt(index: number, skipped: readonly number[]): number {
  let [low, high] = [0, skipped.length];
  while (low < high) {
    const mid = (low + high) >> 1;
    if (skipped[mid] - mid <= index) low = mid + 1;
    else high = mid;
  }
  return index + low;
}

/** E_COLUMN for a field that the table has no column for. */
function expectField({ name: table, columns }: RawTable, field: string): void {
  const names = columns.map(({ name }) => name);
  if (names.includes(field)) return;
  const { hint } = unknown("column", field, names);
  throw new VaekitError("E_COLUMN", `${table}: no column "${field}", which the model was trained on`, hint);
}

function badCell(table: string, { row, column, text }: BadCell, { fields }: Schema): VaekitError {
  return new VaekitError(
    "E_COLUMN",
    `${table}: row ${row + 1}, column "${column}": got "${text}", expected a ${fields[column].kind}`,
    "Mend the cell, say --missing with the text that means nothing is there, or leave such rows out: --on-error skip.",
  );
}

function badText({ row, column, text }: BadCell): string {
  return `row ${row + 1}, column "${column}": "${text}"`;
}
