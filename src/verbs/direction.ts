/** Finds the direction in latent space along which an attribute changes. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { parseWhere, select, type Where } from "../data/where.js";
import { VaekitError } from "../errors.js";
import type { Counts } from "../eval/direction.js";
import { modelFingerprint } from "../model/fingerprint.js";
import type { Runner } from "../model/runner.js";
import { encodeDataset } from "./encode.js";
import { figuresText } from "./figures.js";
import { look } from "./option.js";
import { data, limit, machine, model, optionalOut, seed } from "./options.js";
import type { BatchOptions } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { DIRECTION_STREAM } from "./streams.js";
import { verb } from "./verb.js";

/** What the records differ in. */
export const directionOptions = z.strictObject({
  where: z
    .string()
    .min(1)
    .describe("what the records have: label = NAME, label != NAME or label in (NAME, NAME)")
    .register(look, { placeholder: '"label = NAME"' }),
  seed,
});

/** A direction as its file holds it; all but the vectors says how it was found. */
export interface AttributeDirection {
  readonly format: "vaekit-direction";
  readonly formatVersion: 1;
  /** Digest of the weights of the model whose latents these are. */
  readonly model: string;
  readonly latent: number;
  readonly where: string;
  /** Unit vector [latent], towards the records that have it. */
  readonly direction: readonly number[];
  /** Mean code of all records [latent]: where a walk starts. */
  readonly origin: readonly number[];
  /** Standard deviation of the codes along the direction: the step of a walk. */
  readonly scale: number;
  /** Means of both kinds along the direction, from `origin`, in units of `scale`. */
  readonly means: { readonly positive: number; readonly negative: number };
  /** How well projections tell held-out records apart: 0.5 not at all, 1 without error. */
  readonly auc: number;
  /** The same by method; the one in use is in the protocol. */
  readonly candidates: Readonly<Record<string, number>>;
  readonly counts: { readonly train: Counts; readonly heldOut: Counts; readonly unlabelled: number };
  readonly protocol: {
    readonly data: string;
    readonly fingerprint: string;
    readonly method: string;
    readonly split: string;
    readonly seed: number;
  };
}

export const direction = verb({
  name: "direction",
  summary: "Find the direction in latent space along which an attribute changes",
  input: z.strictObject({
    model,
    data,
    ...directionOptions.shape,
    out: optionalOut("d.json", "the direction, for traverse --along (default: only its figures are shown)"),
    limit,
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: 'vaekit direction models/mnist mnist#test --where "label = 7" --out d.json',
    streams: false,
  },
  async run({ data, where, out, limit, seed, ...options }, context) {
    const { host, signal, report } = context;
    const condition = parseWhere(where);
    if (out !== undefined && !/\.json$/i.test(out))
      throw new VaekitError("E_OUT", `${out}: a direction cannot be written as this`, "Known: .json.");
    return withRunner(options, context, (runner) =>
      withData(data, runner.config, { limit, seed }, context, async (dataset) => {
        const found = await directionOf(runner, dataset, condition, {
          seed,
          signal,
          onProgress: (done) => report({ event: "work", what: "encoded", done, total: dataset.count }),
        });
        if (out === undefined) return { json: found, text: directionText(found) };
        await host.files.write(out, `${JSON.stringify(found, null, 2)}\n`);
        report({ event: "wrote", path: out, what: `the direction of ${found.where}` });
        const { auc, candidates, counts } = found;
        return { json: { path: out, where: found.where, auc, candidates, counts }, text: directionText(found) };
      }),
    );
  },
});

/**
 * The direction of `where` from the posterior means of a data set's records, with the AUC of records that took no part.
 * E_UNKNOWN for a label that is not there; E_DATA without labels or with too few records of a kind; E_SHAPE.
 */
export async function directionOf(
  runner: Runner,
  dataset: Dataset,
  where: Where,
  { seed, ...options }: { readonly seed: number } & BatchOptions,
): Promise<AttributeDirection> {
  const { findDirection, meanOf, projections, SMALLEST_KIND } = await import("../eval/direction.js");
  const { matching, others } = select(where, dataset.labels, dataset.name);
  for (const [what, { length }] of [["are", matching] as const, ["are not", others] as const]) {
    if (length < SMALLEST_KIND)
      throw new VaekitError(
        "E_DATA",
        `${dataset.name}: ${length} records ${what} ${where.text}, expected ${SMALLEST_KIND} or more`,
        "A direction needs records of both kinds.",
      );
  }
  const { mu } = await encodeDataset(runner, dataset, options);
  const width = runner.latent;
  const rows = (indices: Uint32Array): Float32Array => {
    const out = new Float32Array(indices.length * width);
    for (const [to, from] of indices.entries()) out.set(mu.subarray(from * width, (from + 1) * width), to * width);
    return out;
  };
  const codes = { width, positive: rows(matching), negative: rows(others) };
  const found = findDirection(codes, seed, DIRECTION_STREAM);
  const origin = meanOf(mu, width);
  const [start] = projections(Float32Array.from(origin), found.direction);
  const along = projections(mu, found.direction).map((value) => value - start);
  const scale = Math.sqrt(along.reduce((sum, value) => sum + value * value, 0) / along.length);
  if (!(scale > 0))
    throw new VaekitError(
      "E_DATA",
      `${dataset.name}: the codes of all records are the same`,
      "Has the model collapsed?",
    );
  const meanAlong = (indices: Uint32Array) =>
    indices.reduce((sum, index) => sum + along[index] / indices.length, 0) / scale;
  return {
    format: "vaekit-direction",
    formatVersion: 1,
    model: modelFingerprint(await runner.weights()),
    latent: width,
    where: where.text,
    direction: Array.from(found.direction),
    origin: Array.from(origin),
    scale,
    means: { positive: meanAlong(matching), negative: meanAlong(others) },
    auc: found.auc,
    candidates: found.candidates,
    counts: { ...found.counts, unlabelled: dataset.count - matching.length - others.length },
    protocol: {
      data: dataset.name,
      fingerprint: dataset.fingerprint,
      method: found.method,
      split: "half of each kind held out, drawn by the seed; the method chosen on a quarter of the other half",
      seed,
    },
  };
}

function directionText({ where, auc, candidates, counts, means, protocol }: AttributeDirection): string {
  const { positive, negative } = counts.heldOut;
  const others = Object.entries(candidates).filter(([method]) => method !== protocol.method);
  return figuresText({
    direction: where,
    "held-out AUC": `${auc.toFixed(3)} (${positive.toLocaleString("en")} with it, ${negative.toLocaleString("en")} without)`,
    method: protocol.method,
    ...Object.fromEntries(others.map(([method, value]) => [`AUC of ${method.split(",")[0]}`, value.toFixed(3)])),
    "with it": `${means.positive.toFixed(2)} standard deviations from the mean`,
    without: `${means.negative.toFixed(2)} standard deviations from the mean`,
  });
}
