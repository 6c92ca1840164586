/** The list of a report's sections, in their order. A new one is a file and a line here; its contents derive from it. */

import { doctor } from "./doctor.js";
import { figures } from "./figures.js";
import { latents } from "./latents.js";
import { protocol } from "./protocol.js";
import { reconstructions } from "./reconstructions.js";
import { samples } from "./samples.js";
import type { Section } from "./section.js";
import { training } from "./training.js";
import { traversal } from "./traversal.js";
import { use } from "./use.js";

export const sections: readonly Section[] = [
  figures,
  samples,
  reconstructions,
  traversal,
  latents,
  training,
  doctor,
  protocol,
  use,
];
