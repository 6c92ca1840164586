/** The list of verbs, by what they are for. A new verb is a file and a line here; commands, routes and forms derive from it. */

import { decode } from "./decode.js";
import { demo } from "./demo.js";
import { direction } from "./direction.js";
import { doctor } from "./doctor.js";
import { encode } from "./encode.js";
import { evaluateVerb } from "./evaluate.js";
import { exportVerb } from "./export.js";
import { fit } from "./fit.js";
import { impute } from "./impute.js";
import { info } from "./info.js";
import { interpolate } from "./interpolate.js";
import { map } from "./map.js";
import { neighbors } from "./neighbors.js";
import { reconstruct } from "./reconstruct.js";
import { report } from "./report.js";
import { sample } from "./sample.js";
import { schema } from "./schema.js";
import { score } from "./score.js";
import { traverse } from "./traverse.js";
import type { Verb } from "./verb.js";

/** Headings of the overview with their verbs, in the order in which they are shown. */
export const verbGroups = {
  Train: [fit, schema, demo],
  Generate: [sample, impute, reconstruct, interpolate, decode],
  Explore: [encode, map, traverse, neighbors, direction],
  Judge: [evaluateVerb, score, doctor, report, info],
  "Use elsewhere": [exportVerb],
} as unknown as Readonly<Record<string, readonly Verb[]>>;

export const verbs: readonly Verb[] = Object.values(verbGroups).flat();
