/** The data sources that run anywhere. */

import type { Source } from "../../host.js";
import { idxSource } from "./idx.js";
import { npySource } from "./npy.js";
import { npzSource } from "./npz.js";

export const arraySources: readonly Source[] = [idxSource, npySource, npzSource];
