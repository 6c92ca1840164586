/**
 * A decoder that writes texts without asking the latents: the words before are enough for it, so that z tells nothing (Bowman et al.
 * 2016). Told by what it loses when z is another record's, which free bits cannot hide: they keep up a KL that says nothing.
 */

import { ACTIVE_VARIANCE } from "../active-units.js";
import { activeLatents } from "../latents.js";
import { fitCommand } from "./command.js";
import { check } from "./finding.js";

/** Swapping latents costs at least so many nats a record, and this share of what the record costs. */
const LEAST_NATS = 1;
const LEAST_SHARE = 0.01;

/** What is tried: each works by itself, and they go together. */
const PRETRAIN_SHARE = 0.25;
const LEAST_FREE_BITS = 0.5;
const WORD_DROPOUT = 0.3;
const CYCLES = 4;

export const ignoredLatents = check({
  name: "decoder-ignores-latents",
  summary: "texts that cost no more when they are written from another record's latents",
  form: "text",
  needs: ["latentUse", "latents"],
  look(patient, { latentUse: { own, swapped, mutualInformation, records }, latents }) {
    const least = Math.max(LEAST_NATS, LEAST_SHARE * own);
    if (swapped - own >= least) return null;
    const { training, objective, net } = patient.config;
    const more = Number((swapped - own).toFixed(2)) + 0; // no -0
    const epochs = Number(training.epochs ?? 0);
    const kl = latents.kl.reduce((sum, value) => sum + value, 0);
    const active = activeLatents(latents, ACTIVE_VARIANCE).length;
    return {
      code: "decoder-ignores-latents",
      severity: "fault",
      problem: "The decoder ignores the latents: it writes a text as well from those of another one.",
      evidence: `another record's latents cost ${more.toFixed(2)} nats more than a record's own ${own.toFixed(1)}, over ${records} records; KL ${kl.toFixed(2)} nats, of which ${mutualInformation.toFixed(2)} tell records apart; ${active} of ${latents.kl.length} latents active`,
      reference: `at least ${least.toFixed(1)} nats more`,
      remedy: `Let the encoder learn first, and the decoder need it: ${fitCommand(patient, {
        pretrain: Math.max(1, Number(training.pretrain ?? 0), Math.round(PRETRAIN_SHARE * epochs)),
        "free-bits": Math.max(LEAST_FREE_BITS, 2 * Number(objective.freeBits ?? 0)),
        "word-dropout": Math.max(WORD_DROPOUT, Number(net.wordDropout ?? 0)),
        cycles: Math.max(CYCLES, Number(training.cycles ?? 1)),
      })}`,
    };
  },
});
