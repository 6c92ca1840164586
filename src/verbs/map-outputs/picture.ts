/** Map output: a picture, in any format that pictures are written in. */

import { writePictures } from "../../data/sinks/write.js";
import type { MapOutput } from "./output.js";

export const pictureOutput: MapOutput = {
  name: "picture",
  extensions: (host) => host.pictureSinks.flatMap(({ extensions }) => extensions),
  form: "map.png",
  maxRecords: Number.POSITIVE_INFINITY,
  write: async (path, { picture }, host) => {
    await writePictures(path, picture, {}, host);
  },
};
