/** Data source: one array of pictures in an npy file. */

import { npyByteLayout, parseNpy } from "../../files/npy.js";
import type { Source } from "../../host.js";
import { arrayDataset } from "./arrays.js";
import { openLargeArray } from "./large-array.js";

export const npySource: Source = {
  name: "npy",
  forms: ["pictures.npy"],
  async bid({ source, part }, host) {
    return source.toLowerCase().endsWith(".npy") && part === null && (await host.files.stat(source))?.kind === "file"
      ? 1
      : 0;
  },
  async open(address, options, host) {
    const path = address.source;
    const labels = async () => null;
    const layout = (head: Uint8Array) => npyByteLayout(head, path);
    const large = await openLargeArray({ path, address, options, host, layout, labels });
    if (large) return large;
    const { type, shape, values } = parseNpy(await host.files.read(path), path);
    const array = { shape, values, isBoolean: type === "b1" };
    return arrayDataset(array, labels, path, address, options, host);
  },
};
