/** A variational autoencoder: a method per verb. */

import type * as z from "zod";
import type { Dataset, Schema } from "./data/dataset.js";
import { parseWhere } from "./data/where.js";
import { VaekitError } from "./errors.js";
import type { Patient } from "./eval/doctor/finding.js";
import { type Diagnosis, diagnose } from "./eval/doctor/list.js";
import type { Evaluation } from "./eval/evaluate.js";
import { type OpenLandmarks, openLandmarks } from "./eval/landmarks/landmarks.js";
import { briefFields } from "./fields/brief.js";
import type { Row, Rows } from "./fields/table/rows.js";
import type { Host, Pictures } from "./host.js";
import type { ModelConfig } from "./model/config.js";
import { exportOnnx } from "./model/export.js";
import { openRunner } from "./model/open.js";
import type { Encoded, Runner, Weight } from "./model/runner.js";
import { withStandardPrior } from "./model/standard-prior.js";
import type { Engine } from "./runtime/engine.js";
import { type Calibration, calibrationText, parseCalibration } from "./store/calibration.js";
import { loadModel, saveModel } from "./store/folder.js";
import { landmarksBytes, parseLandmarks } from "./store/landmarks.js";
import { CALIBRATION, LANDMARKS, METRICS } from "./store/layout.js";
import { type LoggedEvent, metricsText, readMetricsLog } from "./store/metrics-log.js";
import { epochsOf, type TrainEvent } from "./train/events.js";
import { TrainingWishes } from "./train/options.js";
import { plan, type Wishes } from "./train/plan.js";
import { type Snapshot, train } from "./train/trainer.js";
import type { Init } from "./train/warm-start.js";
import { type AttributeDirection, directionOf, directionOptions } from "./verbs/direction.js";
import { doctorOptions } from "./verbs/doctor.js";
import { type Duplicates, findDuplicates } from "./verbs/duplicates.js";
import { type Codes, encodeDataset } from "./verbs/encode.js";
import { evaluateModel, evaluateOptions } from "./verbs/evaluate.js";
import { exportModel, exportOptions } from "./verbs/export.js";
import { imputeOptions } from "./verbs/impute.js";
import { type ModelInfo, modelInfo } from "./verbs/info.js";
import { type LatentMap, type MapOptions, mapDataset } from "./verbs/map.js";
import { findNeighbors, type Neighbors } from "./verbs/nearest-records.js";
import { duplicatesOptions, neighborsOptions } from "./verbs/neighbors.js";
import { type Pairs, reconstructOptions, reconstructPictures } from "./verbs/pairs.js";
import { parseInput } from "./verbs/parse.js";
import { measuredOn } from "./verbs/patient.js";
import { type BatchOptions, decodePictures } from "./verbs/pictures.js";
import { makeResults } from "./verbs/results/make.js";
import { datasetOf, imputedRows, type RowWhere, sampledRows, scoredRow } from "./verbs/rows/in-memory.js";
import { sampleOptions, textSampleOptions } from "./verbs/sample.js";
import { type DrawOptions, drawSamples } from "./verbs/sample-pictures.js";
import { scoreOptions } from "./verbs/score.js";
import { type ScoredRecord, type Scores, type ScoringOptions, scoreDataset } from "./verbs/scores.js";
import { decodedTexts, rebuiltTexts, sampledTexts, textsBetween } from "./verbs/texts/in-memory.js";
import type { TextSampling } from "./verbs/texts/sample.js";
import { type Traversal, type TraverseOptions, traverseModel, traverseOptions } from "./verbs/traverse.js";
import { interpolateOptions, walkBetween } from "./verbs/walks.js";
import { initOf, loadInit } from "./verbs/warm-start.js";

/** Where a model computes and what it may touch. */
export interface Place {
  /** Default: the host's first, "cpu" in Node and "wasm" in a browser. */
  readonly device?: string;
  /** Default: as many as the machine has, at most 8. */
  readonly threads?: number;
  /** Default: Node's, or the browser's. */
  readonly host?: Host;
  /** Told what a user should know, such as that another device has to do; `train` tells it as an event, too. */
  readonly onNotice?: (message: string) => void;
}

/** The parts of a model; what is left out or "auto" is chosen from the data when it is trained. */
export interface VaeOptions extends Omit<Wishes, keyof TrainingWishes>, Place {
  readonly schema: Schema;
  /** Seed of training and sampling where these are given none. Default 0. */
  readonly seed?: number;
  /**
   * A trained model, or the path of one, whose weights training starts from. Parts that are left out or "auto" are as it
   * has them. Open pictures at its size: `open(path, { size: [28, 28], channels: 1 })`.
   */
  readonly init?: Vae | string;
}

/** How a model is trained. */
export type TrainOptions = TrainingWishes & {
  /** Stops training after the step under way; what was learned so far stays. */
  readonly signal?: AbortSignal;
};

export type EndEvent = Extract<TrainEvent, { event: "end" }>;
type Options<Schema extends z.ZodObject> = z.input<Schema> & { readonly signal?: AbortSignal };

type SampleRows = Omit<z.input<typeof textSampleOptions>, "count"> & {
  readonly where?: RowWhere;
  readonly signal?: AbortSignal;
};
type SampleTexts = Omit<z.input<typeof textSampleOptions>, "count"> &
  Pick<TextSampling, "onToken" | "constraint" | "signal">;
type ImputeRows = Pick<z.input<typeof imputeOptions>, "samples" | "seed">;

type PriorChoice = z.output<typeof sampleOptions>["prior"];

interface Trained {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Pictures and pages for the model folder. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** What its training told, as metrics.jsonl holds it. */
  readonly log: readonly LoggedEvent[];
}

/** How a model that was never saved is called in commands. */
const UNSAVED = "models/mine";

/**
 * @example
 * const data = await open("mnist");
 * const vae = new Vae({ schema: data.schema, latent: 20 });
 * for await (const event of vae.train(data, { epochs: 5 })) console.log(event);
 * const pictures = await vae.sample(64);
 * await vae.save("models/mnist");
 * await vae.dispose();
 */
export class Vae implements AsyncDisposable {
  readonly #options: VaeOptions;
  #trained: Trained | null = null;
  /** The model as it is, while it is in training. */
  #learning: (() => Promise<Snapshot>) | null = null;
  #engine: Promise<Engine> | null = null;
  /** By prior: the model's own, or N(0, I). */
  readonly #runners = new Map<PriorChoice, Promise<Runner>>();
  #near: Promise<OpenLandmarks> | null = null;
  #calibration: Calibration | null = null;
  #path = UNSAVED;
  /** What the engine told and training has not told yet. */
  #notices: string[] = [];

  constructor(options: VaeOptions) {
    this.#options = options;
  }

  /** Loads a model folder. E_PATH where there is nothing, E_MODEL where it is damaged, incomplete or too new. */
  static async load(path: string, place: Place = {}): Promise<Vae> {
    const host = await hostOf(place);
    const { config, weights, calibration, landmarks } = await loadModel(path, host);
    const log = await readMetricsLog(host.files.join(path, METRICS), host.files);
    const vae = new Vae({ ...place, schema: config.schema, seed: config.training.seed });
    const files = [
      ...(calibration
        ? [[CALIBRATION, calibrationText(calibration.protocol, calibration.nats, calibration.scores)]]
        : []),
      ...(landmarks ? [[LANDMARKS, landmarksBytes(landmarks)]] : []),
    ];
    vae.#trained = { config, weights, log, files: Object.fromEntries(files) };
    vae.#path = path;
    return vae;
  }

  /** The parts and facts of the model. E_USAGE before it is trained. */
  get config(): ModelConfig {
    return this.#ready().config;
  }

  /**
   * Trains from the start, or from the weights of `init`, telling what happens; afterwards the weights are those of the best validation loss. E_DATA for
   * data nothing can be learned from, E_SHAPE for data of another schema, E_OPTION, E_DIVERGED. Between two events the
   * model draws, decodes, encodes and scores as it is by then.
   *
   * @example for await (const { event } of vae.train(data)) if (event === "epoch") show(await vae.sample(64));
   */
  async *train(data: Dataset, { signal, ...options }: TrainOptions = {}): AsyncGenerator<TrainEvent, void> {
    parseInput(TrainingWishes, options);
    this.#expectSchema(data);
    const { schema: _, device, threads, host, onNotice, init: __, ...wishes } = this.#options;
    const init = await this.#init();
    const config = await plan(data, { ...wishes, ...options }, init);
    const engine = await this.#engineOf();
    for (const message of this.#notices.splice(0)) yield { event: "notice", message };
    await this.#close(); // of the model that was here before
    const told: TrainEvent[] = [];
    const training = train(config, data, { engine, signal, init, watch: (now) => (this.#learning = now) });
    try {
      for (;;) {
        const next = await training.next();
        if (next.done) {
          const { config: trained, weights } = next.value;
          this.#learning = null;
          const place = await hostOf(this.#options);
          const looked = await makeResults(trained, weights, data, epochsOf(told), engine, place);
          this.#trained = { ...looked, weights, log: told };
          for (const message of looked.notices) yield { event: "notice", message };
          return;
        }
        told.push(next.value);
        yield next.value;
        await this.#close(); // what was opened meanwhile has the weights of then
      }
    } finally {
      this.#learning = null;
      await this.#close();
      await training.return(undefined as never); // where whoever listens stopped listening
    }
  }

  /** Trains without telling; how it ended. Errors as `train`. */
  async fit(data: Dataset, options: TrainOptions = {}): Promise<EndEvent> {
    let end: TrainEvent | null = null;
    for await (const event of this.train(data, options)) if (event.event === "end") end = event;
    return end as EndEvent;
  }

  /**
   * Draws new pictures: the decoder's means, for latents whose spread `temperature` scales; of a model of pictures with labels only
   * such as `where` says.
   *
   * @example const sevens = await vae.sample(64, { where: "label = 7" });
   */
  async sample(
    count = 64,
    { signal, where, ...options }: Omit<Options<typeof sampleOptions>, "count"> & Pick<DrawOptions, "where"> = {},
  ): Promise<Pictures> {
    const { prior, ...parsed } = parseInput(sampleOptions, this.#seeded({ count, ...options }));
    return drawSamples(await this.#open(prior), { ...parsed, where, signal });
  }

  /**
   * Draws new rows of a table, one after the other; only such as `where` says.
   *
   * @example for await (const row of vae.sampleRows(1000, { where: { income: ">50K" } })) console.log(row.age);
   */
  async *sampleRows(count: number, { where, signal, ...options }: SampleRows = {}): AsyncGenerator<Row, void> {
    const { prior, ...parsed } = parseInput(textSampleOptions, this.#seeded({ count, ...options }));
    yield* sampledRows(await this.#open(prior), { ...parsed, where, signal });
  }

  /**
   * Writes new texts, one after the other; `onToken` sees each token as it is chosen, `constraint` says which may be.
   *
   * @example for await (const poem of vae.sampleTexts(10, { topP: 0.9 })) console.log(poem);
   */
  async *sampleTexts(
    count = 10,
    { onToken, constraint, signal, ...options }: SampleTexts = {},
  ): AsyncGenerator<string, void> {
    const { prior, ...parsed } = parseInput(textSampleOptions, this.#seeded({ count, ...options }));
    yield* sampledTexts(await this.#open(prior), { ...parsed, onToken, constraint, signal });
  }

  /** The likeliest texts along the way from one to another, both ends included. */
  async interpolateTexts(
    from: string,
    to: string,
    { signal, ...options }: Options<typeof interpolateOptions> = {},
  ): Promise<string[]> {
    return textsBetween(await this.#open(), [from, to], { ...parseInput(interpolateOptions, options), signal });
  }

  /** What the model makes of texts: the likeliest ones for the means of their posteriors. */
  async reconstructTexts(texts: readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<string[]> {
    return rebuiltTexts(await this.#open(), texts, signal);
  }

  /** The likeliest texts for latents [count, latent]; takes what `encode` gives, too. */
  async decodeTexts(
    latents: Float32Array | Encoded,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<string[]> {
    return decodedTexts(await this.#open(), latents instanceof Float32Array ? latents : latents.mu, signal);
  }

  /** Rows with the likeliest value, or of numbers the median, in every cell that is missing; other cells stay as they are. */
  async impute(rows: readonly Row[], options: ImputeRows = {}): Promise<Row[]> {
    const { samples, seed } = parseInput(imputeOptions, this.#seeded(options));
    return imputedRows(await this.#open(), rows, { samples, seed });
  }

  /** Records of the data, chosen by the seed, with what the model makes of them. */
  async reconstruct(data: Dataset, { signal, ...options }: Options<typeof reconstructOptions> = {}): Promise<Pairs> {
    const parsed = parseInput(reconstructOptions, this.#seeded(options));
    return reconstructPictures(await this.#open(), data, { ...parsed, signal });
  }

  /** Pictures along the path between two latents [latent], both ends included. */
  async interpolate(
    from: Float32Array,
    to: Float32Array,
    { signal, ...options }: Options<typeof interpolateOptions> = {},
  ): Promise<Pictures> {
    return walkBetween(await this.#open(), [from, to], { ...parseInput(interpolateOptions, options), signal });
  }

  /** Pictures of walks along the latents that matter most, or along a direction; E_MODEL for a model that needs `data`. */
  async traverse({ signal, at, along, data, ...options }: TraverseOptions = {}): Promise<Traversal> {
    const parsed = parseInput(traverseOptions, options);
    return traverseModel(await this.#open(), { ...parsed, signal, at, along, data, name: "this model" });
  }

  /** Posterior of each record: means and log-variances [count, latent], ids, labels. */
  async encode(data: Dataset | Rows, options: BatchOptions = {}): Promise<Codes> {
    return encodeDataset(await this.#open(), await this.#datasetOf(data), options);
  }

  /** The decoder's means for latents [count, latent]; takes what `encode` gives, too. */
  async decode(latents: Float32Array | Encoded, options: BatchOptions = {}): Promise<Pictures> {
    return decodePictures(await this.#open(), latents instanceof Float32Array ? latents : latents.mu, options);
  }

  /**
   * How well the model explains data, in nats per record, with the protocol of the figures. With `generated`, that many
   * pictures drawn from the model are compared with as many records; those figures stand under `image`. Rows are compared
   * without being asked for; what is said of them stands under `table`.
   */
  async evaluate(data: Dataset, { signal, ...options }: Options<typeof evaluateOptions> = {}): Promise<Evaluation> {
    const { prior, ...parsed } = parseInput(evaluateOptions, this.#seeded(options));
    return evaluateModel(await this.#open(prior), await this.#engineOf(), data, {
      ...parsed,
      landmarks: await this.#landmarks(),
      signal,
    });
  }

  /**
   * How strange each record is: an estimate of -log p(x) in nats, a p-value by records that were kept aside in training,
   * and the parts that are most surprising. A record's answer depends on its content and the seed alone.
   */
  async score(
    data: Dataset | Rows,
    { signal, onProgress, ...options }: Options<typeof scoreOptions> & BatchOptions = {},
  ): Promise<Scores> {
    const how = await this.#scoring(options);
    return scoreDataset(await this.#open(), await this.#datasetOf(data), { ...how, signal, onProgress });
  }

  /** The same of one row, as it comes to a service. */
  async scoreRow(row: Row, options: z.input<typeof scoreOptions> = {}): Promise<ScoredRecord> {
    return scoredRow(await this.#open(), row, await this.#scoring(options));
  }

  /**
   * Where records lie in latent space: points in the plane, a picture of them coloured by label, and a page to wander in.
   *
   * @example await writeFile("map.html", await (await vae.map(data, { projection: "umap" })).page());
   */
  async map(data: Dataset, options: MapOptions = {}): Promise<LatentMap> {
    return mapDataset(await this.#open(), data, this.#seeded(options), await hostOf(this.#options));
  }

  /**
   * What commonly goes wrong and was found here, each with evidence, a reference and a remedy; which checks passed, and
   * which could not be done. With `data` it measures there, else it judges what was measured when training ended.
   */
  async doctor(data?: Dataset, { signal, ...options }: Options<typeof doctorOptions> = {}): Promise<Diagnosis> {
    const { seed } = parseInput(doctorOptions, this.#seeded(options));
    const { config, weights, log } = this.#ready();
    const patient: Patient = { path: this.#path, config, weights, history: epochsOf(log) };
    return diagnose(data ? await measuredOn(patient, await this.#open(), data, { seed, signal }) : patient);
  }

  /** A report as one HTML page: of the records kept aside where `data` is what the model was trained on, else of a sample. */
  async report(
    data: Dataset,
    options: { readonly private?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    const { config, log } = this.#ready();
    const { makeReport, ownRecords } = await import("./verbs/report.js");
    const records = (await ownRecords(data, config)) ?? { data, kind: "other", trained: null };
    const host = await hostOf(this.#options);
    const calibration = calibrationOf(this.#ready());
    const told = { ...options, path: this.#path, history: epochsOf(log), calibration, host };
    return (await makeReport(await this.#open(), records, told)).page;
  }

  /** The records of `data` nearest to each of `queries` in latent space; without `data`, among the queries themselves. */
  async neighbors(
    queries: Dataset,
    data: Dataset | null = null,
    { signal, onProgress, ...options }: Options<typeof neighborsOptions> & BatchOptions = {},
  ): Promise<Neighbors> {
    const { top } = parseInput(neighborsOptions, options);
    return findNeighbors(await this.#open(), queries, data, { top, signal, onProgress });
  }

  /** Copies and near copies among records. */
  async duplicates(
    data: Dataset,
    { signal, onProgress, ...options }: Options<typeof duplicatesOptions> & BatchOptions = {},
  ): Promise<Duplicates> {
    const parsed = parseInput(duplicatesOptions, this.#seeded(options));
    return findDuplicates(await this.#open(), data, { ...parsed, signal, onProgress });
  }

  /** The direction in latent space along which an attribute changes. @example vae.direction(data, { where: "label = smiling" }) */
  async direction(
    data: Dataset,
    { signal, onProgress, ...options }: Options<typeof directionOptions> & BatchOptions,
  ): Promise<AttributeDirection> {
    const { where, seed } = parseInput(directionOptions, this.#seeded(options));
    return directionOf(await this.#open(), data, parseWhere(where), { seed, signal, onProgress });
  }

  info(): ModelInfo {
    const { config, weights } = this.#ready();
    return modelInfo(config, weights);
  }

  /**
   * Writes ONNX models for other languages into the folder `path`: encoder, decoder, sampler, score; with `trainStep` also
   * the training step and a Python script that trains with it. The names of the files. E_OUT where the folder holds
   * something else.
   */
  async export(path: string, options: z.input<typeof exportOptions> = {}): Promise<string[]> {
    const { config, weights } = this.#ready();
    return exportModel(config, weights, path, parseInput(exportOptions, options), await hostOf(this.#options));
  }

  /** Saves a model folder, whole or not at all. E_OUT where the folder holds something else, E_LOCKED while it is in use. */
  async save(path: string): Promise<void> {
    const { config, weights, log, files: made } = this.#ready();
    const files = log.length > 0 ? { ...made, [METRICS]: metricsText(log) } : made;
    await saveModel(path, { config, weights, files, onnx: exportOnnx(config, weights) }, await hostOf(this.#options));
    this.#path = path;
  }

  /** Frees what the model holds on its device. It may be used again: then it is opened anew. */
  async dispose(): Promise<void> {
    await this.#close();
    const engine = await this.#engine;
    this.#engine = null;
    await engine?.dispose();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #ready(): Trained {
    if (this.#trained) return this.#trained;
    throw new VaekitError(
      "E_USAGE",
      "this model is not trained yet",
      "Call fit(data) or train(data) first, or load one.",
    );
  }

  #seeded<Given extends object>(options: Given): Given & { seed: number } {
    return { seed: this.#options.seed ?? 0, ...options };
  }

  #expectSchema({ name, schema }: Dataset): void {
    const { schema: model } = this.#options;
    if (JSON.stringify(schema.fields) === JSON.stringify(model.fields)) return;
    const [got, expected] = [schema, model].map((which) => JSON.stringify(briefFields(which)));
    throw new VaekitError("E_SHAPE", `${name}: got fields ${got}, the model was made for ${expected}`);
  }

  async #init(): Promise<Init | undefined> {
    const { init } = this.#options;
    if (init === undefined) return undefined;
    const host = await hostOf(this.#options);
    if (typeof init === "string") return loadInit(init, host);
    const { config, weights } = init.#ready();
    return initOf(config, weights, IN_MEMORY, host);
  }

  #engineOf(): Promise<Engine> {
    const { device, threads } = this.#options;
    const onNotice = (message: string) => {
      this.#notices.push(message);
      this.#options.onNotice?.(message);
    };
    this.#engine ??= hostOf(this.#options).then((host) =>
      host.engine(device ?? host.devices[0], { threads, onNotice }),
    );
    return this.#engine;
  }

  #datasetOf(records: Dataset | Rows): Promise<Dataset> {
    return datasetOf(records, this.#ready().config.schema);
  }

  async #scoring(options: z.input<typeof scoreOptions>): Promise<ScoringOptions> {
    const { samples, seed, reasons: explain } = parseInput(scoreOptions, options);
    this.#calibration ??= calibrationOf(this.#ready());
    return { calibration: this.#calibration, samples, seed, explain, landmarks: await this.#landmarks() };
  }

  async #landmarks(): Promise<OpenLandmarks | null> {
    const { config, files } = this.#ready();
    const bytes = files[LANDMARKS];
    if (!(bytes instanceof Uint8Array)) return null;
    this.#near ??= openLandmarks(config, parseLandmarks(bytes, LANDMARKS), await this.#engineOf());
    return this.#near;
  }

  #open(prior: PriorChoice = "model"): Promise<Runner> {
    const known = this.#learning ? null : this.#ready();
    let runner = this.#runners.get(prior);
    if (!runner) {
      runner = this.#openAnew(prior, known);
      this.#runners.set(prior, runner);
    }
    return runner;
  }

  async #openAnew(prior: PriorChoice, known: Snapshot | null): Promise<Runner> {
    const own = known ?? (await this.#learning!());
    const { config, weights } = prior === "model" ? own : withStandardPrior(own.config, own.weights);
    return openRunner(config, weights, await this.#engineOf());
  }

  async #close(): Promise<void> {
    const runners = [...this.#runners.values()];
    this.#runners.clear();
    const near = this.#near;
    this.#near = null;
    this.#calibration = null;
    await (await near)?.dispose();
    for (const runner of runners) await (await runner).dispose();
  }
}

/** Stands for the path of a model that was not loaded from one. */
const IN_MEMORY = "a model in memory";
function calibrationOf({ files }: Trained): Calibration | null {
  const text = files[CALIBRATION];
  return typeof text === "string" ? parseCalibration(text, CALIBRATION) : null;
}

async function hostOf({ host }: Place): Promise<Host> {
  if (host) return host;
  const { defaultHost } = await import("#host");
  return defaultHost();
}
