/** Draws where records lie in latent space: a picture, or a page to wander in. */

import * as z from "zod";
import type { Dataset } from "../data/dataset.js";
import { sampleIndices } from "../data/split.js";
import { subset } from "../data/subset.js";
import { VaekitError } from "../errors.js";
import { rangesOf } from "../eval/label-ranges.js";
import { projectionFor, projections } from "../eval/projections/list.js";
import type { Projected } from "../eval/projections/projection.js";
import type { Host, Pictures } from "../host.js";
import type { Runner } from "../model/runner.js";
import { type Codes, encodeDataset } from "./encode.js";
import { formOf } from "./forms/list.js";
import { mapOutputFor, mapOutputs } from "./map-outputs/list.js";
import { look } from "./option.js";
import { data, limit, machine, model, out, seed } from "./options.js";
import { parseInput } from "./parse.js";
import { withData, withRunner } from "./runner.js";
import { verb, type WorkEvent } from "./verb.js";

/** More points than this hide each other. */
const DEFAULT_LIMIT = 10_000;

/** What is drawn. */
export const mapOptions = z.strictObject({
  projection: z
    .string()
    .default("auto")
    .describe("how latents are laid out: auto takes two latents as they are, and of more their main directions")
    .register(look, { names: () => ["auto", ...projections.names()] }),
  limit: limit.unwrap().default(DEFAULT_LIMIT).describe("draw at most this many records, a sample drawn by the seed"),
  seed,
});

export interface MapOptions extends z.input<typeof mapOptions> {
  readonly signal?: AbortSignal;
  /** Called now and then with what is done. */
  readonly onWork?: (work: Pick<WorkEvent, "what" | "done" | "total">) => void;
}

export const map = verb({
  name: "map",
  summary: "Draw where records lie in latent space, coloured by label",
  input: z.strictObject({
    model,
    data,
    out: out(mapOutputs.map(({ form }) => form).join("|"), "a page to wander in, or a picture"),
    color: z
      .string()
      .min(1)
      .optional()
      .describe("column of a table to colour by (default: the labels); numbers are cut into ranges")
      .register(look, { placeholder: "COLUMN" }),
    ...mapOptions.shape,
    ...machine,
  }),
  cli: {
    positional: ["model", "data"],
    example: "vaekit map models/mnist mnist#test --out map.html",
    streams: false,
  },
  async run({ data, out, color, limit, seed, projection, ...options }, context) {
    const { host, signal, report } = context;
    const output = mapOutputFor(out, host);
    if (limit > output.maxRecords) throw tooMany(`a ${output.name}`, limit, output.maxRecords);
    return withRunner(options, context, async (runner) => {
      if (color !== undefined && !formOf(runner.config).hasColumns)
        throw new VaekitError("E_OPTION", "invalid color: this model is of pictures, which have no columns");
      return withData(data, runner.config, { limit, seed, label: color }, context, async (opened) => {
        const dataset = color === undefined ? opened : { ...opened, labels: opened.labels && rangesOf(opened.labels) };
        const drawn = await mapDataset(
          runner,
          dataset,
          { projection, limit, seed, signal, onWork: (work) => report({ event: "work", ...work }) },
          host,
        );
        await output.write(out, drawn, host);
        const { axes, how } = drawn;
        const { count } = drawn.codes;
        report({ event: "wrote", path: out, what: `${count.toLocaleString("en")} records, ${how}` });
        return { json: { path: out, count, axes, how }, text: "" };
      });
    });
  },
});

/** Records in the plane. */
export interface LatentMap extends Pick<Projected, "points" | "axes" | "how"> {
  /** Of the records that are drawn. */
  readonly codes: Codes;
  /** The plot, one picture in colour. */
  readonly picture: Pictures;
  /** One HTML file to wander in, of fewer than 8 MB; needs the model, and the data open. */
  page(): Promise<string>;
}

/**
 * Encodes records of a data set and lays their means out in the plane. E_SHAPE when the data is of another size than the
 * model's, E_UNKNOWN for a projection that does not exist, E_OPTION for more records than it can lay out.
 */
export async function mapDataset(
  runner: Runner,
  dataset: Dataset,
  { signal, onWork, ...options }: MapOptions,
  host: Host,
): Promise<LatentMap> {
  const { projection: name, limit, seed } = parseInput(mapOptions, options);
  const projection = projectionFor(name, runner.latent);
  const part = dataset.count > limit ? subset(dataset, sampleIndices(dataset.count, limit, seed)) : dataset;
  if (part.count > projection.maxRecords) throw tooMany(`a map by ${name}`, part.count, projection.maxRecords);
  const work = (what: string, total?: number) => ({
    signal,
    onProgress: (done: number, of: number = total as number) => onWork?.({ what, done, total: of }),
  });
  const codes = await encodeDataset(runner, part, work("encoded", part.count));
  const cloud = { ...codes, width: runner.latent };
  const projected = await projection.project(cloud, { seed, ...work("laid out") });
  const { drawScatter } = await import("../eval/report/scatter.js");
  const { points, axes, how } = projected;
  const summary = `${codes.count.toLocaleString("en")} records, ${how}`;
  const picture = drawScatter({
    points,
    classes: part.labels?.indices ?? null,
    names: part.labels?.names ?? [],
    title: `${dataset.name} in latent space`,
    subtitle: summary,
    axes,
  });
  async function page(): Promise<string> {
    const { mapPage } = await import("../eval/map-page/page.js");
    const { mapNotes, shortName } = await import("../eval/map-page/notes.js");
    const name = shortName(dataset.name);
    const shown = await formOf(runner.config).onMap(runner, part, { signal });
    const facts = { name, summary, labels: part.labels, ids: codes.ids, seed };
    const decodes = shown.pictures !== null;
    const notes = mapNotes(runner.config, { projected, limit, seed, count: codes.count, decodes });
    return mapPage({ ...facts, ...shown, notes, cloud, projected }, host, work("drew"));
  }
  return { codes, points, axes, how, picture, page };
}

function tooMany(what: string, got: number, most: number): VaekitError {
  const limit = most.toLocaleString("en");
  return new VaekitError(
    "E_OPTION",
    `${what} shows at most ${limit} records, got ${got.toLocaleString("en")}`,
    `Draw a sample: --limit ${most}, or in a program { limit: ${most} }.`,
  );
}
