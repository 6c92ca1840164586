/** What a model is, written down: the choice of parts with their options, the data it was made for, how it was trained. */

import * as z from "zod";
import { Checkup, FieldFacts } from "./checkup.js";

/** A part by name with its options. */
const Part = z.looseObject({ name: z.string() });
export type PartConfig = z.infer<typeof Part>;

export const FORMAT_VERSION = 1;
/** Above this a latent is no bottleneck for anything these nets encode. */
export const MAX_LATENT = 65_536;

export const ModelConfig = z.object({
  format: z.literal("vaekit"),
  /** Version of the folder's layout; a newer one is refused. */
  formatVersion: z.int(),
  vaekitVersion: z.string(),
  schema: z.object({
    fields: z.record(z.string(), z.looseObject({ kind: z.string() })),
    /** Of a table (`TableFacts`). */
    table: z
      .object({
        columns: z.array(
          z.object({
            name: z.string(),
            role: z.enum(["field", "label", "key", "constant", "left out"]),
            type: z.enum(["text", "integer", "number", "boolean", "date", "timestamp"]),
            why: z.string(),
            value: z.string().nullable().optional(),
            before: z.string().optional(),
            blank: z.string().optional(),
          }),
        ),
        missing: z.array(z.string()),
      })
      .optional(),
  }),
  /** Latent dimensions asked of the posterior by default. */
  latent: z.int().min(1).max(MAX_LATENT),
  /** Fields that a conditional model is given: it learns the others for them. */
  given: z.array(z.string()).optional(),
  net: Part,
  posterior: Part,
  prior: Part,
  likelihoods: z.record(z.string(), Part),
  objective: Part,
  sampler: Part,
  /** Facts about the training data that parts start from, such as its mean per channel. */
  facts: z.object({
    count: z.int(),
    mean: z.record(z.string(), z.array(z.number())),
    /** More about each field; what the doctor compares with. */
    fields: z.record(z.string(), FieldFacts).optional(),
  }),
  training: z.looseObject({ seed: z.number() }),
  data: z.object({ name: z.string(), fingerprint: z.string(), count: z.int(), labels: z.array(z.string()).nullable() }),
  /** The model whose weights training started from: where it was, and the SHA-256 of its weights. */
  init: z.object({ path: z.string(), fingerprint: z.string() }).optional(),
  /** What the latents do over the records kept aside, per dimension (`eval/latents.ts`). */
  latents: z
    .object({
      records: z.int(),
      kl: z.array(z.number()).readonly(),
      mean: z.array(z.number()).readonly(),
      variance: z.array(z.number()).readonly(),
      posteriorVariance: z.array(z.number()).readonly(),
    })
    .optional(),
  /** What else was measured when training ended. That of another version is as good as none: it can be measured again. */
  checkup: Checkup.optional().catch(undefined),
  /** What "auto" decided and why, one sentence a choice. */
  choices: z.record(z.string(), z.string()),
  /** Figures of the finished model, with their protocol. */
  metrics: z.record(z.string(), z.unknown()),
});
export type ModelConfig = z.infer<typeof ModelConfig>;
