/** JSON files: one array of objects, or an object a line. */

import { VaekitError } from "../../errors.js";
import type { Duck } from "./duck.js";
import { fileError } from "./explain.js";
import { stampOf } from "./paths.js";
import { type PlainOptions, type PlainText, plainText } from "./plain-file.js";
import { hasRenamed, type Origin, relationOf } from "./relation.js";
import { identifier, list, literal, pathLiteral } from "./sql.js";

/** A value may have this many bytes. */
const MAX_OBJECT_BYTES = 64 << 20;
/** Types that JSON has. The database finds others in texts that look like them (times, UUIDs): those stay as written. */
const OWN_TYPES = /^(BOOLEAN|BIGINT|UBIGINT|HUGEINT|UHUGEINT|DOUBLE|VARCHAR|JSON)$/;
/** A form that no text has, so that no text is taken for a date. */
const NO_DATES = "dateformat = '\x1f%Y', timestampformat = '\x1f%Y'";

/**
 * The objects of one or several files, a column for each name in any of them; a name that an object lacks is null. E_FILE
 * for text that is no JSON, E_DATA for values that are no objects.
 */
export async function jsonOrigin(paths: readonly string[], options: PlainOptions, duck: Duck): Promise<Origin> {
  const files: PlainText[] = [];
  for (const path of paths) files.push(await plainText(path, options));
  const names = new Map(files.map(({ path, name }) => [path, name]));
  const explain = (error: unknown) => fileError(error, paths[0], names);
  const empty = files.find(({ head }) => head.trim() === "");
  if (empty) throw new VaekitError("E_DATA", `${empty.name}: no rows: the file is empty`);
  const paths_ = list(files.map(({ path }) => pathLiteral(path)));
  const common = `maximum_object_size = ${MAX_OBJECT_BYTES}, ${NO_DATES}`;
  const guessed = `SELECT * FROM read_json(${paths_}, sample_size = -1, union_by_name = true, ${common})`;
  try {
    const columns = await duck.describe(guessed);
    const [only] = columns;
    if (columns.length === 1 && only.name === "json") {
      const [[rows]] = await duck.rows(`SELECT count(*) FROM (${guessed})`);
      const what = Number(rows) === 0 ? "no rows" : `expected objects with names and values, got ${shape(only.type)}`;
      const isNamed = files.some(({ head }) => head.includes('"json"'));
      if (Number(rows) === 0 || !isNamed) {
        throw new VaekitError("E_DATA", `${paths[0]}: ${what}`, 'Write one object a row: {"age": 31, "city": "Paris"}');
      }
    }
    // A name that stands in the file is none that the database made up.
    const isMadeUp = ({ name }: { readonly name: string }) =>
      !files.some(({ head }) => head.includes(JSON.stringify(name)));
    const query = hasRenamed(columns, isMadeUp)
      ? await byName(paths_, duck)
      : `SELECT * FROM read_json(${paths_}, ${common}, columns = {${columns.map(declared).join(", ")}})`;
    return {
      relation: await relationOf(query, duck),
      notices: files.flatMap(({ notices }) => notices),
      stamp: await stampOf(paths),
      explain,
    };
  } catch (error) {
    throw explain(error);
  }
}

type Described = { readonly name: string; readonly type: string };

/** Lists and objects as they stand; texts as text. */
function declared({ name, type }: Described): string {
  const own = OWN_TYPES.test(type) ? type : /[[(]/.test(type) ? "JSON" : "VARCHAR";
  return `${literal(name)}: ${literal(own)}`;
}

/** A query that looks each name up in each object, which is slower; its columns are of any type. */
async function byName(paths: string, duck: Duck): Promise<string> {
  const objects = `read_json(${paths}, records = 'false', maximum_object_size = ${MAX_OBJECT_BYTES}, columns = {json: 'JSON'})`;
  const numbered = `SELECT row_number() OVER () AS row, json_keys(json) AS names FROM ${objects}`;
  const names = await duck.rows(
    `SELECT name FROM (SELECT row, unnest(names) AS name, generate_subscripts(names, 1) AS place FROM (${numbered}))
     GROUP BY name ORDER BY min((row, place))`,
  );
  const columns = names.map(([name]) => {
    const pointer = `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`; // RFC 6901
    return `json_extract(json, ${literal(pointer)}) AS ${identifier(String(name))}`;
  });
  return `SELECT ${columns.join(", ")} FROM ${objects}`;
}

function shape(type: string): string {
  return type.endsWith("[]") ? "lists" : /^(BIGINT|UBIGINT|DOUBLE)$/.test(type) ? "numbers" : "other values";
}
