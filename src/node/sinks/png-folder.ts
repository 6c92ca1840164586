/** Picture sink: a folder of PNG files, one a picture. */

import { checkPictures } from "../../data/sinks/sheet.js";
import type { PictureSink, Pictures } from "../../host.js";
import { safeFileName } from "../file-name.js";
import { encodePng } from "../pictures.js";

/** Files are named by their number in as many digits as the last one has, at least four. */
const DIGITS = 4;

export const pngFolderSink: PictureSink = {
  name: "folder",
  extensions: ["/"],
  async write(path, pictures, _layout, host) {
    checkPictures(pictures);
    const { count, height, width, channels, pixels } = pictures;
    const size = height * width * channels;
    const paths = fileNames(pictures).map((name) => host.files.join(path, `${name}.png`));
    await host.files.makeFolder(path);
    for (let i = 0; i < count; i++) {
      const picture = { count: 1, height, width, channels, pixels: pixels.subarray(i * size, (i + 1) * size) };
      await host.files.write(paths[i], await encodePng(picture));
    }
    return paths;
  },
};

/** Names made safe; a name that is there already gets its number added. */
function fileNames({ count, names }: Pictures): string[] {
  const digits = Math.max(DIGITS, String(count - 1).length);
  const used = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const number = String(i).padStart(digits, "0");
    const wanted = safeFileName(names?.[i] ?? "") || number;
    const name = used.has(wanted.toLowerCase()) ? `${wanted}-${number}` : wanted;
    used.add(name.toLowerCase());
    return name;
  });
}
