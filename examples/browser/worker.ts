/** The worker: it trains, draws, decodes, opens and saves, so that the page stays quick. */

import type { Pictures, TrainEvent } from "vaekit";
import { browserHost, type Dataset, open, packFolder, unpackFolder, Vae, writeDirectory } from "vaekit/browser";
import {
  type Asked,
  latentsAt,
  type ModelFacts,
  PAD_SIDE,
  padValue,
  type Questions,
  type Source,
  type Told,
} from "./messages.js";

/** Seconds between two looks at the model while it trains. */
const LOOK_SECONDS = 1.5;
const SAMPLES = 64;
const SEED = 7;
const MNIST = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];

const host = browserHost({ wasmPaths: new URL("/ort/", location.href).href });
const tell = (told: Told) => postMessage(told);

let vae: Vae | null = null;
let name = "model";
let training: AbortController | null = null;
const waiting: Asked[] = [];

const answers: Questions = {
  async look() {
    const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
    const { vendor = "", architecture = "", description = "" } = adapter?.info ?? {};
    const words = description || [vendor, architecture].filter(Boolean).join(" ") || "a graphics card";
    return { isolated: crossOriginIsolated, cores: navigator.hardwareConcurrency, adapter: adapter ? words : null };
  },

  async train({ source, device, records, ...wishes }) {
    const data = await openData(source, records);
    const learning = new Vae({ schema: data.schema, ...wishes, device, host, onNotice: (notice) => tell({ notice }) });
    training = new AbortController();
    try {
      const before = factsOf(data, wishes.latent);
      let looked = 0;
      let step = 0;
      for await (const event of learning.train(data, { epochs: wishes.epochs, signal: training.signal })) {
        if ("step" in event) step = event.step;
        tell({ event, facts: before });
        const now = performance.now();
        if (shows(event) || (event.event === "progress" && now - looked > 1000 * LOOK_SECONDS)) {
          await show(learning, before, step);
          looked = performance.now();
        }
        await breathe();
        await answerWaiting(learning);
      }
      await vae?.dispose();
      vae = learning;
      name = nameOf(data);
    } catch (error) {
      await learning.dispose();
      throw error;
    } finally {
      training = null;
    }
    const facts = factsNow();
    await show(vae, facts, null);
    return facts;
  },

  decode: (latents) => ready().decode(latents),

  async open(files, device) {
    const [first] = files;
    const folder = `models/${first.name.replace(/\.zip$/i, "")}`;
    if (/\.zip$/i.test(first.name)) await unpackFolder(await bytesOf(first), folder, { name: first.name, host });
    const root = /\.zip$/i.test(first.name) ? folder : await copyFolder(files);
    const opened = await Vae.load(root, { device, host, onNotice: (notice) => tell({ notice }) });
    await vae?.dispose();
    vae = opened;
    name = root.slice(root.lastIndexOf("/") + 1);
    const facts = factsNow();
    await show(vae, facts, null);
    return facts;
  },

  async pack() {
    await ready().save(`saved/${name}`);
    return packFolder(`saved/${name}`, host);
  },

  async saveTo(directory) {
    await ready().save(`saved/${name}`);
    await writeDirectory(`saved/${name}`, await directory.getDirectoryHandle(name, { create: true }), host);
    return `${directory.name}/${name}`;
  },
};

addEventListener("message", ({ data }: MessageEvent<Asked | "stop">) => {
  if (data === "stop") return training?.abort();
  waiting.push(data);
  if (!training) void answerWaiting(vae);
});

let answering = false;
/** Answers what was asked, in turn; in the middle of training by the model as it is by then. */
async function answerWaiting(model: Vae | null): Promise<void> {
  if (answering && !training) return;
  answering = true;
  for (let asked = waiting.shift(); asked; asked = waiting.shift()) {
    const { id } = asked;
    try {
      const midway = training && asked.name === "decode" ? model?.decode(asked.args[0]) : null;
      tell({ id, answer: await (midway ?? (answers[asked.name] as (...args: unknown[]) => unknown)(...asked.args)) });
    } catch (error) {
      const { message, hint = "" } = error as Error & { hint?: string };
      tell({ id, failure: { message, hint } });
    }
  }
  answering = false;
}

/** Lets messages come in: what a program awaits does not. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

const shows = ({ event }: TrainEvent) => event === "start" || event === "first-step" || event === "epoch";

function ready(): Vae {
  if (vae) return vae;
  throw new Error("there is no model yet: train one, or open one");
}

async function show(model: Vae, facts: ModelFacts, step: number | null): Promise<void> {
  const latents = new Float32Array(PAD_SIDE * PAD_SIDE * facts.latent);
  for (let i = 0; i < PAD_SIDE * PAD_SIDE; i++) {
    const [row, column] = [Math.floor(i / PAD_SIDE), i % PAD_SIDE];
    latents.set(latentsAt(facts, padValue(column), padValue(PAD_SIDE - 1 - row)), i * facts.latent);
  }
  const samples: Pictures = await model.sample(SAMPLES, { seed: SEED });
  tell({ step, samples, pad: await model.decode(latents) });
}

async function openData(source: Source, records: number): Promise<Dataset> {
  const files = source === "mnist" ? await Promise.all(MNIST.map(fetchFile)) : source;
  await host.files.remove("data");
  for (const file of files) await host.files.write(`data/${file.name}`, await bytesOf(file));
  const pictures = files.find(({ name }) => !/labels/i.test(name)) ?? files[0];
  const data = await open(`data/${pictures.name}`, { limit: records }, host);
  return source === "mnist" ? { ...data, name: "mnist" } : { ...data, name: pictures.name };
}

async function fetchFile(name: string): Promise<File> {
  const response = await fetch(`/mnist/${name}`);
  if (!response.ok) throw new Error(`/mnist/${name}: the server answers ${response.status}`);
  return new File([await response.arrayBuffer()], name);
}

/** Copies a chosen folder into memory; its path there. */
async function copyFolder(files: readonly File[]): Promise<string> {
  const [top] = files[0].webkitRelativePath.split("/");
  await host.files.remove(`models/${top}`);
  for (const file of files) await host.files.write(`models/${file.webkitRelativePath}`, await bytesOf(file));
  return `models/${top}`;
}

const bytesOf = async (file: File) => new Uint8Array(await file.arrayBuffer());
const nameOf = ({ name }: Dataset) => `${name.replace(/\.[^/]*$/, "").replace(/[^\w-]+/g, "-")}-vae`;

function factsOf({ name, schema }: Pick<Dataset, "name" | "schema">, latent: number): ModelFacts {
  const { height, width, channels } = schema.fields.image as unknown as Pick<Pictures, "height" | "width" | "channels">;
  return { name, latent, axes: [0, Math.min(1, latent - 1)], height, width, channels, loss: null };
}

function factsNow(): ModelFacts {
  const { config } = ready();
  const { latent } = config;
  const kl = config.latents?.kl ?? [];
  const order = Array.from({ length: latent }, (_, i) => i).sort((a, b) => (kl[b] ?? 0) - (kl[a] ?? 0));
  const [first, second = first] = order.slice(0, 2).sort((a, b) => a - b);
  const { negativeElbo } = config.metrics;
  const loss = typeof negativeElbo === "number" ? negativeElbo : null;
  return { ...factsOf({ name, schema: config.schema }, latent), axes: [first, second], loss };
}
