/** vaekit in a browser: data by address, files that come and go as archives or directories, devices. */

import { packFolder as pack, unpackFolder as unpack } from "./browser/archive.js";
import { defaultHost } from "./browser/default-host.js";
import { readDirectory as read, writeDirectory as write } from "./browser/directory.js";
import { type BrowserHostOptions, browserHost } from "./browser/host.js";
import { memoryFiles } from "./browser/memory-files.js";
import type { Dataset, OpenOptions } from "./data/dataset.js";
import { openDataset } from "./data/open.js";
import type { Host } from "./host.js";
import type { Engine, EngineOptions } from "./runtime/engine.js";

export type { WasmPaths } from "./browser/devices.js";
export type { Dataset, OpenOptions } from "./data/dataset.js";
export type { Files, Host } from "./host.js";
export { Vae } from "./vae.js";
export type { Engine, EngineOptions };
export { type BrowserHostOptions, browserHost, defaultHost, memoryFiles };

/**
 * Opens data by its address: a URL, or the path of a file that was written into the host's files (IDX, .npy, .npz#KEY, a
 * folder of IDX files). E_PATH where there is nothing, E_DATA and E_FILE for data that cannot be used.
 *
 * @example
 * await defaultHost().files.write("faces.npy", new Uint8Array(await file.arrayBuffer()));
 * const data = await open("faces.npy");
 */
export function open(address: string, options: OpenOptions = {}, host: Host = defaultHost()): Promise<Dataset> {
  return openDataset(address, options, host);
}

/** An engine on a device of this browser. E_DEVICE where there is no such device. */
export function device(name: string, options: EngineOptions = {}, host: Host = defaultHost()): Promise<Engine> {
  return host.engine(name, options);
}

/**
 * The .zip archive of a saved model: unpacked anywhere it is that folder again, which the command line opens.
 *
 * @example
 * await vae.save("mnist");
 * const url = URL.createObjectURL(new Blob([await packFolder("mnist")]));
 */
export function packFolder(folder: string, host: Host = defaultHost()): Promise<Uint8Array> {
  return pack(folder, host.files);
}

/** Unpacks an archive into `folder`, for `Vae.load(folder)`. E_FILE, naming `name`, where it is damaged or empty. */
export function unpackFolder(
  archive: Uint8Array,
  folder: string,
  { name, host = defaultHost() }: { readonly name?: string; readonly host?: Host } = {},
): Promise<void> {
  return unpack(archive, folder, host.files, name);
}

/** Copies a directory (of showDirectoryPicker, or of the browser's own store) into `folder`, for `Vae.load(folder)`. */
export function readDirectory(
  directory: FileSystemDirectoryHandle,
  folder: string,
  host: Host = defaultHost(),
): Promise<void> {
  return read(directory, folder, host.files);
}

/** Copies a saved model into a directory. E_OUT where it holds something that is no model, or cannot be written. */
export function writeDirectory(
  folder: string,
  directory: FileSystemDirectoryHandle,
  host: Host = defaultHost(),
): Promise<void> {
  return write(folder, directory, host.files);
}
