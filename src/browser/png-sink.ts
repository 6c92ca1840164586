/** Picture sink: one PNG, a contact sheet; one picture is written as it is. */

import { contactSheet } from "../data/sinks/sheet.js";
import { writePng } from "../files/png.js";
import type { PictureSink } from "../host.js";

export const pngSink: PictureSink = {
  name: "png",
  extensions: [".png"],
  async write(path, pictures, { columns }, host) {
    const sheet = contactSheet(pictures, columns);
    await host.files.write(path, writePng(sheet, sheet.pixels));
    return [path];
  },
};
