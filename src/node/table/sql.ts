/** Text for SQL: names and values quoted, and what a person wrote checked before it runs. */

import { VaekitError } from "../../errors.js";
import type { Duck } from "./duck.js";

/** A text constant. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name of a column or table. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path as a constant that means this file alone, whatever signs are in its name. */
export function pathLiteral(path: string): string {
  return literal(path.replace(/[[\]*?]/g, "[$&]"));
}

export function list(items: Iterable<string>): string {
  return `[${[...items].join(", ")}]`;
}

/** A query as the parser sees it; only SELECT has such a form. */
interface Parsed {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly { readonly node: Readonly<Record<string, unknown>> }[];
}

async function parse(sql: string, duck: Duck): Promise<Parsed> {
  const [[text]] = await duck.rows(`SELECT json_serialize_sql(${literal(sql)})::VARCHAR`);
  return JSON.parse(String(text)) as Parsed;
}

const ONE_SELECT = "Write one SELECT; nothing that changes, loads or writes something is run.";

/** The query `sql` without what ends it. E_OPTION, before anything runs, unless it is one SELECT. */
export async function oneSelect(sql: string, duck: Duck, name: string): Promise<string> {
  if (sql.trim() === "") throw new VaekitError("E_OPTION", `${name}: no query`, ONE_SELECT);
  checkText(sql, name);
  const parsed = await parse(sql, duck);
  if (parsed.error) throw refused(parsed, sql, name, "only one SELECT is run", ONE_SELECT);
  const count = parsed.statements?.length ?? 0;
  if (count !== 1) throw new VaekitError("E_OPTION", `${name}: got ${count} statements, expected one`, ONE_SELECT);
  return withoutEnd(sql);
}

const CONDITION = `Write a condition over the columns, such as: age > 30 AND "marital status" = 'Divorced'`;

/** What a SELECT of one expression, and of nothing else, leaves empty. */
const BARE: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => value === "SELECT_NODE",
  modifiers: isEmptyList,
  select_list: (value) => Array.isArray(value) && value.length === 1 && value[0].alias === "",
  from_table: (value) => (value as { type?: unknown } | null)?.type === "EMPTY",
  where_clause: isNothing,
  group_expressions: isEmptyList,
  having: isNothing,
  sample: isNothing,
  qualify: isNothing,
};

/** The condition `text`, ready to stand in brackets. E_OPTION unless it is one expression that reads nothing but its row. */
export async function oneCondition(text: string, duck: Duck): Promise<string> {
  if (text.trim() === "") throw new VaekitError("E_OPTION", "filter: it is empty", CONDITION);
  checkText(text, "filter");
  const prefix = "SELECT ";
  const parsed = await parse(prefix + text, duck);
  if (parsed.error)
    throw refused(parsed, prefix + text, "filter", "only one condition is taken", CONDITION, prefix.length);
  const statements = parsed.statements ?? [];
  const isBare =
    statements.length === 1 && Object.entries(BARE).every(([key, isFine]) => isFine(statements[0].node[key] ?? null));
  if (!isBare) throw new VaekitError("E_OPTION", `filter: got more than a condition: ${text}`, CONDITION);
  if (hasSubquery(statements[0].node)) {
    throw new VaekitError("E_OPTION", `filter: a query inside the condition: ${text}`, CONDITION);
  }
  return withoutEnd(text);
}

function checkText(text: string, name: string): void {
  if (text.includes("\0")) throw new VaekitError("E_OPTION", `${name}: a NUL character in it`);
}

/** A trailing comment would swallow what stands behind it: the caller goes on in a new line. */
function withoutEnd(sql: string): string {
  return sql.replace(/[\s;]+$/, "");
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isNothing(value);
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function hasSubquery(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  if ("class" in node && node.class === "SUBQUERY") return true;
  return Object.values(node).some(hasSubquery);
}

/** The error for text that does not parse, with the place, or that is no SELECT. */
function refused(parsed: Parsed, sql: string, name: string, rule: string, hint: string, skipped = 0): VaekitError {
  if (parsed.error_type !== "parser")
    return new VaekitError("E_OPTION", `${name}: ${rule}, got: ${sql.slice(skipped)}`, hint);
  const position = Number(parsed.position);
  const place = Number.isFinite(position) ? `, at character ${Math.max(1, position - skipped + 1)}` : "";
  const message = (parsed.error_message ?? "it cannot be read").replaceAll("\n", " ");
  return new VaekitError("E_OPTION", `${name}: ${message}${place}`, hint);
}
