/** Data source: "-", paths of pictures on standard input, one a line. */

import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { VaekitError } from "../../errors.js";
import type { Source } from "../../host.js";
import { nodeFiles } from "../files.js";
import { fileItem } from "./folder.js";
import { itemsDataset } from "./items.js";

export const listSource: Source = {
  name: "list",
  forms: ["- (paths on standard input)"],
  bid: async ({ source, part }) => (source === "-" && part === null ? 1 : 0),
  async open(address, options) {
    const paths = (await text(process.stdin))
      .replace(/^\ufeff/, "")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
    if (paths.length === 0) {
      throw new VaekitError(
        "E_DATA",
        "standard input: no paths of pictures",
        "Give one path a line: ls *.png | vaekit score MODEL -",
      );
    }
    for (const [i, path] of paths.entries()) {
      if ((await nodeFiles.stat(path))?.kind === "file") continue;
      throw new VaekitError("E_PATH", `standard input: line ${i + 1}: no such file: ${path}`);
    }
    const items = paths.map((path) => fileItem(resolve(path), path, null));
    return itemsDataset(items, { name: address.text }, options);
  },
};
