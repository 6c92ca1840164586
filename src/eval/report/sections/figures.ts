/** Key figures with their protocol, and the doctor's verdict in a line. */

import type { ReportFacts } from "../facts.js";
import { type Html, html } from "../html.js";
import { counted, duration, nats, percent, whole } from "../numbers.js";
import { activity } from "./latents.js";
import { whichRecords } from "./reconstructions.js";
import type { Section } from "./section.js";

export const figures: Section = {
  id: "figures",
  title: "Key figures",
  render(facts) {
    const { config, history, table, texts } = facts;
    const { active, known } = activity(config.latents);
    const { negativeElbo, reconstruction, kl, protocol } = keyFigures(facts);
    const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
    const { bestEpoch } = config.metrics;
    const best = typeof bestEpoch === "number" ? `the best of them was epoch ${bestEpoch}` : "times through the data";
    const tiles = [
      tile("−ELBO", nats(negativeElbo), "nats per record; lower is better"),
      tile("Reconstruction", nats(reconstruction), "its part of the −ELBO"),
      tile("KL", nats(kl), "the other part: what codes tell"),
      known && tile("Active latents", `${active} of ${config.latent}`, "those that the decoder uses"),
      ...(history.length > 0
        ? [
            tile("Epochs", whole(history.length), best),
            tile("Training time", duration(seconds), `${duration(seconds / history.length)} per epoch`),
          ]
        : []),
      ...(table
        ? [
            tile("Columns", percent(table.figures.shapeError), "off in the mean: rows drawn beside real ones"),
            tile("Pairs of columns", percent(table.figures.pairError), "off in the mean: how they go together"),
          ]
        : []),
      ...(texts
        ? [
            tile("Perplexity", nats(texts.elboPerplexity), `by −ELBO, of ${whole(texts.tokens)} tokens`),
            tile("Information", nats(texts.mutualInformation), "nats by which codes tell texts apart"),
          ]
        : []),
    ].filter((shown) => shown !== false);
    return html`<dl class="tiles" style="--tiles: ${across(tiles.length)}">
${tiles}
</dl>
<p class="note">${protocol}${negativeElbo < 0 && NEGATIVE}</p>
${verdict(facts)}`;
  },
};

/** Tiles in a row, so that the last row is as full as may be. */
function across(tiles: number): number {
  return tiles % 4 === 0 && tiles > 4 ? 4 : tiles % 3 === 0 ? 3 : 2;
}

/** What readers of negative nats ask. */
const NEGATIVE = " Values below zero are fine: a density may be above 1.";

function tile(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`;
}

interface KeyFigures {
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly protocol: string;
}

/** As training measured them on all records kept aside; on other data, or where none were kept aside, as the report did. */
export function keyFigures({ config, records, data }: ReportFacts): KeyFigures {
  const { negativeElbo, reconstruction, kl, protocol } = config.metrics;
  if (data.kind === "kept aside" && typeof negativeElbo === "number") {
    return {
      negativeElbo,
      reconstruction: Number(reconstruction),
      kl: Number(kl),
      protocol: `Protocol: ${String(protocol)}.`,
    };
  }
  const which = data.kind === "training" ? "records it was trained on; none were kept aside" : whichRecords(data);
  const chosen = data.measured < data.count ? `${whole(data.measured)} of ${whole(data.count)}` : whole(data.count);
  const then =
    data.kind === "other" && typeof negativeElbo === "number"
      ? ` When trained on ${config.data.name}: −ELBO ${nats(negativeElbo)} (${String(protocol)}).`
      : "";
  return {
    ...records,
    protocol: `Protocol: ${chosen} ${which}, ${counted(records.draws, "draw")} per record, beta 1, seed ${data.seed}, nats per record.${then}`,
  };
}

function verdict({ findings }: ReportFacts): Html {
  if (findings.length === 0) return html`<p class="verdict well">The doctor found nothing amiss.</p>`;
  const [{ severity, problem }] = findings;
  const more = findings.length > 1 ? ` ${counted(findings.length - 1, "more finding")} below.` : "";
  return html`<p class="verdict ${severity}">The doctor: ${problem}${more} <a href="#doctor">What to do</a></p>`;
}
