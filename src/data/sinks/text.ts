/** Tables written as text, a piece at a time: what such formats share. A path that ends in .gz is packed. */

import { Gzip } from "fflate";
import type { Cell } from "../../files/csv.js";
import type { FileWriter, TableColumn, TableOptions, TableSink } from "../../host.js";
import { cellsOf, spreadColumns } from "./rows.js";

/** One format, for one table. */
export interface TextFormat {
  /** What stands before the rows. */
  readonly begin: string;
  row(cells: readonly Cell[], isFirst: boolean): string;
  /** What stands behind the rows. */
  end(isEmpty: boolean): string;
}

/** Characters that are gathered before they are written. */
const PIECE = 1 << 18;

/** A sink for the format; `extensions` without ".gz". */
export function textSink(
  name: string,
  extensions: readonly string[],
  formatOf: (columns: readonly TableColumn[], options: TableOptions) => TextFormat,
): TableSink {
  return {
    name,
    extensions: extensions.flatMap((extension) => [extension, `${extension}.gz`]),
    async open(path, columns, options, host) {
      const format = formatOf(spreadColumns(columns), options);
      const file = await host.files.writer(path);
      const bytes = /\.gz$/i.test(path) ? packed(file) : file;
      const encoder = new TextEncoder();
      let text = format.begin;
      let isEmpty = true;
      return {
        async write(rows) {
          const cells = cellsOf(columns, rows);
          for (let row = 0; row < rows.count; row++) {
            text += format.row(
              cells.map((at) => at(row)),
              isEmpty,
            );
            isEmpty = false;
            if (text.length < PIECE) continue;
            await bytes.write(encoder.encode(text));
            text = "";
          }
        },
        async close() {
          await bytes.write(encoder.encode(text + format.end(isEmpty)));
          await bytes.close();
        },
        abort: () => bytes.abort(),
      };
    },
  };
}

/** The same bytes as gzip, with no time in its header: equal tables are equal files. */
function packed(file: FileWriter): FileWriter {
  const ready: Uint8Array[] = [];
  const gzip = new Gzip({ mtime: 0 }, (chunk) => {
    ready.push(chunk);
  });
  const push = async (bytes: Uint8Array, isLast: boolean) => {
    gzip.push(bytes, isLast);
    for (const chunk of ready.splice(0)) await file.write(chunk);
  };
  return {
    write: (bytes) => push(bytes, false),
    async close() {
      await push(new Uint8Array(0), true);
      await file.close();
    },
    abort: () => file.abort(),
  };
}
