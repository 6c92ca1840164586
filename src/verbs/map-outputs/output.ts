/** What a map can be written as: each form is made by one file of this folder. */

import type { Host } from "../../host.js";
import type { LatentMap } from "../map.js";

export interface MapOutput {
  readonly name: string;
  /** Lower-case extensions with the dot; "/" for folders. */
  extensions(host: Host): readonly string[];
  /** What `--out` may be, for the help. */
  readonly form: string;
  /** More records than this cannot be shown. */
  readonly maxRecords: number;
  write(path: string, map: LatentMap, host: Host): Promise<void>;
}
