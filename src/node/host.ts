/** The Host that Node gives: the disk, sources and sinks of data, and devices. Native modules load when they are used. */

import { createHash } from "node:crypto";
import { arrayPictureSinks, tableSinks } from "../data/sinks/all.js";
import { arraySources } from "../data/sources/all.js";
import { didYouMean, VaekitError } from "../errors.js";
import type { Host } from "../host.js";
import { nodeFiles } from "./files.js";
import { gifSink, pngSink, webpSink } from "./sinks/picture-files.js";
import { pngFolderSink } from "./sinks/png-folder.js";
import { folderSource } from "./sources/folder.js";
import { listSource } from "./sources/list.js";
import { npmSource } from "./sources/npm.js";
import { pictureFileSource } from "./sources/picture-file.js";
import { zipSource } from "./sources/zip.js";

const DEVICES = ["cpu"];

/** A host for this process. */
export function nodeHost(): Host {
  return {
    name: "node",
    files: nodeFiles,
    sources: [npmSource, ...arraySources, folderSource, pictureFileSource, zipSource, listSource],
    pictureSinks: [pngSink, gifSink, webpSink, pngFolderSink, ...arrayPictureSinks],
    tableSinks,
    devices: DEVICES,
    async engine(device, options) {
      if (!DEVICES.includes(device)) {
        throw new VaekitError("E_DEVICE", `no device "${device}" here`, didYouMean(device, DEVICES));
      }
      const { ortNode } = await import("./ort-node.js");
      return ortNode(options);
    },
    memory: () => process.resourceUsage().maxRSS * 1024,
    digest: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
  };
}
