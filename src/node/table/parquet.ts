/** Parquet files. */

import type { Duck } from "./duck.js";
import { fileError } from "./explain.js";
import { stampOf } from "./paths.js";
import { type PlainOptions, plainFile } from "./plain-file.js";
import { type Origin, relationOf } from "./relation.js";
import { list, pathLiteral } from "./sql.js";

/** The rows of one or several files with the same columns. E_FILE where one is damaged or cut short. */
export async function parquetOrigin(paths: readonly string[], options: PlainOptions, duck: Duck): Promise<Origin> {
  const files = [];
  for (const path of paths) files.push(await plainFile(path, options));
  const names = new Map(files.map(({ path, name }) => [path, name]));
  const explain = (error: unknown) => fileError(error, paths[0], names);
  try {
    const query = `SELECT * FROM read_parquet(${list(files.map(({ path }) => pathLiteral(path)))})`;
    return { relation: await relationOf(query, duck), notices: [], stamp: await stampOf(paths), explain };
  } catch (error) {
    throw explain(error);
  }
}
