/** The rows of a SELECT over files of this machine: duckdb:select ... from 'x.parquet'. */

import { VaekitError } from "../../errors.js";
import type { Duck } from "./duck.js";
import { generalError, pointedAt, tidied } from "./explain.js";
import type { PlainOptions } from "./plain-file.js";
import { type Origin, relationOf } from "./relation.js";
import { attachSpool, SPOOL, spoolStamp } from "./spool.js";
import { oneSelect } from "./sql.js";

export const QUERY_PREFIX = /^duckdb:/i;
const NAME = "duckdb";

/** E_OPTION for anything but one SELECT and for one that names what is not there; E_DATA where it fails on its data. */
export async function queryOrigin(text: string, { folder }: PlainOptions, duck: Duck): Promise<Origin> {
  const sql = await oneSelect(text.replace(QUERY_PREFIX, ""), duck, NAME);
  try {
    await duck.describe(`(${sql}\n)`);
  } catch (error) {
    throw queryError(error, "E_OPTION");
  }
  await attachSpool(duck, folder);
  const explain = (error: unknown) => queryError(error, "E_DATA");
  try {
    const { columns } = await relationOf(sql, duck);
    const aliases = columns.map((_, i) => `c${i}`).join(", ");
    await duck.rows(`CREATE TABLE ${SPOOL} AS SELECT * FROM (${sql}\n) AS source(${aliases})`);
    const kept = await relationOf(`SELECT * FROM ${SPOOL}`, duck);
    const relation = { ...kept, columns: kept.columns.map((column, i) => ({ ...column, name: columns[i].name })) };
    return { relation, notices: [], ...(await spoolStamp(duck)), explain };
  } catch (error) {
    throw explain(error);
  }
}

/** What is wrong with the words is a matter of the option; what the data does to it, of the data. */
function queryError(error: unknown, code: "E_OPTION" | "E_DATA"): unknown {
  if (error instanceof VaekitError || !(error instanceof Error)) return error;
  const general = generalError(error, NAME);
  if (general) return general;
  const near = pointedAt(error);
  const place = near ? `, at: ${near}` : "";
  const message = tidied(error);
  if (/^IO Error: No files found/.test(error.message)) {
    return new VaekitError("E_PATH", `${NAME}: ${message}`, undefined, { cause: error });
  }
  if (/^Missing Extension Error|requires the extension/.test(error.message)) {
    const hint = "Only files of this machine are read; nothing is downloaded.";
    return new VaekitError("E_OPTION", `${NAME}: ${message.split(/ Please| Consider/)[0]}`, hint, { cause: error });
  }
  const candidates = /Candidate bindings: (.*)/.exec(error.message)?.[1];
  const said = message.replace(/ Candidate bindings: .*/, "");
  return new VaekitError(code, `${NAME}: ${said}${place}`, candidates && `Columns there are: ${candidates}.`, {
    cause: error,
  });
}
