/** The Host that a page or its worker has: files in memory, sources and sinks that need no system, devices of a browser. */

import { arrayPictureSinks, tableSinks } from "../data/sinks/all.js";
import { arraySources } from "../data/sources/all.js";
import { VaekitError } from "../errors.js";
import type { Files, Host } from "../host.js";
import { deviceNames, openDevice, type WasmPaths } from "./devices.js";
import { memoryFiles } from "./memory-files.js";
import { pngSink } from "./png-sink.js";
import { urlSource } from "./sources/url.js";

export interface BrowserHostOptions {
  /** Default: an empty disk in memory. */
  readonly files?: Files;
  readonly wasmPaths?: WasmPaths;
}

/** A host for this page. Each call has files of its own, unless they are given. */
export function browserHost({ files = memoryFiles(), wasmPaths }: BrowserHostOptions = {}): Host {
  return {
    name: "browser",
    files,
    sources: [urlSource, ...arraySources],
    pictureSinks: [pngSink, ...arrayPictureSinks],
    tableSinks,
    devices: deviceNames,
    engine: (device, options = {}) => openDevice(device, options, wasmPaths),
    digest,
  };
}

/** E_DEVICE on a page that came over plain HTTP from elsewhere: browsers compute no digests there. */
async function digest(bytes: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    const hint = "Serve the page over HTTPS, or open it at localhost.";
    throw new VaekitError("E_DEVICE", "this page is no secure context, so the browser computes no SHA-256", hint);
  }
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
