/** Training on texts as whole programs: ours beside a PyTorch script of the usual kind, in turns. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { chosen } from "../harness/chosen.js";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { lastEvent, type Measured, measure } from "../harness/process.js";
import { spread, spreadOf } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

const NETS = { gru: "gru", transformer: "transformer" };
const BATCH = 64;
const VOCABULARY = 10_000;
const TEXTS = 6400;
const ROUNDS = 3;
const QUICK = { texts: 1280, rounds: 1 };

interface Program {
  readonly name: string;
  readonly command: readonly string[];
}

/** What one run did. */
interface Run {
  /** Tokens a second, from the start of the command to its end. */
  readonly whole: number;
  /** From the end of the first step to that of the last. */
  readonly steady: number;
  readonly measured: Measured;
}

function programs(net: string, file: string, texts: number, { root, python, threads }: Context): Program[] {
  const sizes = [`${texts}`, `${BATCH}`, `${VOCABULARY}`, `${threads}`];
  const script = join(root, "bench", "steps", "text-train.ts");
  const ours: Program = { name: "vaekit", command: [process.execPath, "--import", "tsx", script, file, net, ...sizes] };
  if (!python) return [ours];
  const flags = ["--limit", "--batch", "--vocabulary", "--threads"].flatMap((flag, i) => [flag, sizes[i]!]);
  const theirs = [python, peerScript(root, "text_train.py"), file, "--model", net, ...flags];
  return [ours, { name: "PyTorch script", command: theirs }];
}

async function runOf({ command }: Program, root: string): Promise<Run> {
  const measured = await measure(command, { cwd: root });
  const { tokens, steady, seconds } = lastEvent(measured, "done") as Record<"tokens" | "steady" | "seconds", number>;
  return { whole: tokens / measured.wallSeconds, steady: steady / seconds, measured };
}

async function compare(net: string, file: string, context: Context): Promise<Record<string, Cell>[]> {
  const { texts, rounds } = context.quick ? QUICK : { texts: TEXTS, rounds: ROUNDS };
  const contenders = programs(net, file, texts, context);
  const runs: Run[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < contenders.length; turn++) {
      const which = (round + turn) % contenders.length;
      const contender = contenders[which]!;
      const run = await runOf(contender, context.root);
      runs[which]!.push(run);
      context.log(`${net}, ${contender.name}: ${run.steady.toFixed(0)} tokens/s, whole ${run.whole.toFixed(0)}`);
    }
  const ours = runs[0]!;
  return contenders.map(({ name }, which) => {
    const own = runs[which]!;
    const times = (key: "whole" | "steady"): Cell =>
      which === 0 ? null : spread(own.map((run, round) => ours[round]![key] / run[key]));
    return {
      net,
      program: name,
      steady: spread(own.map(({ steady }) => steady)),
      steadyRatio: times("steady"),
      whole: spread(own.map(({ whole }) => whole)),
      wholeRatio: times("whole"),
      cpu: spreadOf(own.map(({ measured }) => measured.cpuSeconds)),
      memory: spreadOf(own.map(({ measured }) => measured.peakMiB)),
    };
  });
}

async function run(context: Context): Promise<Result> {
  const data = process.env.VAEKIT_DATA ?? join(context.root, "..", "shared", "data");
  const file = join(data, "text", "ptb", "train.txt.gz");
  const columns = [
    { key: "net", title: "net" },
    { key: "program", title: "program" },
    { key: "steady", title: "tokens/s", digits: 0 },
    { key: "steadyRatio", title: "ours / theirs" },
    { key: "whole", title: "tokens/s, whole program", digits: 0 },
    { key: "wholeRatio", title: "ours / theirs, whole" },
    { key: "cpu", title: "CPU, s", digits: 1 },
    { key: "memory", title: "peak memory, MiB", digits: 0 },
  ];
  if (!existsSync(file)) return { protocol: "skipped: no data", columns, rows: [] };
  const rows: Record<string, Cell>[] = [];
  for (const net of Object.keys(chosen(NETS, context.only))) rows.push(...(await compare(net, file, context)));
  return {
    protocol:
      `One pass over the first ${context.quick ? QUICK.texts : TEXTS} sentences of the Penn Treebank, batch ${BATCH}, vocabulary ` +
      `${VOCABULARY.toLocaleString("en")}, latent 32, the nets' default sizes, Adam, ${context.threads} threads each. Ours is the trainer, from the file ` +
      "on, batches of like lengths together, logits only where there is a token; theirs a script (bench/peers/text_train.py) with a " +
      "DataLoader, shuffled batches padded to their longest, nn.GRU (packed for reading) or nn.TransformerEncoder, cross-entropy " +
      "with ignore_index. Tokens are those that are there, ends among them: after the first step, and over the whole program, from " +
      "the start of the command to its end. Programs take turns; medians (ranges), ratios by round, above 1 ours is faster.",
    columns,
    rows,
    notes: context.python ? [] : [NO_PYTHON],
  };
}

export const workload: Workload = {
  name: "text-speed",
  summary: "training on the Penn Treebank, GRU and transformer, beside a PyTorch script",
  run,
};
