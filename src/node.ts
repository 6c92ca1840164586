/** vaekit in Node: data by address, the host, devices. `import { open } from "vaekit/node"` */

import type { Dataset, OpenOptions } from "./data/dataset.js";
import { openDataset } from "./data/open.js";
import { nodeHost } from "./node/host.js";
import type { Engine, EngineOptions } from "./runtime/engine.js";

export type { Dataset, OpenOptions } from "./data/dataset.js";
export type { Host } from "./host.js";
export type { Engine, EngineOptions } from "./runtime/engine.js";
export { nodeHost };

/**
 * Opens data by its address, SOURCE[#PART][/INDEX]: `x.csv`, `mnist#test`, a folder or .zip of pictures, IDX, .npy, .npz#KEY.
 * Pictures are [n, H, W, C] bytes. E_PATH where there is nothing, E_UNKNOWN for a misspelt data set, E_DATA and E_FILE
 * for data that cannot be used.
 *
 * @example const data = await open("faces/", { size: 64, channels: 3, limit: 10_000 });
 */
export function open(address: string, options: OpenOptions = {}): Promise<Dataset> {
  return openDataset(address, options, nodeHost());
}

/** An engine on a device of this machine. E_DEVICE where there is no such device. @example await device("cpu", { threads: 2 }) */
export function device(name = "cpu", options: EngineOptions = {}): Promise<Engine> {
  return nodeHost().engine(name, options);
}
