/** Data source: tables in files and databases. */

import { memoryColumns } from "../../data/table/columns.js";
import { VaekitError } from "../../errors.js";
import { tableDataset } from "../../fields/table/dataset.js";
import { textColumn } from "../../fields/table/text-column.js";
import type { Source } from "../../host.js";
import { bidTable } from "../table/forms.js";

/** Columns of a table that are held in memory; of a larger one they lie on the disk. */
const MEMORY_BYTES = 256 * 2 ** 20;
const CELL_BYTES = 8;

export const tableSource: Source = {
  name: "table",
  forms: [
    ".csv",
    ".tsv",
    ".parquet",
    ".json",
    ".ndjson (also .gz, and several by a pattern: *.csv)",
    '"duckdb:SELECT..."',
    '"postgres://...?table="',
  ],
  bid: bidTable,
  async open(address, options) {
    const [{ openRawTable }, { diskColumns }] = await Promise.all([
      import("../table/open.js"),
      import("../table/disk-columns.js"),
    ]);
    const { filter, onError, onNotice, signal, records, column } = options;
    if (records !== undefined)
      throw new VaekitError(
        "E_OPTION",
        `${address.text}: it is read as a table, whose records are its rows; got records "${records}"`,
        `Write ${address.source}#${records} to read it as text.`,
      );
    const raw = await openRawTable(address, { filter, onError, onNotice, signal });
    try {
      const shown = column === undefined ? raw : await textColumn(raw, column, options);
      return await tableDataset(shown, {
        ...options,
        drop: column === undefined ? options.drop : [], // the others are out of sight already
        storeFor: (kinds, rows) =>
          kinds.length * rows * CELL_BYTES > MEMORY_BYTES ? diskColumns(kinds) : memoryColumns(kinds),
      });
    } catch (error) {
      await raw.close();
      throw error;
    }
  },
};
