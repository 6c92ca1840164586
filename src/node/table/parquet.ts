/** Parquet files. */

import type { Duck } from "./duck.js";
import { fileError } from "./explain.js";
import { stampOf } from "./paths.js";
import { type PlainOptions, plainFile } from "./plain-file.js";
import { hasRenamed, type Origin, type RelationColumn, relationOf } from "./relation.js";
import { list, pathLiteral } from "./sql.js";

/** The rows of one or several files with the same columns. E_FILE where one is damaged or cut short. */
export async function parquetOrigin(paths: readonly string[], options: PlainOptions, duck: Duck): Promise<Origin> {
  const files = [];
  for (const path of paths) files.push(await plainFile(path, options));
  const names = new Map(files.map(({ path, name }) => [path, name]));
  const explain = (error: unknown) => fileError(error, paths[0], names);
  try {
    const query = `SELECT * FROM read_parquet(${list(files.map(({ path }) => pathLiteral(path)))})`;
    const relation = await relationOf(query, duck);
    const columns = hasRenamed(relation.columns)
      ? withNames(relation.columns, await ownNames(files[0].path, duck))
      : relation.columns;
    return { relation: { ...relation, columns }, notices: [], stamp: await stampOf(paths), explain };
  } catch (error) {
    throw explain(error);
  }
}

/** The names of the columns as they stand in the file, where the database has others for those that differ in case alone. */
async function ownNames(path: string, duck: Duck): Promise<readonly string[]> {
  const [[, top], ...rows] = await duck.rows(`SELECT name, num_children FROM parquet_schema(${pathLiteral(path)})`);
  const names: string[] = [];
  let at = 0;
  const skip = (count: number): void => {
    for (let i = 0; i < count; i++) skip(Number(rows[at++]?.[1] ?? 0));
  };
  for (let i = 0; i < Number(top); i++) {
    const [name, children] = rows[at++];
    names.push(String(name));
    skip(Number(children ?? 0));
  }
  return names;
}

/** A pattern of folders may add columns behind those of the file. */
function withNames(columns: readonly RelationColumn[], names: readonly string[]): RelationColumn[] {
  return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
}
