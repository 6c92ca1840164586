/** The latent space: how much each latent carries, and where records lie in it. */

import type { ModelConfig } from "../../../model/config.js";
import { ACTIVE_VARIANCE } from "../../active-units.js";
import { classColour, klChart, MAX_CLASSES, mapChart, type Paper } from "../charts.js";
import { commandWord } from "../command.js";
import type { CodeMap, ReportFacts } from "../facts.js";
import { type Html, html, trusted } from "../html.js";
import { whole } from "../numbers.js";
import { commandLine } from "./command-line.js";
import { whichRecords } from "./reconstructions.js";
import type { Section } from "./section.js";

export const latents: Section = {
  id: "latents",
  title: "Latent space",
  render(facts, paper) {
    return html`<div class="two">${klFigure(facts, paper)}${mapFigure(facts, paper)}</div>`;
  },
};

/** Which latents the encoder uses. */
export function activity(statistics: ModelConfig["latents"]): {
  readonly known: boolean;
  readonly isActive: readonly boolean[];
  readonly active: number;
} {
  const isActive = statistics?.variance.map((variance) => variance > ACTIVE_VARIANCE) ?? [];
  return { known: statistics !== undefined, isActive, active: isActive.filter(Boolean).length };
}

function klFigure({ config }: ReportFacts, paper: Paper): Html | null {
  if (!config.latents) return null;
  const { isActive, active } = activity(config.latents);
  const { kl, records } = config.latents;
  const idle = kl.length - active;
  return html`<figure><h3>KL by latent</h3>${klChart(paper, kl, isActive)}
${legend([
  ["var(--bar)", `active (${active})`],
  ...(idle > 0 ? [["var(--idle)", `not active (${idle})`] as const] : []),
])}
<figcaption>KL from the posterior to N(0, 1), mean over ${whole(records)} records. A latent is active when the variance of its mean over records is above ${ACTIVE_VARIANCE} (Burda et al. 2016).</figcaption></figure>`;
}

function mapFigure({ map, data, config, path }: ReportFacts, paper: Paper): Html {
  const { colours, entries } = colouring(map);
  return html`<figure><h3>Map</h3>${mapChart(paper, map, colours)}
${entries.length > 0 && legend(entries)}
<figcaption>${whole(map.points.length / 2)} ${whichRecords(data)} where their posterior means lie: ${map.how}. A page to wander in: ${commandLine(`vaekit map ${commandWord(path)} ${commandWord(config.data.name)} --out map.html`)}</figcaption></figure>`;
}

interface Colouring {
  readonly colours: readonly string[];
  /** For the legend. */
  readonly entries: readonly (readonly [colour: string, name: string])[];
}

/** The commonest classes have colours of their own, in the order of their names; the rest share one. */
function colouring({ classes, names, points }: CodeMap): Colouring {
  const count = points.length / 2;
  if (!classes || names.length < 2)
    return { colours: Array.from({ length: count }, () => "var(--accent)"), entries: [] };
  const sizes = names.map(() => 0);
  for (let i = 0; i < count; i++) if (classes[i] >= 0) sizes[classes[i]]++;
  const present = names.map((_, j) => j).filter((j) => sizes[j] > 0);
  const own = [...present]
    .sort((a, b) => sizes[b] - sizes[a])
    .slice(0, MAX_CLASSES)
    .sort((a, b) => a - b);
  const colours = names.map((_, j) => classColour(own.indexOf(j)));
  const others = present.length - own.length;
  return {
    colours: Array.from({ length: count }, (_, i) => (classes[i] < 0 ? classColour(-1) : colours[classes[i]])),
    entries: [
      ...own.map((j) => [colours[j], names[j]] as const),
      ...(others > 0 ? [[classColour(-1), `${others} more`] as const] : []),
    ],
  };
}

/** Colours with their names. */
export function legend(entries: readonly (readonly [colour: string, name: string])[]): Html {
  return html`<ul class="legend">${entries.map(
    ([colour, name]) =>
      html`<li>${trusted(`<svg viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="${colour}"/></svg>`)}${name}</li>`,
  )}</ul>`;
}
