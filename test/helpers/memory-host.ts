/** A host with files in memory and the sources and sinks that run anywhere: what a browser gives, in little. */

import { arrayPictureSinks, tableSinks } from "../../src/data/sinks/all.js";
import { arraySources } from "../../src/data/sources/all.js";
import type { Host } from "../../src/host.js";
import { hostOf, memoryDisk } from "./memory-files.js";

/** A host with these files. */
export function memoryHost(contents: Readonly<Record<string, Uint8Array | string>> = {}): Host {
  const { files } = memoryDisk().process();
  for (const [path, bytes] of Object.entries(contents)) files.write(path, bytes);
  return {
    ...hostOf(files),
    name: "browser",
    sources: arraySources,
    pictureSinks: arrayPictureSinks,
    tableSinks,
  };
}
