/** Data source: one picture file. */

import { basename } from "node:path";
import type { Source } from "../../host.js";
import { nodeFiles } from "../files.js";
import { isPicture } from "../pictures.js";
import { fileItem, isPictureName } from "./folder.js";
import { itemsDataset } from "./items.js";

/** Bytes in which every format shows itself. */
const BEGINNING = 32;

export const pictureFileSource: Source = {
  name: "picture",
  forms: ["picture.png"],
  async bid({ source, part }) {
    if (part !== null || (await nodeFiles.stat(source))?.kind !== "file") return 0;
    if (isPictureName(source)) return 0.9;
    return isPicture(await nodeFiles.read(source, 0, BEGINNING)) ? 0.8 : 0;
  },
  async open({ text, source }, options) {
    return itemsDataset([fileItem(source, basename(source), null)], { name: text }, options);
  },
};
