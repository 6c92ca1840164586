/** Table sink: comma-separated values with a header. */

import { writeCsv } from "../../files/csv.js";
import type { TableSink } from "../../host.js";
import { tableRows } from "./rows.js";

export const csvSink: TableSink = {
  name: "csv",
  extensions: [".csv"],
  async write(path, table, host) {
    const { header, rows } = tableRows(table);
    await host.files.write(path, writeCsv(header, rows()));
  },
};
