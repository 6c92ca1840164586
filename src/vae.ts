/** A variational autoencoder: a method per verb. */

import * as z from "zod";
import type { Dataset, Schema } from "./data/dataset.js";
import { VaekitError } from "./errors.js";
import type { Evaluation } from "./eval/evaluate.js";
import type { Host, Pictures } from "./host.js";
import type { ModelConfig } from "./model/config.js";
import { exportOnnx } from "./model/export.js";
import { openRunner } from "./model/open.js";
import type { Encoded, Runner, Weight } from "./model/runner.js";
import { withStandardPrior } from "./model/standard-prior.js";
import type { Engine } from "./runtime/engine.js";
import { loadModel, saveModel } from "./store/folder.js";
import { epochsOf, type TrainEvent } from "./train/events.js";
import { TrainingOptions } from "./train/options.js";
import { plan, type Wishes } from "./train/plan.js";
import { train } from "./train/trainer.js";
import type { Init } from "./train/warm-start.js";
import { type Codes, encodeDataset } from "./verbs/encode.js";
import { evaluateModel, evaluateOptions } from "./verbs/evaluate.js";
import { type ModelInfo, modelInfo } from "./verbs/info.js";
import { interpolateOptions, walkBetween } from "./verbs/interpolate.js";
import { type LatentMap, mapDataset } from "./verbs/map.js";
import { parseInput } from "./verbs/parse.js";
import { type BatchOptions, decodePictures } from "./verbs/pictures.js";
import { type Pairs, reconstructOptions, reconstructPictures } from "./verbs/reconstruct.js";
import { makeResults } from "./verbs/results/make.js";
import { drawSamples, sampleOptions } from "./verbs/sample.js";
import { initOf, loadInit } from "./verbs/warm-start.js";

/** Where a model computes and what it may touch. */
export interface Place {
  /** Default "cpu". */
  readonly device?: string;
  /** Default: as many as the machine has, at most 8. */
  readonly threads?: number;
  /** Default: Node's, or the browser's. */
  readonly host?: Host;
}

/** The parts of a model; what is left out or "auto" is chosen from the data when it is trained. */
export interface VaeOptions extends Omit<Wishes, keyof TrainingOptions>, Place {
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
export type TrainOptions = Partial<TrainingOptions> & {
  /** Stops training after the step under way; what was learned so far stays. */
  readonly signal?: AbortSignal;
};
const trainOptions = z.strictObject(TrainingOptions.shape).partial();

export type EndEvent = Extract<TrainEvent, { event: "end" }>;
type Options<Schema extends z.ZodObject> = z.input<Schema> & { readonly signal?: AbortSignal };

type PriorChoice = z.output<typeof sampleOptions>["prior"];

interface Trained {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Pictures and pages for the model folder. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

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
  #engine: Promise<Engine> | null = null;
  /** By prior: the model's own, or N(0, I). */
  readonly #runners = new Map<PriorChoice, Promise<Runner>>();

  constructor(options: VaeOptions) {
    this.#options = options;
  }

  /** Loads a model folder. E_PATH where there is nothing, E_MODEL where it is damaged, incomplete or too new. */
  static async load(path: string, place: Place = {}): Promise<Vae> {
    const { config, weights } = await loadModel(path, await hostOf(place));
    const vae = new Vae({ ...place, schema: config.schema, seed: config.training.seed });
    vae.#trained = { config, weights, files: {} };
    return vae;
  }

  /** The parts and facts of the model. E_USAGE before it is trained. */
  get config(): ModelConfig {
    return this.#ready().config;
  }

  /**
   * Trains from the start, or from the weights of `init`, telling what happens; afterwards the weights are those of the best validation loss. E_DATA for
   * data nothing can be learned from, E_SHAPE for data of another schema, E_OPTION, E_DIVERGED.
   */
  async *train(data: Dataset, { signal, ...options }: TrainOptions = {}): AsyncGenerator<TrainEvent, void> {
    parseInput(trainOptions, options);
    this.#expectSchema(data);
    const { schema: _, device, threads, host, init: __, ...wishes } = this.#options;
    const init = await this.#init();
    const config = await plan(data, { ...wishes, ...options }, init);
    const engine = await this.#engineOf();
    const told: TrainEvent[] = [];
    const training = train(config, data, { engine, signal, init });
    for (;;) {
      const next = await training.next();
      if (next.done) {
        const { config: trained, weights } = next.value;
        await this.#close();
        const place = await hostOf(this.#options);
        const looked = await makeResults(trained, weights, data, epochsOf(told), engine, place);
        this.#trained = { ...looked, weights };
        return;
      }
      told.push(next.value);
      yield next.value;
    }
  }

  /** Trains without telling; how it ended. Errors as `train`. */
  async fit(data: Dataset, options: TrainOptions = {}): Promise<EndEvent> {
    let end: TrainEvent | null = null;
    for await (const event of this.train(data, options)) end = event;
    return end as EndEvent;
  }

  /** Draws new records: the decoder's means, for latents whose spread `temperature` scales. */
  async sample(
    count = 64,
    { signal, ...options }: Omit<Options<typeof sampleOptions>, "count"> = {},
  ): Promise<Pictures> {
    const { prior, ...parsed } = parseInput(sampleOptions, this.#seeded({ count, ...options }));
    return drawSamples(await this.#open(prior), { ...parsed, signal });
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

  /** Posterior of each record: means and log-variances [count, latent], ids, labels. */
  async encode(data: Dataset, options: BatchOptions = {}): Promise<Codes> {
    return encodeDataset(await this.#open(), data, options);
  }

  /** The decoder's means for latents [count, latent]; takes what `encode` gives, too. */
  async decode(latents: Float32Array | Encoded, options: BatchOptions = {}): Promise<Pictures> {
    return decodePictures(await this.#open(), latents instanceof Float32Array ? latents : latents.mu, options);
  }

  /**
   * How well the model explains data, in nats per record, with the protocol of the figures. With `generated`, that many
   * pictures drawn from the model are compared with as many records; those figures stand under `image`.
   */
  async evaluate(data: Dataset, { signal, ...options }: Options<typeof evaluateOptions> = {}): Promise<Evaluation> {
    const { prior, ...parsed } = parseInput(evaluateOptions, this.#seeded(options));
    return evaluateModel(await this.#open(prior), await this.#engineOf(), data, { ...parsed, signal });
  }

  /** Where records lie in latent space: points in the plane, and a picture of them coloured by label. */
  async map(data: Dataset, options: BatchOptions = {}): Promise<LatentMap> {
    return mapDataset(await this.#open(), data, options);
  }

  info(): ModelInfo {
    const { config, weights } = this.#ready();
    return modelInfo(config, weights);
  }

  /** Saves a model folder, whole or not at all. E_OUT where the folder holds something else, E_LOCKED while it is in use. */
  async save(path: string): Promise<void> {
    const { config, weights, files } = this.#ready();
    await saveModel(path, { config, weights, files, onnx: exportOnnx(config, weights) }, await hostOf(this.#options));
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
    const [got, expected] = [schema, this.#options.schema].map((which) => JSON.stringify(which.fields));
    if (got !== expected)
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
    const { device = "cpu", threads } = this.#options;
    this.#engine ??= hostOf(this.#options).then((host) => host.engine(device, { threads }));
    return this.#engine;
  }

  #open(prior: PriorChoice = "model"): Promise<Runner> {
    const own = this.#ready();
    const { config, weights } = prior === "model" ? own : withStandardPrior(own.config, own.weights);
    let runner = this.#runners.get(prior);
    if (!runner) {
      runner = this.#engineOf().then((engine) => openRunner(config, weights, engine));
      this.#runners.set(prior, runner);
    }
    return runner;
  }

  async #close(): Promise<void> {
    const runners = [...this.#runners.values()];
    this.#runners.clear();
    for (const runner of runners) await (await runner).dispose();
  }
}

/** Stands for the path of a model that was not loaded from one. */
const IN_MEMORY = "a model in memory";

async function hostOf({ host }: Place): Promise<Host> {
  if (host) return host;
  const { defaultHost } = await import("#host");
  return defaultHost();
}
