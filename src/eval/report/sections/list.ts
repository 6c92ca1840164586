/** The list of a report's sections, in their order. A new one is a file and a line here; its contents derive from it. */

import { columns } from "./columns.js";
import { dependence } from "./dependence.js";
import { doctor } from "./doctor.js";
import { figures } from "./figures.js";
import { latents } from "./latents.js";
import { privacy } from "./privacy.js";
import { protocol } from "./protocol.js";
import { reconstructions } from "./reconstructions.js";
import { samples } from "./samples.js";
import { scores } from "./scores.js";
import type { Section } from "./section.js";
import { textReconstructions } from "./text-reconstructions.js";
import { textSamples } from "./text-samples.js";
import { training } from "./training.js";
import { traversal } from "./traversal.js";
import { use } from "./use.js";
import { useRows } from "./use-rows.js";
import { useTexts } from "./use-texts.js";

export const sections: readonly Section[] = [
  figures,
  samples,
  textSamples,
  reconstructions,
  textReconstructions,
  traversal,
  columns,
  dependence,
  privacy,
  scores,
  latents,
  training,
  doctor,
  protocol,
  use,
  useRows,
  useTexts,
];
