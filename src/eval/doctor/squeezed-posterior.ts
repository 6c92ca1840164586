/**
 * A mean or log-variance that an activation or a clip holds back, as `Dense(2 * latent, relu)` of many tutorials does: then
 * no mean is below 0 and sigma never below the prior's 1, and the encoder can say little about a record. Told by the values
 * alone: those of several latents pile up at one and the same end, or all lie on one side of 0.
 */

import type { Checkup, Pile, Reach } from "../../model/checkup.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Latents that must share an end: by chance two may, a quarter of all do not. */
const LEAST_LATENTS = 2;
const LEAST_LATENTS_SHARE = 0.25;
/** A lone latent is judged by where activations end: sigmoid and ReLU at 0, tanh and sigmoid at 1, tanh at -1. */
const ENDS = [-1, 0, 1];
const AT_END = 1e-2;
/** Means that end within -1..1 are a tanh's when typical latents reach this far on both sides; others reach over 2. */
const NEARLY_ONE = 0.8;
const LEAST_LATENTS_WITHIN = 3;
/** Means that reach less far than this have collapsed rather than been squeezed; the prior's reach over 6. */
const LEAST_REACH_MU = 0.5;
/** Log-variances of a latent that says anything move more than this. */
const LEAST_REACH_LOGVAR = 0.05;

interface Squeeze {
  readonly what: string;
  readonly evidence: string;
  readonly healthy: string;
}

export const squeezedPosterior = check({
  name: "squeezed-posterior",
  summary: "a mean or log-variance held back by an activation",
  needs: ["checkup"],
  look(patient, { checkup }) {
    const { config } = patient;
    const mean = meanSqueeze(checkup);
    const found = [mean, logvarSqueeze(checkup, mean !== null)].filter((squeeze) => squeeze !== null);
    if (found.length === 0) return null;
    return {
      code: "squeezed-posterior",
      severity: "fault",
      problem: `An activation or a clip holds back the posterior's ${found.map(({ what }) => what).join(" and its ")}: the encoder cannot say what it sees.`,
      evidence: `${found.map(({ evidence }) => evidence).join("; ")} (${checkup.records} records)`,
      reference: found.map(({ healthy }) => healthy).join("; "),
      remedy: `Take the activation off the last layer of posterior "${config.posterior.name}", or take vaekit's own: ${fitCommand(patient, {})}`,
    };
  },
});

function meanSqueeze({ mu }: Checkup): Squeeze | null {
  const what = "mean";
  const healthy = "means of both signs, no value taken twice";
  const pile = pileIn(mu);
  if (pile) return { what, evidence: pileText("means", pile, mu), healthy };
  if (mu.varying === 0 || mu.most - mu.least < LEAST_REACH_MU) return null;
  if (isWithinOne(mu))
    return {
      what,
      evidence: `no mean beyond -1..1, which typical latents reach: ${number(mu.typicalLeast)}..${number(mu.typicalMost)}`,
      healthy,
    };
  if (mu.least < 0 && mu.most > 0) return null;
  const side = mu.least >= 0 ? "below" : "above";
  return { what, evidence: `no mean ${side} 0: all within ${number(mu.least)}..${number(mu.most)}`, healthy };
}

function isWithinOne({ varying, least, most, typicalLeast, typicalMost }: Reach): boolean {
  const within = least >= -1 && most <= 1;
  return within && varying >= LEAST_LATENTS_WITHIN && typicalLeast < -NEARLY_ONE && typicalMost > NEARLY_ONE;
}

/** `meansToo`: then log-variances that are 0 for every record are the work of the same activation; else none may be there. */
function logvarSqueeze({ logvar }: Checkup, meansToo: boolean): Squeeze | null {
  const what = "log-variance";
  const healthy = "log-variances below 0 for what a record shows, no value taken twice";
  const pile = pileIn(logvar);
  if (pile) return { what, evidence: pileText("log-variances", pile, logvar), healthy };
  if (logvar.varying === 0 && meansToo)
    return { what, evidence: "every log-variance is the same for all records", healthy };
  // Below 0 on all sides is what a latent in use looks like; above 0 on all sides sigma is never below the prior's.
  if (logvar.varying === 0 || logvar.most - logvar.least < LEAST_REACH_LOGVAR || logvar.least < 0) return null;
  const range = `${number(logvar.least)}..${number(logvar.most)}`;
  return { what, evidence: `no log-variance below 0 (sigma never below 1): all within ${range}`, healthy };
}

/** The pile that is no accident. */
function pileIn({ varying, below, above }: Reach): Pile | null {
  const enough = (pile: Pile | null): boolean => {
    if (!pile) return false;
    if (varying === 1) return ENDS.some((end) => Math.abs(pile.at - end) < AT_END);
    return pile.latents >= Math.max(LEAST_LATENTS, LEAST_LATENTS_SHARE * varying);
  };
  return [below, above].filter(enough).sort((a, b) => b!.latents * b!.share - a!.latents * a!.share)[0] ?? null;
}

function pileText(what: string, { at, latents, share }: Pile, { varying }: Reach): string {
  return `${(share * 100).toFixed(0)} % of the ${what} of ${latents} of ${varying} latents lie at ${number(at)}`;
}

/** @example number(-0.0000001) // "0" */
function number(value: number): string {
  return String(Number(value.toFixed(3)) + 0);
}
