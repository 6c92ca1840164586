/** The list of results. A new one is a file and a line here; a later one sees the files of those before it. */

import { calibration } from "./calibration.js";
import { landmarks } from "./landmarks.js";
import { reconstructions } from "./reconstructions.js";
import { report } from "./report.js";
import type { Result } from "./result.js";
import { samples } from "./samples.js";
import { traversal } from "./traversal.js";

export const results: readonly Result[] = [samples, reconstructions, traversal, landmarks, calibration, report];
