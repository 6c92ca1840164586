/** What is measured of a finished model on records, and kept in its configuration, so that the doctor can judge without them. */

import * as z from "zod";

/** Values that lie at one end of what their latent reaches, as an activation or a clip leaves them. */
const Pile = z.object({
  /** The end, the same for these latents. */
  at: z.number(),
  latents: z.int(),
  /** Mean share of a latent's values that lie there. */
  share: z.number(),
});
export type Pile = z.infer<typeof Pile>;

/** How far the posterior's means, or its log-variances, reach over records and latents. Latents that never vary are left out. */
const Reach = z.object({
  varying: z.int(),
  /** Of all values; and of a typical latent, the median over latents. */
  least: z.number(),
  most: z.number(),
  typicalLeast: z.number(),
  typicalMost: z.number(),
  /** Values that pile up at the lower, at the upper end. */
  below: Pile.nullable(),
  above: Pile.nullable(),
});
export type Reach = z.infer<typeof Reach>;

/** What is measured of models of tables alone. */
const RowsCheckup = z.object({
  /** -log p(x|z) by column, mean over records, nats. */
  nats: z.record(z.string(), z.number()),
  /** Rows drawn, and common labels that none of them has, with their share of the training records. */
  drawn: z.int(),
  neverDrawn: z.array(z.object({ column: z.string(), label: z.string(), share: z.number() })),
  /** Records looked at, and how many of them equal one before. */
  records: z.int(),
  repeated: z.int(),
});
export type RowsCheckup = z.infer<typeof RowsCheckup>;

/** What is measured of models of texts: whether the decoder asks the latents. */
const LatentUse = z.object({
  records: z.int(),
  /** -log p(x|z), mean over records, nats: z drawn from a record's own posterior, and from another record's. */
  own: z.number(),
  swapped: z.number(),
  /** I(x; z) over these records, nats. */
  mutualInformation: z.number(),
});
export type LatentUse = z.infer<typeof LatentUse>;

export const Checkup = z.object({
  /** Records measured on. */
  records: z.int(),
  mu: Reach,
  logvar: Reach,
  /** KL(N(m, S) || N(0, I)) with mean and covariance of the aggregate posterior, less what chance adds, nats. */
  aggregateDivergence: z.number(),
  /** ReLU layers by name: their units (a convolution's channels), and how many were 0 for every record. */
  layers: z.record(z.string(), z.object({ units: z.int(), silent: z.int() })),
  fields: z.record(
    z.string(),
    z.object({
      /** E_q (x - mean of p(x|z))^2, mean over values and records. */
      residual: z.number(),
      /** The variance p(x|z) gives a value, mean over values and records; null: its likelihood has no spread. */
      variance: z.number().nullable(),
      /** Share of the values whose spread is held at its smallest, at its largest. */
      atLeast: z.number(),
      atMost: z.number(),
    }),
  ),
  /** Records kept aside that are among the training records too, byte for byte; null: none are kept aside, or not looked. */
  copies: z.object({ aside: z.int(), copies: z.int(), example: z.string().nullable() }).nullable(),
  rows: RowsCheckup.optional(),
  latentUse: LatentUse.optional(),
});
export type Checkup = z.infer<typeof Checkup>;

/** What was seen in the training data of one field, beside its mean. */
export const FieldFacts = z.object({
  /** Over all values and records. */
  variance: z.number(),
  /** Share of values between .1 and .9 of the range. */
  greyShare: z.number(),
  /** Largest eigenvalue of the covariance of the values: the variance along the first principal component. */
  largestEigenvalue: z.number(),
});
export type FieldFacts = z.infer<typeof FieldFacts>;
