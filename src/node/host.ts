/** The Host that Node gives: the disk, sources and sinks of data, and devices. Native modules load when they are used. */

import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { arrayPictureSinks, tableSinks } from "../data/sinks/all.js";
import { arraySources } from "../data/sources/all.js";
import { VaekitError } from "../errors.js";
import type { Host } from "../host.js";
import { checkDevice } from "../runtime/devices.js";
import type { Engine, EngineOptions } from "../runtime/engine.js";
import { INSTALL_WASM } from "../runtime/ort-start.js";
import { ortWeb } from "../runtime/ort-web.js";
import { MAX_WASM_THREADS } from "../runtime/threads.js";
import { nodeFiles } from "./files.js";
import { parquetSink } from "./sinks/parquet.js";
import { gifSink, pngSink, webpSink } from "./sinks/picture-files.js";
import { pngFolderSink } from "./sinks/png-folder.js";
import { folderSource } from "./sources/folder.js";
import { listSource } from "./sources/list.js";
import { npmSource } from "./sources/npm.js";
import { pictureFileSource } from "./sources/picture-file.js";
import { tableSource } from "./sources/table.js";
import { textSource } from "./sources/text.js";
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
    sources: [
      npmSource,
      ...arraySources,
      folderSource,
      pictureFileSource,
      zipSource,
      tableSource,
      textSource,
      listSource,
    ],
    pictureSinks: [pngSink, gifSink, webpSink, pngFolderSink, ...arrayPictureSinks],
    tableSinks: [...tableSinks, parquetSink],
    devices: DEVICES,
    async engine(device, options) {
      checkDevice(device, DEVICES);
      if (device === "wasm") return wasm(options);
      const native = await loadNative().catch(firstLine);
      if (typeof native === "object") return native.ortNode(options);
      const engine = await wasm(options).catch((error: VaekitError) => {
        throw error.code === "E_DEVICE" ? nothingToComputeWith(native) : error;
      });
      options?.onNotice?.(
        `the native engine does not load here (${native}): computing in WebAssembly, which takes several times as long`,
      );
      return engine;
    },
    memory: () => process.resourceUsage().maxRSS * 1024,
    digest: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
  };
}

/** WebAssembly on as many threads as there are cores, at most 4. */
async function wasm(options: EngineOptions = {}): Promise<Engine> {
  const { debugHooks } = await import("./debug.js");
  const threads = options.threads ?? Math.min(availableParallelism(), MAX_WASM_THREADS);
  return ortWeb({ ...options, threads, hooks: debugHooks() });
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
