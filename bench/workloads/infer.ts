/** What a trained model is asked: encode, decode, score; ours, PyTorch and onnxruntime in Python, with the same weights. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Philox } from "../../src/random.js";
import { alternate, type Comparison } from "../harness/alternate.js";
import { chosen } from "../harness/chosen.js";
import { compilerCache, NO_PYTHON, peerScript } from "../harness/peer.js";
import { measure } from "../harness/process.js";
import { type Server, startServer } from "../harness/server.js";
import { median, type Spread, spread } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

const OURS = "vaekit";
const LATENT = 20;
const RECORDS = 10_000;
/** Times that a task is done in a block. */
const TASKS: Readonly<Record<string, number>> = { encode: 4, decode: 4, score: 1 };
/** Answers that differ by more are not of the same model. */
const TOLERANCE = 0.01;

const NETS: Readonly<Record<string, readonly string[]>> = {
  mlp: ["no_grad", "inference_mode", "inference_mode+compile"],
  conv: ["no_grad", "inference_mode", "inference_mode+channels_last", "inference_mode+compile"],
};

/** A trained model, its export, and latents to decode. */
interface Subject {
  readonly net: string;
  readonly model: string;
  readonly onnx: string;
  readonly latents: string;
}

interface Compared extends Comparison {
  readonly net: string;
  readonly task: string;
  readonly peakMiB: Readonly<Record<string, number | null>>;
  /** Why a program is not there. */
  readonly failed: Readonly<Record<string, string>>;
}

async function subject(net: string, { cli, root, temporary }: Context): Promise<Subject> {
  const folder = await temporary();
  const [model, onnx, latents] = ["model", "onnx", "latents"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const parts = ["--net", net, "--latent", `${LATENT}`, "--likelihood", "bernoulli", "--prior", "standard-normal"];
  const fit = ["fit", "mnist", ...parts, "--limit", "6000", "--epochs", "1", "--out", model];
  await measure([...cli, ...fit, "--json"], { cwd: root });
  await measure([...cli, "export", model, "--out", onnx, "--json"], { cwd: root });
  await writeFile(latents, new Philox(0).normals(new Float32Array(RECORDS * LATENT)));
  return { net, model, onnx, latents };
}

function programs({ net, model, onnx, latents }: Subject, task: string, context: Context) {
  const { root, python, mnist, threads, quick } = context;
  const own = [model, task, `${RECORDS}`, latents, `${threads}`];
  const all: Record<string, string[]> = {
    [OURS]: [process.execPath, join(root, "bench", "servers", "infer.mjs"), ...own],
  };
  if (!python) return all;
  const files = ["--model", model, "--onnx", onnx, "--latents", latents];
  const how = ["--net", net, "--task", task, "--limit", `${RECORDS}`, "--threads", `${threads}`];
  const variants = NETS[net]!;
  const by = (variant: string) => [python, peerScript(root, "infer.py"), mnist, ...files, ...how, "--by", variant];
  for (const variant of quick ? variants.slice(1, 2) : variants)
    all[`PyTorch, ${variant.replaceAll("+", ", ")}`] = by(variant);
  all["onnxruntime in Python"] = by("onnxruntime");
  return all;
}

async function compare(of: Subject, task: string, context: Context): Promise<Compared> {
  const servers: Record<string, Server> = {};
  const failed: Record<string, string> = {};
  try {
    for (const [name, command] of Object.entries(programs(of, task, context))) {
      const server = await startServer(command, compilerCache(context.root));
      if ("failed" in server) failed[name] = server.failed;
      else servers[name] = server;
    }
    sameAnswers(servers, `${of.net}, ${task}`);
  } catch (error) {
    await Promise.allSettled(Object.values(servers).map((server) => server.close()));
    throw error;
  }
  const steps = TASKS[task]!;
  const blocks = context.quick ? { rounds: 2, steps: 1, warmup: 1 } : { rounds: 7, steps, warmup: steps };
  const comparison = await alternate(servers, blocks);
  const peakMiB = Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.peakMiB()]));
  return { ...comparison, net: of.net, task, peakMiB, failed };
}

function sameAnswers(servers: Readonly<Record<string, Server>>, what: string): void {
  const expected = servers[OURS]!.ready.mean as number;
  for (const [name, { ready }] of Object.entries(servers)) {
    if (Math.abs((ready.mean as number) / expected - 1) < TOLERANCE) continue;
    throw new Error(`${what}: ${name} answers ${ready.mean} on average, ${OURS} ${expected}: not the same model`);
  }
}

function rowsOf({ net, task, blocks, peakMiB, failed }: Compared): Record<string, Cell>[] {
  const names = Object.keys(blocks);
  const ours = blocks[OURS]!;
  const over = (name: string): Spread => spread(ours.map((ms, round) => ms / blocks[name]![round]!));
  const [best] = names.filter((name) => name !== OURS).sort((a, b) => median(blocks[a]!) - median(blocks[b]!));
  return [
    ...names.map((program) => ({
      net,
      task,
      program,
      rate: spread(blocks[program]!.map((ms) => RECORDS / (ms / 1000))),
      share: program === OURS ? null : over(program),
      best: program === OURS && best ? over(best) : null,
      memory: peakMiB[program] ?? null,
    })),
    ...Object.entries(failed).map(([program, why]) => ({ net, task, program: `${program}: ${why}` })),
  ];
}

async function run(context: Context): Promise<Result> {
  const all: Compared[] = [];
  for (const net of Object.keys(chosen(NETS, context.only))) {
    const of = await subject(net, context);
    for (const task of Object.keys(TASKS)) {
      const compared = await compare(of, task, context);
      all.push(compared);
      for (const [name, { median }] of Object.entries(compared.ms))
        context.log(`${net}, ${task}, ${name}: ${median.toFixed(0)} ms`);
    }
  }
  return {
    protocol:
      `${RECORDS} test pictures of MNIST (or as many latents), models with latent 20 and the Bernoulli likelihood: mlp ` +
      `784-400, conv 32-64 (k4 s2); the same weights everywhere, and answers that agree to 1 % on average. Encode: mu and ` +
      `logvar; decode: the decoder's means; score: importance-weighted -log p(x) of 4 draws. A process for each program ` +
      `and task, ${context.threads} threads each; vaekit is the library in Node from bytes, its noise keyed by each ` +
      `record's content; PyTorch from floats in memory, onnxruntime the files of \`vaekit export\`, both in batches of ` +
      `256 (vaekit's for encode and decode). Blocks take turns; records/s by the median over blocks (range), ours / theirs ` +
      `in time per round (below 1 ours is faster), the best by its median. Peak memory of the process, libraries included.`,
    columns: [
      { key: "net", title: "net" },
      { key: "task", title: "task" },
      { key: "program", title: "program" },
      { key: "rate", title: "records/s", digits: 0 },
      { key: "share", title: "ours / theirs" },
      { key: "best", title: "ours / best" },
      { key: "memory", title: "peak memory, MiB", digits: 0 },
    ],
    rows: all.flatMap(rowsOf),
    notes: context.python ? [] : [NO_PYTHON],
    details: all.map(({ net, task, blocks }) => ({ net, task, blocks })),
  };
}

export const workload: Workload = {
  name: "infer",
  summary: "encode, decode and score with a trained model, beside PyTorch and onnxruntime in Python",
  run,
};
