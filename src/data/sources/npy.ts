/** Data source: one array of pictures in an npy file. */

import { parseNpy } from "../../files/npy.js";
import type { Source } from "../../host.js";
import { arrayDataset } from "./arrays.js";

export const npySource: Source = {
  name: "npy",
  forms: ["pictures.npy"],
  async bid({ source, part }, host) {
    return source.toLowerCase().endsWith(".npy") && part === null && (await host.files.stat(source))?.kind === "file"
      ? 1
      : 0;
  },
  async open(address, options, host) {
    const { type, shape, values } = parseNpy(await host.files.read(address.source), address.source);
    const array = { shape, values, isBoolean: type === "b1" };
    return arrayDataset(array, async () => null, address.source, address, options, host);
  },
};
