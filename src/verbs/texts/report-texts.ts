/** Gathers what a report tells of texts: some drawn, some beside what the model makes of them, and figures. */

import { mutualInformation } from "../../eval/mutual-information.js";
import type { RecordTerms } from "../../eval/record-terms.js";
import type { TextGroup, TextReport } from "../../eval/report/facts.js";
import { bleu } from "../../eval/text/bleu.js";
import { tokenAccuracy } from "../../eval/text/token-accuracy.js";
import { textTokens } from "../../eval/text-tokens.js";
import { fieldsOf } from "../../fields/list.js";
import { rankedGroups } from "../ranked-groups.js";
import type { FormFacts, Looked } from "../report-facts.js";
import { type TextPair, textPairs } from "./reconstruct.js";
import { drawTexts } from "./sample.js";
import { textFields } from "./write-texts.js";

const SAMPLES = 12;
/** Records in each group of reconstructions, and those that accuracy is measured on. */
const SHOWN = 4;
const REBUILT = 200;
/** Characters of a text that are shown. */
const MOST_SHOWN = 500;

export async function textFacts(looked: Looked, terms: RecordTerms): Promise<FormFacts> {
  const { config } = looked;
  const tokens = textFields(config).map(({ kind, schema }) => kind.ragged!.count(schema));
  return {
    what: `texts of ${Math.max(...tokens).toLocaleString("en")} different tokens`,
    picture: null,
    groups: [],
    samples: [],
    walks: [],
    walkRange: 0,
    table: null,
    texts: await textReport(looked, terms),
  };
}

async function textReport(looked: Looked, { negativeElbo }: RecordTerms): Promise<TextReport> {
  const { config, runner, data, measured, mu, logvar, seed, calibration, isPrivate } = looked;
  const lengths = textTokens(await data.read(measured), fieldsOf(config.schema))!;
  const tokens = lengths.reduce((sum, own) => sum + own, 0);
  const nats = negativeElbo.reduce((sum, own) => sum + own, 0);
  const pairs = await textPairs(runner, data, measured.subarray(0, REBUILT));
  const [originals, rebuilt] = [pairs.map((pair) => pair.tokens), pairs.map((pair) => pair.rebuilt)];
  return {
    samples: isPrivate ? [] : await shownSamples(looked),
    groups: isPrivate
      ? []
      : await shownGroups(
          looked,
          Float64Array.from(negativeElbo, (own, i) => own / lengths[i]),
        ),
    tokens,
    elboPerplexity: Math.exp(nats / tokens),
    mutualInformation: mutualInformation({ mu, logvar, count: measured.length, width: runner.latent }, seed),
    rebuilt: {
      records: Math.min(REBUILT, measured.length),
      tokenAccuracy: tokenAccuracy(originals, rebuilt),
      bleu: bleu(
        rebuilt,
        originals.map((text) => [text]),
      ),
    },
    latentUse: config.checkup?.latentUse ?? null,
    scores: calibration && { values: calibration.nats, unit: "nats" },
  };
}

async function shownSamples({ runner, seed }: Looked): Promise<string[]> {
  const request = { count: SAMPLES, seed, temperature: 1, tokenTemperature: 1, topP: 1 };
  const samples: string[] = [];
  for await (const block of drawTexts(runner, request)) {
    const fields = Object.values(block);
    samples.push(...fields[0].map((_, row) => shown(fields.map((texts) => texts[row]).join("\n"))));
  }
  return samples;
}

/** The records whose tokens are explained best, those in the middle, and the worst ones, the worst first. */
async function shownGroups({ runner, data, measured }: Looked, perToken: Float64Array): Promise<TextGroup[]> {
  const found: TextGroup[] = [];
  for (const { name, places } of rankedGroups(perToken, SHOWN)) {
    const pairs = await textPairs(
      runner,
      data,
      Uint32Array.from(places, (i) => measured[i]),
    );
    const records = places.map((i, row) => {
      const own = pairs.filter((_, place) => place % places.length === row); // field by field
      const joined = (text: (pair: TextPair) => string) => shown(own.map(text).join("\n"));
      return {
        id: own[0].id,
        original: joined(({ original }) => original),
        reconstruction: joined(({ reconstruction }) => reconstruction),
        perToken: perToken[i],
      };
    });
    found.push({ name, records });
  }
  return found;
}

function shown(text: string): string {
  const characters = [...text];
  return characters.length <= MOST_SHOWN ? text : `${characters.slice(0, MOST_SHOWN).join("")}…`;
}
