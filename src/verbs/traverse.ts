/** Shows what single latents, or a direction in latent space, do to a picture. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { pictureSinkFor, writePictures } from "../data/sinks/write.js";
import { VaekitError } from "../errors.js";
import type { LatentStatistics } from "../eval/latents.js";
import type { WalkPictures } from "../eval/report/traversal-sheet.js";
import type { Direction, Stride, Walk } from "../eval/traversal.js";
import type { Host, PictureLayout, PictureSink, Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { fitting } from "./forms/list.js";
import { encodeOne } from "./one-record.js";
import { look } from "./option.js";
import { count, data, machine, model, out } from "./options.js";
import { decodePictures, encodeRecords, sizeText } from "./pictures.js";
import { withData, withRunner } from "./runner.js";
import { type VerbContext, verb } from "./verb.js";
import { thereAndBack } from "./walks.js";

const MAX_STEPS = 1000;
/** Farther out no data ever was. */
const MAX_RANGE = 100;
/** Records whose posteriors are looked at where a model does not know its latents. */
const MEASURED = 2000;

/** Which walks, and how they go. */
export const traverseOptions = z.strictObject({
  steps: z
    .int()
    .min(2)
    .max(MAX_STEPS)
    .default(11)
    .describe("pictures of a walk, both ends included")
    .register(look, {}),
  rows: count(16, "walk along at most this many latents: the active ones, those of largest KL first"),
  range: z
    .number()
    .positive()
    .max(MAX_RANGE)
    .default(2.5)
    .describe("how far to either side, in standard deviations over the data")
    .register(look, { placeholder: "X" }),
  latents: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .describe("walk along these latents, in this order")
    .register(look, { placeholder: "3,7" }),
});
/** As `traverse` of the library takes it. */
export type TraverseOptions = z.input<typeof traverseOptions> & {
  /** A code [latent] that the walks pass through; without one the mean over the data. */
  readonly at?: Float32Array;
  /** Walk along this direction instead of along latents. */
  readonly along?: Direction;
  /** Measure the latents on these records; a model that was trained by this version knows them. */
  readonly data?: Dataset;
  readonly signal?: AbortSignal;
};

/** Walks with their pictures, one walk after the other, [walks * steps]. */
export interface Traversal extends WalkPictures {
  readonly walks: readonly Walk[];
}

export const traverse = verb({
  name: "traverse",
  summary: "Show what each latent does: a row of pictures per latent, those that matter most first",
  input: z.strictObject({
    model,
    data: data
      .optional()
      .describe("measure the latents on this data (default: as training measured them)")
      .register(look, { placeholder: "DATA" }),
    out: out("t.png|t.gif|DIR/|x.npz", "a sheet with words, an animation there and back, a folder, or an array"),
    ...traverseOptions.shape,
    at: z
      .string()
      .min(1)
      .optional()
      .describe("start from this record (default: the mean over the data)")
      .register(look, {
        placeholder: "PICTURE|mnist#test/12",
      }),
    along: z
      .string()
      .min(1)
      .optional()
      .describe("walk along the direction in this file instead of along latents")
      .register(look, { placeholder: "d.json" }),
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit traverse models/mnist --out t.png",
    streams: false,
  },
  async run({ data, out, at, along, ...options }, context) {
    const sink = pictureSinkFor(out, context.host);
    return withRunner(options, context, async (runner) => {
      const { readDirection } = await import("./direction-file.js");
      const walking = {
        ...options,
        signal: context.signal,
        at: at === undefined ? undefined : await encodeOne(runner, at, context),
        along: along === undefined ? undefined : await readDirection(along, runner.latent, context.host),
      };
      const traversal = await withOptionalData(data, runner, context, (records) =>
        traverseModel(runner, { ...walking, data: records, name: options.model }),
      );
      await writeTraversal(out, sink, traversal, context.host);
      const { walks, pictures, strides } = traversal;
      const rows = walks.map(({ name, note }) => ({ name, note }));
      const what = `${walks.length} ${walks.length === 1 ? "walk" : "walks"} of ${strides.length} steps, ${sizeText(pictures)}`;
      context.report({ event: "wrote", path: out, what });
      return { json: { path: out, steps: strides.length, range: options.range, rows }, text: "" };
    });
  },
});

function withOptionalData<Result>(
  address: string | undefined,
  { config }: Runner,
  context: VerbContext,
  use: (data: Dataset | undefined) => Promise<Result>,
): Promise<Result> {
  if (address === undefined) return use(undefined);
  return withData(address, config, { limit: MEASURED }, context, use);
}

type Walking = z.output<typeof traverseOptions> &
  Omit<TraverseOptions, keyof z.input<typeof traverseOptions>> & {
    /** How messages call the model. */
    readonly name: string;
  };

/** Decodes walks along latents, or along one direction. E_MODEL where nothing is known of the latents, E_OPTION. */
export async function traverseModel(
  runner: Runner,
  { along, data, signal, name, ...options }: Walking,
): Promise<Traversal> {
  const { directionWalk, latentWalks, walkedLatents } = await import("../eval/traversal.js");
  if (along) {
    if (options.latents) throw new VaekitError("E_OPTION", "invalid latents: a direction moves them all", "Drop one.");
    return decodeWalks(runner, [directionWalk(along, options)], { ...options, signal });
  }
  const statistics = data ? await measureLatents(runner, data, signal) : runner.config.latents;
  if (!statistics) {
    const hint = `Give data to measure them on: vaekit traverse ${name} DATA --out t.png`;
    throw new VaekitError("E_MODEL", `${name}: made by a vaekit that did not measure the latents`, hint);
  }
  const latents = options.latents ?? walkedLatents(statistics, options.rows);
  return decodeWalks(runner, latentWalks(statistics, latents, options), { ...options, signal });
}

/** The decoder's means along walks. */
export async function decodeWalks(
  runner: Runner,
  walks: readonly Walk[],
  { signal, ...stride }: Stride & { readonly signal?: AbortSignal },
): Promise<Traversal> {
  const { strides } = await import("../eval/traversal.js");
  const codes = new Float32Array(walks.length * stride.steps * runner.latent);
  walks.forEach((walk, row) => {
    codes.set(walk.codes, row * stride.steps * runner.latent);
  });
  const pictures = await decodePictures(runner, codes, { signal, names: walks.flatMap(namesOf(stride.steps)) });
  return { walks, strides: strides(stride), pictures };
}

async function measureLatents(runner: Runner, given: Dataset, signal?: AbortSignal): Promise<LatentStatistics> {
  const [{ sampleIndices }, { latentStatistics }] = await Promise.all([
    import("../data/split.js"),
    import("../eval/latents.js"),
  ]);
  const data = await fitting(given, runner.config);
  const { seed } = runner.config.training;
  const { mu, logvar } = await encodeRecords(runner, data, sampleIndices(data.count, MEASURED, seed), { signal });
  return latentStatistics(mu, logvar, runner.latent);
}

/** File names that sort as the sheet reads: 01-latent-3-step-05. */
function namesOf(steps: number): (walk: Walk, row: number) => string[] {
  const digits = String(steps - 1).length;
  return ({ name }, row) =>
    Array.from({ length: steps }, (_, step) => {
      const place = String(row + 1).padStart(2, "0");
      return `${place}-${name.replaceAll(/\s+/g, "-")}-step-${String(step).padStart(digits, "0")}`;
    });
}

/** Milliseconds per frame: eleven steps take a second each way. */
const FRAME_MILLISECONDS = 90;

interface Form {
  readonly pictures: Pictures;
  readonly layout: PictureLayout;
}

/** How walks look in a sink: with words on a sheet or in frames, else as single pictures. */
async function formFor({ name }: PictureSink, traversal: Traversal): Promise<Form> {
  const { traversalFrames, traversalSheet } = await import("../eval/report/traversal-sheet.js");
  const sheet = (): Form => ({ pictures: traversalSheet(traversal), layout: {} });
  const forms: Readonly<Record<string, () => Form>> = {
    png: sheet,
    webp: sheet,
    gif: () => ({
      pictures: thereAndBack(traversalFrames(traversal)),
      layout: { frameMilliseconds: FRAME_MILLISECONDS },
    }),
  };
  return forms[name]?.() ?? { pictures: traversal.pictures, layout: { columns: traversal.strides.length } };
}

async function writeTraversal(out: string, sink: PictureSink, traversal: Traversal, host: Host): Promise<void> {
  const { pictures, layout } = await formFor(sink, traversal);
  await writePictures(out, pictures, layout, host);
}
