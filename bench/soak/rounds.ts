/** One round of the soak: everything a long-lived program does with vaekit, and everything that goes wrong in it. */

import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDataset } from "../../src/data/open.js";
import { VaekitError } from "../../src/errors.js";
import { nodeHost } from "../../src/node/host.js";
import { openWorkFolder } from "../../src/store/work-folder.js";
import { Vae } from "../../src/vae.js";
import { verbs } from "../../src/verbs/list.js";
import { parseInput } from "../../src/verbs/parse.js";
import { bars, barsFiles, barsIdx, barsNpz, barsZip, writeFiles } from "./bars.js";

export interface Round {
  /** Empty or not there. */
  readonly folder: string;
  readonly number: number;
  readonly threads: number;
}

const RECORDS = 240;
const SIDES = [8, 12] as const;
const NETS = ["mlp", "conv"] as const;
const EPOCHS = 2;
/** Aborts come at another moment each round. */
const ABORT_MILLISECONDS = [5, 30, 100, 200, 400];

const host = nodeHost();

/** Throws when anything ends otherwise than it should. */
export async function round({ folder, number, threads }: Round): Promise<void> {
  const at = (...parts: string[]) => join(folder, ...parts);
  mkdirSync(folder, { recursive: true });
  const side = SIDES[number % SIDES.length];
  const drawn = bars(RECORDS, side, number);
  const files = await barsFiles(bars(RECORDS / 4, side, number));
  writeFiles(at("pictures"), files);
  writeFileSync(at("bars.zip"), barsZip(files));
  writeFileSync(at("bars.npz"), barsNpz(drawn));
  writeFileSync(at("bars.idx"), barsIdx(drawn));
  const sources = [at("bars.npz"), at("pictures"), at("bars.zip"), at("bars.idx")];
  const net = NETS[number % NETS.length];
  await byVerbs(at, sources[number % sources.length], { net, threads, seed: number });
  for (const source of sources) await byLibrary(at("library"), source, { net, threads, seed: number });
  await failures(at, threads);
}

interface Choices {
  readonly net: string;
  readonly threads: number;
  readonly seed: number;
}

/** As the command does it: every verb on files, a checkpoint at every step, an interruption and a resume. */
async function byVerbs(at: (...parts: string[]) => string, data: string, { net, threads, seed }: Choices) {
  const model = at("model");
  const fit = { data, out: model, net, epochs: EPOCHS, batchSize: 32, checkpointEvery: 0.001, threads, seed };
  const patience = ABORT_MILLISECONDS[seed % ABORT_MILLISECONDS.length];
  const interrupted = await errorOf(runVerb("fit", { ...fit, epochs: 1000 }, AbortSignal.timeout(patience)));
  expect(interrupted, "E_INTERRUPTED");
  await runVerb("fit", fit); // replaces the run above
  await runVerb("fit", fit); // replaces the model
  await runVerb("sample", { model, out: at("samples.png"), threads });
  await runVerb("sample", { model, out: at("samples.npz"), count: 16, threads });
  await runVerb("reconstruct", { model, data, out: at("pairs.webp"), threads });
  await runVerb("interpolate", { model, from: `${data}/0`, to: `${data}/1`, out: at("walk.gif"), threads });
  await runVerb("encode", { model, data, out: at("codes.csv"), threads });
  await runVerb("encode", { model, data, out: at("codes.npz"), threads });
  await runVerb("decode", { model, latents: at("codes.npz"), out: at("decoded/"), threads });
  await runVerb("evaluate", { model, data, samples: 4, threads });
  await runVerb("map", { model, data, out: at("map.png"), threads });
  await runVerb("info", { model });
}

async function runVerb(name: string, input: Record<string, unknown>, signal = new AbortController().signal) {
  const verb = verbs.find((candidate) => candidate.name === name);
  if (!verb) throw new Error(`no verb ${name}`);
  await verb.run(parseInput(verb.input, input), {
    host,
    signal,
    report: () => {},
    print: () => {},
    mark: (text: string) => text,
  });
}

/** As a program does it, in memory, saved over the model of the last time. */
async function byLibrary(folder: string, source: string, { net, threads, seed }: Choices) {
  const data = await openDataset(source, {}, host);
  try {
    const vae = new Vae({ schema: data.schema, latent: 3, net, seed, threads, host });
    await vae.fit(data, { epochs: EPOCHS, batchSize: 32 });
    await vae.save(folder);
    await vae.dispose();
    const loaded = await Vae.load(folder, { threads, host });
    await loaded.sample(32);
    const codes = await loaded.encode(data);
    await loaded.decode(codes);
    await loaded.reconstruct(data, { count: 8 });
    await loaded.interpolate(codes.mu.slice(0, 3), codes.mu.slice(3, 6));
    await loaded.dispose();
  } finally {
    await data.close();
  }
}

/** What users do wrong. Each must be an error, and leave nothing behind in the process. */
async function failures(at: (...parts: string[]) => string, threads: number) {
  for (const name of ["bars.npz", "bars.zip", "bars.idx"]) truncateSync(at(name), 100);
  for (const name of ["bars.npz", "bars.zip", "bars.idx", "nothing here"])
    expect(await errorOf(openDataset(at(name), {}, host)), "E_FILE", "E_PATH");
  const model = at("library");
  const work = await openWorkFolder(model, { resume: false }, host);
  expect(await errorOf(runVerb("fit", { data: at("pictures"), out: model, threads })), "E_LOCKED");
  await work.close();
  expect(await errorOf(runVerb("sample", { model, out: at("pictures"), device: "none" })), "E_DEVICE");
  expect(await errorOf(runVerb("sample", { model, out: at("codes.csv", "below.png"), threads })), "E_OUT");
  truncateSync(join(model, "model.safetensors"), 1000);
  expect(await errorOf(Vae.load(model, { host })), "E_MODEL");
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return new Error("it succeeded");
}

function expect(error: unknown, ...codes: string[]): void {
  if (!(error instanceof VaekitError) || !codes.includes(error.code))
    throw new Error(`expected ${codes.join(" or ")}, got ${error}`, { cause: error });
}
