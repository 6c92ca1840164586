/** A condition that rows must meet, over columns that have the types they look like. */

import { VaekitError } from "../../errors.js";
import type { Duck } from "./duck.js";
import { generalError, pointedAt, tidied } from "./explain.js";
import type { Relation } from "./relation.js";
import { identifier, oneCondition } from "./sql.js";

/** Rows by which it is judged whether a column of text holds numbers. */
const LOOKED_AT = 10_000;
/** What stands for "missing" in a column of numbers, in lower case. */
const MISSING = ["", "?", "-", "na", "n/a", "nan", "null", "none"];

/**
 * The rows of `relation` for which the condition holds. In it, a column of text whose cells are numbers is a number, other
 * text has no blanks around it. E_OPTION for what is no condition over these columns.
 */
export async function filtered(relation: Relation, condition: string, duck: Duck): Promise<Relation> {
  const checked = await oneCondition(condition, duck);
  const isNumber = await numericColumns(relation, duck);
  const { columns } = relation;
  const typed = columns.map(({ name, type, native }, i) => {
    const text = type === "text" ? `trim(${columns[i].text})` : native;
    return `${isNumber[i] ? `TRY_CAST(${text} AS DOUBLE)` : text} AS ${identifier(name)}`;
  });
  // Names that no column has: a blank in front.
  const kept = columns.map((_, i) => `c${i} AS " c${i}"`);
  const inner = `SELECT ${[...kept, ...typed].join(", ")} FROM ${relation.from}`;
  await checkCondition(checked, `SELECT ${typed.join(", ")} FROM ${relation.from}`, duck);
  const back = columns.map((_, i) => `" c${i}" AS c${i}`).join(", ");
  return { ...relation, from: `(SELECT ${back} FROM (${inner}) WHERE (${checked}\n))` };
}

async function numericColumns({ from, columns }: Relation, duck: Duck): Promise<boolean[]> {
  const missing = MISSING.map((text) => `'${text}'`).join(", ");
  const checks = columns.map(({ type, text }) =>
    type === "text"
      ? `coalesce(bool_and(TRY_CAST(${text} AS DOUBLE) IS NOT NULL) FILTER (lower(trim(${text})) NOT IN (${missing})), false)`
      : "false",
  );
  const [row] = await duck.rows(`SELECT ${checks.join(", ")} FROM (SELECT * FROM ${from} LIMIT ${LOOKED_AT})`);
  return row.map(Boolean);
}

async function checkCondition(condition: string, columns: string, duck: Duck): Promise<void> {
  try {
    const [{ type }] = await duck.describe(`SELECT (${condition}\n) FROM (${columns})`);
    if (type === "BOOLEAN") return;
    throw new VaekitError("E_OPTION", `filter: expected a condition, got a value of type ${type}: ${condition}`);
  } catch (error) {
    throw filterError(error);
  }
}

/** E_OPTION for what the database says of the condition, also while rows pass. */
export function filterError(error: unknown): unknown {
  if (error instanceof VaekitError || !(error instanceof Error)) return error;
  const general = generalError(error, "filter");
  if (general) return general;
  const near = pointedAt(error);
  const message = tidied(error);
  const candidates = /Candidate bindings: (.*)/.exec(error.message)?.[1];
  const said = message.replace(/ Candidate bindings: .*/, "");
  return new VaekitError(
    "E_OPTION",
    `filter: ${said}${near ? `, at: ${near}` : ""}`,
    candidates && `Columns: ${candidates}.`,
    {
      cause: error,
    },
  );
}

/** Whether an error of the database comes from computing with values, as a condition does, and not from reading. */
export function isFromFilter(error: unknown): boolean {
  return error instanceof Error && /^(Conversion|Out of Range|Binder|Catalog) Error/.test(error.message);
}
