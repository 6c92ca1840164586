/** All that a report tells, as plain values: what makes a page of them needs no model, no data and no files. */

import type { LatentUse } from "../../model/checkup.js";
import type { ModelConfig } from "../../model/config.js";
import type { Finding } from "../doctor/finding.js";
import type { EpochRecord } from "../history.js";
import type { TableFigures } from "../tables/compare.js";
import type { Marginal } from "../tables/marginals.js";

/** The address of a picture that is in the page itself. */
export type DataUri = string;

/** A record, and what the model makes of it. */
export interface ShownRecord {
  readonly id: string;
  readonly original: DataUri;
  readonly reconstruction: DataUri;
  /** Its -ELBO, nats. */
  readonly negativeElbo: number;
}

/** Records that have something in common: "best explained". */
export interface RecordGroup {
  readonly name: string;
  readonly records: readonly ShownRecord[];
}

/** How well single records are explained. */
export interface RecordFigures {
  /** Mean over records, nats. */
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  /** Quantiles of the -ELBO: 0.05, 0.25, 0.5, 0.75, 0.95. */
  readonly quantiles: readonly number[];
  readonly draws: number;
}

/** Codes of records in the plane. */
export interface CodeMap {
  /** [count, 2]. */
  readonly points: Float32Array;
  /** Class per point, -1 for none; null: the data has none. */
  readonly classes: ArrayLike<number> | null;
  readonly names: readonly string[];
  readonly axes: readonly [x: string, y: string];
  /** How they came there: "PCA of 20 latents, 27 % of variance". */
  readonly how: string;
}

/** A walk along a latent, its pictures side by side. */
export interface ShownWalk {
  readonly name: string;
  readonly note: string;
  readonly strip: DataUri;
}

/** How strongly columns go together, of rows that are real and of rows drawn. */
export interface AssociationMaps {
  readonly columns: readonly string[];
  /** [columns, columns], 0..1. */
  readonly real: Float64Array;
  readonly synthetic: Float64Array;
}

/** What is told of a table: aggregates, never rows. */
export interface TableReport {
  readonly columns: number;
  readonly figures: TableFigures;
  /** Of columns that can be shown without telling of single rows, the worst first; not of all where there are many. */
  readonly marginals: readonly Marginal[];
  readonly associations: AssociationMaps;
  /** Which rows were drawn, and with which they were compared. */
  readonly protocol: { readonly synthetic: string; readonly real: string };
  /** What records kept aside score, ascending, and in which unit; null where the model is not calibrated. */
  readonly scores: { readonly values: readonly number[]; readonly unit: string } | null;
}

/** A text, and what the model makes of it. */
export interface ShownText {
  readonly id: string;
  readonly original: string;
  readonly reconstruction: string;
  /** Its -ELBO by its tokens, nats. */
  readonly perToken: number;
}
export interface TextGroup {
  readonly name: string;
  readonly records: readonly ShownText[];
}

/** What is told of texts. */
export interface TextReport {
  /** Empty in a report without records, as are the groups. */
  readonly samples: readonly string[];
  readonly groups: readonly TextGroup[];
  /** Of the records that were looked at, ends counted. */
  readonly tokens: number;
  /** exp(-ELBO / tokens) over those records. */
  readonly elboPerplexity: number;
  /** I(x; z) over them, nats. */
  readonly mutualInformation: number;
  readonly rebuilt: { readonly records: number; readonly tokenAccuracy: number; readonly bleu: number };
  /** As the doctor measured it; null where it did not. */
  readonly latentUse: LatentUse | null;
  /** What records kept aside score, ascending, and in which unit; null where the model is not calibrated. */
  readonly scores: TableReport["scores"];
}

export interface ReportFacts {
  readonly config: ModelConfig;
  /** How commands call the model. */
  readonly path: string;
  readonly parameters: number;
  /** When the report was made, and by which version. */
  readonly madeOn: Date;
  readonly madeBy: string;
  /** What trained the model; null where that is not known. */
  readonly run: { readonly device: string; readonly threads: number } | null;
  /** Empty where the folder tells nothing of it. */
  readonly history: readonly EpochRecord[];
  /** What the records are. @example "grey pictures of 28 × 28", "rows of 15 columns" */
  readonly what: string;
  /** Size of the pictures; null where records are none. */
  readonly picture: { readonly height: number; readonly width: number; readonly channels: number } | null;
  /** Null where records are no rows. */
  readonly table: TableReport | null;
  /** Null where records are more than texts. */
  readonly texts: TextReport | null;
  /** The records that were looked at. */
  readonly data: {
    readonly name: string;
    /** How many, of how many. */
    readonly measured: number;
    readonly count: number;
    /** Of the training data: those that were kept aside from it, or all where none were. Else other data. */
    readonly kind: "kept aside" | "training" | "other";
    readonly seed: number;
  };
  readonly records: RecordFigures;
  /** Empty in a report without records. */
  readonly groups: readonly RecordGroup[];
  readonly samples: readonly DataUri[];
  readonly walks: readonly ShownWalk[];
  /** Standard deviations to either side that the walks go. */
  readonly walkRange: number;
  readonly map: CodeMap;
  readonly findings: readonly Finding[];
  /** No pictures of records are to be shown. */
  readonly isPrivate: boolean;
}
