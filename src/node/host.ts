/** The Host that Node gives: the disk, sources and sinks of data, and devices. Native modules load when they are used. */

import { createHash } from "node:crypto";
import { arrayPictureSinks, tableSinks } from "../data/sinks/all.js";
import { arraySources } from "../data/sources/all.js";
import { didYouMean, VaekitError } from "../errors.js";
import type { Host } from "../host.js";
import { INSTALL_WASM, ortWeb } from "../runtime/ort-web.js";
import { nodeFiles } from "./files.js";
import { gifSink, pngSink, webpSink } from "./sinks/picture-files.js";
import { pngFolderSink } from "./sinks/png-folder.js";
import { folderSource } from "./sources/folder.js";
import { listSource } from "./sources/list.js";
import { npmSource } from "./sources/npm.js";
import { pictureFileSource } from "./sources/picture-file.js";
import { zipSource } from "./sources/zip.js";

const DEVICES = ["cpu", "wasm"];

export interface NodeHostOptions {
  /** Imports the native engine; it fails where there is no binary for this system. */
  readonly loadNative?: () => Promise<typeof import("./ort-node.js")>;
}

/** A host for this process. */
export function nodeHost({ loadNative = () => import("./ort-node.js") }: NodeHostOptions = {}): Host {
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
      const { debugHooks } = await import("./debug.js");
      if (device === "wasm") return ortWeb({ hooks: debugHooks() });
      const native = await loadNative().catch(firstLine);
      if (typeof native === "object") return native.ortNode(options);
      const engine = await ortWeb({ hooks: debugHooks() }).catch(() => {
        throw nothingToComputeWith(native);
      });
      options?.onNotice?.(
        `the native engine does not load here (${native}): computing in WebAssembly, on one thread, which takes several times as long`,
      );
      return engine;
    },
    memory: () => process.resourceUsage().maxRSS * 1024,
    digest: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
  };
}

/** Where neither package is to be had, as on Alpine after a plain install. */
function nothingToComputeWith(reason: string): VaekitError {
  return new VaekitError(
    "E_DEVICE",
    `device cpu: onnxruntime-node does not load on this system (${reason}), and onnxruntime-web, which runs anywhere, is not installed`,
    `Install it beside vaekit: ${INSTALL_WASM}`,
  );
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
}
