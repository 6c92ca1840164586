/** Picture sink: a folder of PNG files, one a picture. */

import { fileNames } from "../../data/sinks/file-names.js";
import { checkPictures } from "../../data/sinks/sheet.js";
import type { PictureSink } from "../../host.js";
import { encodePng } from "../pictures.js";

export const pngFolderSink: PictureSink = {
  name: "folder",
  extensions: ["/"],
  async write(path, pictures, _layout, host) {
    checkPictures(pictures);
    const { count, height, width, channels, pixels, names } = pictures;
    const size = height * width * channels;
    const paths = fileNames(count, names).map((name) => host.files.join(path, `${name}.png`));
    await host.files.makeFolder(path);
    for (let i = 0; i < count; i++) {
      const picture = { count: 1, height, width, channels, pixels: pixels.subarray(i * size, (i + 1) * size) };
      await host.files.write(paths[i], await encodePng(picture));
    }
    return paths;
  },
};
