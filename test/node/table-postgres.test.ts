/** Tables of a PostgreSQL server, where one is installed. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRawTable } from "../../src/node/table/open.js";
import { errorOf } from "../helpers/damage.js";
import { type PostgresServer, postgresPrograms, startPostgres } from "../helpers/postgres.js";
import { addressOf, readAll, readTable, withTable } from "../helpers/tables.js";

const programs = postgresPrograms();
const why = programs ? "" : " (skipped: no PostgreSQL is installed; on Debian: apt-get install postgresql)";
let server: PostgresServer;

describe.skipIf(!programs)(`a server${why}`, () => {
  beforeAll(async () => {
    server = await startPostgres(programs!);
    server.run(`
      CREATE TABLE people (id integer, big bigint, ratio numeric, half real, is_in boolean, born date,
        seen timestamp, at timestamptz, note text, "Odd ""name" varchar, tags text[], extra jsonb);
      INSERT INTO people VALUES
        (1, 9007199254740993, 1.50, 0.1, true, '2024-01-31', '2024-01-31 10:00:00.5', '2024-01-31 10:00:00+02', ' é
"x"', 'o', '{a,b}', '{"k": [1]}'),
        (2, NULL, 'NaN', 'Infinity', false, NULL, NULL, NULL, '', NULL, NULL, NULL);
      CREATE SCHEMA other; CREATE TABLE other.empty (x int);
      CREATE TABLE many AS SELECT i, 'text ' || i AS s FROM generate_series(0, 24999) i`);
  });
  afterAll(() => server.stop());

  test("gives a table with the types of its columns", async () => {
    const { names, types, rows } = await readTable(`${server.url}?table=people`);
    expect(names).toEqual([
      "id",
      "big",
      "ratio",
      "half",
      "is_in",
      "born",
      "seen",
      "at",
      "note",
      'Odd "name',
      "tags",
      "extra",
    ]);
    expect(types.join(" ")).toBe("integer integer number number boolean date timestamp timestamp text text text text");
    expect(rows[0]).toEqual([
      "1",
      "9007199254740993",
      "1.5",
      "0.1",
      "true",
      "2024-01-31",
      "2024-01-31 10:00:00.5",
      "2024-01-31 08:00:00",
      ' é\n"x"',
      "o",
      "{a,b}",
      '{"k": [1]}',
    ]);
    expect(rows[1]).toEqual(["2", null, "nan", "inf", "false", null, null, null, "", null, null, null]);
  });

  test("gives the rows of a query in its order, filtered if so wished", async () => {
    const query = encodeURIComponent("select i * 2 as twice, s from many order by i desc -- all");
    await withTable(
      `${server.url}?query=${query}`,
      async (table) => {
        expect(table.count).toBe(20_000);
        const { columns } = await readAll(table, [
          { column: "twice", as: "number", decimal: ".", missing: [] },
          { column: "s", as: "text", missing: [] },
        ]);
        expect(columns[0].every((twice, row) => twice === (24_999 - row) * 2)).toBe(true);
        expect(columns[1][0]).toBe("text 24999");
        expect(table.name).not.toContain("secret");
      },
      { filter: "twice >= 10000" },
    );
  });

  test.each([
    ["table=nothing", "E_OPTION", /relation "nothing" does not exist/],
    ["table=other.empty", "E_DATA", /no rows/],
    ["query=selec", "E_OPTION", /syntax error at or near "selec", at character 1/],
    ["query=select%201;%20select%202", "E_OPTION", /multiple commands/],
    ["query=delete%20from%20people%20returning%20id", "E_OPTION", /read-only transaction/],
    ["query=drop%20table%20people", "E_OPTION", /a statement without an answer/],
    ["query=select%201/0%20as%20x", "E_DATA", /division by zero/],
    ["", "E_OPTION", /expected a table or a query/],
    ["table=a&query=b", "E_OPTION", /expected a table or a query/],
  ])("refuses ?%s", async (asked, code, message) => {
    const error = await errorOf(() => readTable(`${server.url}?${asked}`));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(`${error.message} ${error.hint}`).not.toContain("secret");
  });

  test("that has no such database says so", async () => {
    const error = await errorOf(() => readTable(`${server.url.replace(/postgres$/, "none")}?table=x`));
    expect([error.code, error.message.includes('database "none" does not exist')]).toEqual(["E_PATH", true]);
  });

  test("is left when it is told to stop", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const address = addressOf(`${server.url}?query=select%20pg_sleep(20)`);
    expect((await errorOf(() => openRawTable(address, { signal: stop.signal }))).code).toBe("E_INTERRUPTED");
  });
});

test("a server that is not there is named without its password", async () => {
  const error = await errorOf(() => readTable("postgres://me:secret@127.0.0.1:1/db?table=x"));
  expect([error.code, error.message]).toEqual([
    "E_PATH",
    "postgres://me@127.0.0.1:1/db?table=x: the server cannot be reached (ECONNREFUSED)",
  ]);
});
