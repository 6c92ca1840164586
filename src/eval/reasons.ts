/** Which parts of a record are surprising. */

import type { Columns } from "../data/dataset.js";
import type { PartSurprise } from "../fields/field.js";
import type { Field } from "../fields/list.js";
import type { Explained } from "../model/runner.js";
import { toTenThousandth } from "./digits.js";
import type { Target } from "./target.js";

/** A part of a record with its share of all that is surprising in the record. */
export interface Reason extends PartSurprise {
  readonly share: number;
}

/** What was judged, of some records: what `explain` says by field, [count, ..], and the values. */
export interface Seen extends Pick<Explained, "surprise" | "means"> {
  /** What was judged: a record's values of one field, as the model sees them. */
  values(field: Field, record: number): Float32Array;
  /** Of a column the value as it is stored. */
  stored(field: Field, record: number): number | undefined;
}

/** Per record, the most surprising part first. */
export function reasonsOf(seen: Seen, fields: readonly Field[], count: number): Reason[][] {
  return Array.from({ length: count }, (_, i) =>
    fields.length === 1 ? partsOf(seen, fields[0], count, i) : topFields(seen, fields, count, i),
  );
}

/** Where the one field of a record is surprising. */
function partsOf(seen: Seen, field: Field, count: number, i: number): Reason[] {
  if (!seen.surprise[field.name]) return [];
  const parts = explained(seen, field, count, i);
  return shared(
    parts,
    parts.reduce((sum, { nats }) => sum + nats, 0),
  );
}

/** Fields that a record is explained by: what is left is less than any of them. */
const TOP_FIELDS = 4;

/** Which fields of a record are surprising. */
function topFields(seen: Seen, fields: readonly Field[], count: number, i: number): Reason[] {
  let total = 0;
  const nats = fields.map(({ name }) => {
    const surprise = seen.surprise[name];
    const width = surprise ? surprise.length / count : 0;
    let sum = 0;
    for (let at = i * width; at < (i + 1) * width; at++) sum += surprise[at];
    const own = Math.max(0, sum); // a value may be likelier than the middle that it is compared with
    total += own;
    return own;
  });
  const top: number[] = [];
  for (let field = 0; field < fields.length; field++) {
    if (!seen.surprise[fields[field].name]) continue;
    let place = top.length;
    while (place > 0 && nats[top[place - 1]] < nats[field]) place--;
    if (place < TOP_FIELDS) top.splice(place, 0, field);
    if (top.length > TOP_FIELDS) top.pop();
  }
  const parts = top.flatMap((field) =>
    explained(seen, fields[field], count, i).map((said) => ({
      ...said,
      nats: Math.max(0, said.nats),
      part: `${fields[field].name} ${said.part}`.trim(),
    })),
  );
  return shared(parts, total);
}

/** Of pictures all are made at once, of columns those that are asked for. */
export function valuesFor(columns: Columns, target: Target): Seen["values"] {
  let all: Readonly<Record<string, Float32Array>> | null = null;
  return ({ name, kind, schema, size, stored }, record) => {
    if (kind.codes) return kind.encode(columns[name].slice(record * stored, (record + 1) * stored), schema);
    all ??= target.values();
    return all[name].subarray(record * size, (record + 1) * size);
  };
}

export function storedIn(columns: Columns): Seen["stored"] {
  return ({ name, kind }, record) => (kind.codes ? columns[name][record] : undefined);
}

function explained({ surprise, means, values, stored }: Seen, field: Field, count: number, i: number): PartSurprise[] {
  const { name, kind, schema } = field;
  const part = (column: Float32Array, width: number) => column.subarray(i * width, (i + 1) * width);
  const elements = surprise[name].length / count;
  return kind.explain(
    {
      surprise: part(surprise[name], elements),
      values: values(field, i),
      mean: part(means[name], means[name].length / count),
      stored: stored(field, i),
    },
    schema,
  );
}

/** Reasons with more of them, shares being of all. */
export function joined(more: readonly PartSurprise[], reasons: readonly Reason[]): Reason[] {
  const [first] = reasons;
  const before = first && first.share > 0 ? first.nats / first.share : 0;
  const total = before + more.reduce((sum, { nats }) => sum + nats, 0);
  return shared([...more, ...reasons.map(({ share: _, ...part }) => part)], total);
}

function shared(parts: readonly PartSurprise[], total: number): Reason[] {
  return parts
    .map(({ nats, ...said }) => ({
      ...said,
      nats: toTenThousandth(nats),
      share: total > 0 ? toTenThousandth(nats / total) : 0,
    }))
    .sort((a, b) => b.nats - a.nats);
}
