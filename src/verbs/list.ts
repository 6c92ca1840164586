/** The list of verbs. A new verb is a file and a line here; commands, routes and forms derive from it. */

import { decode } from "./decode.js";
import { demo } from "./demo.js";
import { direction } from "./direction.js";
import { encode } from "./encode.js";
import { evaluateVerb } from "./evaluate.js";
import { fit } from "./fit.js";
import { info } from "./info.js";
import { interpolate } from "./interpolate.js";
import { map } from "./map.js";
import { neighbors } from "./neighbors.js";
import { reconstruct } from "./reconstruct.js";
import { sample } from "./sample.js";
import { score } from "./score.js";
import type { Verb } from "./verb.js";

export const verbs: readonly Verb[] = [
  fit,
  sample,
  reconstruct,
  interpolate,
  encode,
  decode,
  evaluateVerb,
  score,
  map,
  neighbors,
  direction,
  info,
  demo,
] as readonly Verb[];
