/** Columns of more rows than shall be held in memory: in a temporary file, a row's values side by side. */

import { type FileHandle, open } from "node:fs/promises";
import type { Column } from "../../data/dataset.js";
import { type ColumnKind, type ColumnStore, columnOf } from "../../data/table/columns.js";
import { VaekitError } from "../../errors.js";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.js";

const BYTES = { float64: 8, int32: 4 } as const;

export function diskColumns(kinds: readonly ColumnKind[]): ColumnStore {
  const starts: number[] = [];
  let width = 0;
  for (const kind of kinds) {
    starts.push(width);
    width += BYTES[kind];
  }
  let folder: TemporaryFolder | null = null;
  let file: FileHandle | null = null;
  let rows = 0;
  const opened = async (): Promise<FileHandle> => {
    folder ??= await temporaryFolder();
    file ??= await open(folder.path("rows"), "w+");
    return file;
  };
  const put = (view: DataView, at: number, kind: ColumnKind, value: number): void =>
    kind === "float64" ? view.setFloat64(at, value, true) : view.setInt32(at, value, true);
  const get = (view: DataView, at: number, kind: ColumnKind): number =>
    kind === "float64" ? view.getFloat64(at, true) : view.getInt32(at, true);
  return {
    async append(columns) {
      const count = columns[0]?.length ?? 0;
      const bytes = new Uint8Array(count * width);
      const view = new DataView(bytes.buffer);
      for (const [i, kind] of kinds.entries())
        for (let row = 0; row < count; row++) put(view, row * width + starts[i], kind, columns[i][row]);
      const handle = await opened();
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, rows * width + written);
        if (bytesWritten === 0)
          throw new VaekitError("E_OUT", "temporary file: nothing more can be written to the disk");
        written += bytesWritten;
      }
      rows += count;
    },
    finish() {},
    async read(indices) {
      const handle = await opened();
      const bytes = new Uint8Array(indices.length * width);
      for (let at = 0; at < indices.length; ) {
        let end = at + 1;
        while (end < indices.length && indices[end] === indices[end - 1] + 1) end++;
        const { bytesRead } = await handle.read(bytes, at * width, (end - at) * width, indices[at] * width);
        if (bytesRead !== (end - at) * width)
          throw new VaekitError("E_FILE", "temporary file: was cut short while it was read");
        at = end;
      }
      const view = new DataView(bytes.buffer);
      return kinds.map((kind, i): Column => {
        const column = columnOf(kind, indices.length);
        for (let row = 0; row < column.length; row++) column[row] = get(view, row * width + starts[i], kind);
        return column;
      });
    },
    async close() {
      await file?.close();
      await folder?.remove();
      file = null;
      folder = null;
    },
  };
}
