/** The list of what a map can be written as. A new form is a file and a line here. */

import { sinkFor } from "../../data/sinks/write.js";
import type { Host } from "../../host.js";
import type { MapOutput } from "./output.js";
import { pageOutput } from "./page.js";
import { pictureOutput } from "./picture.js";

export const mapOutputs: readonly MapOutput[] = [pageOutput, pictureOutput];

/** The form that bids for a path's extension. E_OUT where none does. */
export function mapOutputFor(path: string, host: Host): MapOutput {
  const bids = mapOutputs.map((output) => ({ output, extensions: output.extensions(host) }));
  return sinkFor(path, bids, "a map").output;
}
