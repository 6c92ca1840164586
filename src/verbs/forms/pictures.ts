/** Records that are pictures. */

import type { Dataset } from "../../data/dataset.js";
import { LABEL, withLabelField } from "../../data/label-field.js";
import { pictureSinkFor, writePictures } from "../../data/sinks/write.js";
import { sampleIndices } from "../../data/split.js";
import { VaekitError } from "../../errors.js";
import type { PictureFigures } from "../../eval/pictures/compare.js";
import { fieldsOf } from "../../fields/list.js";
import type { Runner } from "../../model/runner.js";
import type { GeneratedProtocol } from "../generated.js";
import { encodeOne } from "../one-record.js";
import { MAX_COUNT } from "../options.js";
import { pairSeries, pairSheet, reconstructPictures } from "../pairs.js";
import { checkSize, decodePictures, imageFieldOf, recordPictures, sizeText } from "../pictures.js";
import { toldAccuracy, toldFields } from "../rows/classify.js";
import { drawSamples } from "../sample-pictures.js";
import { thereAndBack, walkAnimation, walkBetween } from "../walks.js";
import type { Form } from "./form.js";
import { namedOut } from "./named-out.js";

export const pictures: Form = {
  name: "picture",
  also: ["row", "text"],
  hasColumns: false,
  prints: false,
  expectOut: (out, host) => void pictureSinkFor(namedOut(out), host),
  opening(config) {
    const { height, width, channels } = imageFieldOf(config);
    return { size: [height, width], channels: channels as 1 | 3 };
  },
  fitting(dataset, { schema }) {
    checkSize(dataset, imageFieldOf({ schema }));
    if (JSON.stringify(dataset.schema) === JSON.stringify(schema)) return dataset;
    const { [LABEL]: label } = schema.fields;
    const fitted = label ? withLabelField(dataset, label) : dataset;
    const left = Object.keys(schema.fields).find((name) => !(name in fitted.schema.fields));
    if (left === undefined) return fitted;
    throw new VaekitError("E_SHAPE", `${dataset.name}: no field "${left}", which the model takes`);
  },
  async sample(runner, { out: path, where, count, seed, temperature }, { host, signal, report }) {
    const out = namedOut(path);
    if (where !== undefined && !fieldsOf(runner.config.schema).some(({ kind }) => kind.cell))
      throw new VaekitError(
        "E_OPTION",
        "invalid where: this model draws pictures, which have no columns",
        "Fit one with their labels: fit --fields image,label.",
      );
    if (count > MAX_COUNT)
      throw new VaekitError("E_OPTION", `invalid count: got ${count} pictures, expected at most ${MAX_COUNT}`);
    const drawn = await drawSamples(runner, { count, seed, temperature, where, signal });
    await writePictures(out, drawn, {}, host);
    report({ event: "wrote", path: out, what: `${drawn.count} samples, ${sizeText(drawn)}` });
    return { json: { path: out, count: drawn.count, seed }, text: "" };
  },
  async interpolate(runner, { from, to, out: path, ...options }, context) {
    const { host, signal, report } = context;
    const out = namedOut(path);
    const sink = pictureSinkFor(out, host);
    const ends = [await encodeOne(runner, from, context), await encodeOne(runner, to, context)] as const;
    const walk = await walkBetween(runner, ends, { ...options, signal });
    const { steps, path: route } = options;
    const isAnimation = sink.extensions.includes(".gif");
    const shown = isAnimation ? thereAndBack(walk) : walk;
    await writePictures(out, shown, isAnimation ? walkAnimation : { columns: steps }, host);
    report({ event: "wrote", path: out, what: `${steps} steps, ${sizeText(walk)}` });
    return { json: { path: out, steps, route }, text: "" };
  },
  async reconstruct(runner, dataset, { out: path, ...options }, { host, signal, report }) {
    const out = namedOut(path);
    const sink = pictureSinkFor(out, host);
    const pairs = await reconstructPictures(runner, dataset, { ...options, signal });
    const { pictures, columns } = SHEETS.includes(sink.name) ? pairSheet(pairs) : pairSeries(pairs);
    await writePictures(out, pictures, { columns }, host);
    const { count } = pairs.original;
    report({ event: "wrote", path: out, what: `${count} pairs, ${sizeText(pictures)}` });
    return { json: { path: out, count, records: pairs.ids }, text: "" };
  },
  async decode(runner, { mu, ids, count, out: path }, { host, signal, report }) {
    const out = namedOut(path);
    const onProgress = (done: number) => report({ event: "work", what: "decoded", done, total: count });
    const pictures = await decodePictures(runner, mu, { names: ids, signal, onProgress });
    await writePictures(out, pictures, {}, host);
    report({ event: "wrote", path: out, what: `${count} pictures, ${sizeText(pictures)}` });
    return { json: { path: out, count }, text: "" };
  },
  drawn: async () => null,
  async judge(runner, engine, dataset, { generated, limit, seed, signal }): Promise<Record<string, object>> {
    const judged = Math.min(limit ?? dataset.count, MAX_TOLD);
    const told = await toldFromPicture(runner, dataset, judged, { seed, signal });
    if (generated === undefined) return told;
    const { compareGenerated } = await import("../generated.js");
    const found = await compareGenerated(runner, engine, dataset, { count: generated, seed, signal });
    const { generated: figures, reconstructions, protocol } = found;
    return { ...told, image: { ...figures, reconstructions, protocol } };
  },
  async reported(looked, terms) {
    const { pictureFacts } = await import("../report-pictures.js");
    return pictureFacts(looked, terms);
  },
  shownMap: (map) => map,
  async onMap(runner, dataset, { signal }) {
    const { height, width } = imageFieldOf(runner.config);
    const pictures = {
      aspect: width / height,
      read: (indices: Uint32Array) => recordPictures(runner, dataset, indices),
      decode: (z: Float32Array) => decodePictures(runner, z, { signal }),
    };
    return { pictures, cells: null };
  },
  told({ image, fromPicture = {}, ...figures }) {
    const { protocol, reconstructions = {}, ...ofPictures } = image as Record<string, unknown> & ToldPictures;
    const ofReconstructions = Object.entries(reconstructions);
    return {
      ...figures,
      ...ofPictures,
      ...Object.fromEntries(Object.entries(fromPicture as ToldFromPicture).map(toldText)),
      ...Object.fromEntries(ofReconstructions.map(([name, value]) => [`reconstructions_${name}`, value])),
      ...(protocol ? { pictures: conditionsText(protocol) } : {}),
    };
  },
};

/** Records whose labels are told, at the most. */
const MAX_TOLD = 2000;
const TOLD_SAMPLES = 32;

type ToldFromPicture = Awaited<ReturnType<typeof toldAccuracy>>;

/** How often a field beside the pictures is told from the picture alone; nothing where there is none. */
async function toldFromPicture(
  runner: Runner,
  dataset: Dataset,
  count: number,
  options: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<Record<string, object>> {
  if (toldFields(runner.config).length === 0) return {};
  const records = sampleIndices(dataset.count, count, options.seed);
  const found = await toldAccuracy(runner, dataset, records, { ...options, samples: TOLD_SAMPLES, draws: 0 });
  return Object.keys(found).length > 0 ? { fromPicture: found } : {};
}

function toldText([name, { accuracy, records }]: [string, ToldFromPicture[string]]): [string, string] {
  return [`${name}FromPicture`, `accuracy ${accuracy} (${records.toLocaleString("en")} records, by impute)`];
}

/** Sinks that put all pictures on one sheet. */
const SHEETS = ["png", "webp"];

interface ToldPictures {
  readonly protocol?: GeneratedProtocol;
  readonly reconstructions?: PictureFigures;
}

function conditionsText({ generated, real, features, neighbours }: GeneratedProtocol): string {
  return `${generated}; against ${real}; ${neighbours} neighbours; features ${features}`;
}
