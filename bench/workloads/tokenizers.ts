/** Byte-level BPE: learning a vocabulary and encoding, beside Hugging Face's tokenizers in Python and JavaScript. */

import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Philox } from "../../src/random.js";
import { trainTokenizer } from "../../src/text/load.js";
import { alternate } from "../harness/alternate.js";
import { chosen } from "../harness/chosen.js";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { type Server, startServer } from "../harness/server.js";
import { spread } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

const OURS = "vaekit";
const FILES = ["ptb/train.txt.gz", "django-lines.txt.gz", "tinyshakespeare.txt.gz"];
const MEGABYTE = 1e6;
/** Bytes of text per task: of the slowest program, encoding takes a minute for so much. */
const TASKS: Readonly<Record<string, number>> = { train: 100 * MEGABYTE, encode: 10 * MEGABYTE };
const QUICK = 20;
const VOCABULARY = 8000;
/** Share of words that become new ones, so that repeated text goes on to have words not seen before. */
const NEW_WORDS = 0.05;

/** Lines of the files over and over; here and there a word ends as another one does. */
function longText(folder: string, bytes: number, seed: number): string {
  const lines = FILES.flatMap((file) =>
    gunzipSync(readFileSync(join(folder, file)))
      .toString()
      .trimEnd()
      .split("\n"),
  );
  const words = lines.flatMap((line) => line.split(" ").filter(Boolean));
  const random = new Philox(seed);
  const changed = (word: string): string => {
    if (word === "" || random.uniform() >= NEW_WORDS) return word;
    const other = words[Math.floor(random.uniform() * words.length)]!;
    return word.slice(0, Math.ceil(word.length / 2)) + other.slice(Math.floor(other.length / 2));
  };
  const made: string[] = [];
  for (let i = 0, length = 0; length < bytes; i++) {
    const line = lines[i % lines.length]!.split(" ").map(changed).join(" ");
    made.push(line);
    length += line.length + 1;
  }
  return made.join("\n");
}

function programs(task: string, text: string, json: string, { root, python }: Context): Record<string, string[]> {
  const node = [process.execPath, "--import", "tsx", join(root, "bench", "servers", "bpe.ts"), text, task];
  const peer = python ? [python, peerScript(root, "bpe.py"), text, "--task", task] : null;
  if (task === "train")
    return {
      [OURS]: [...node, `${VOCABULARY}`],
      ...(peer && { "tokenizers in Python": [...peer, "--vocabulary", `${VOCABULARY}`] }),
    };
  return {
    [OURS]: [...node, json, "vaekit"],
    ...(peer && {
      "tokenizers in Python, line by line": [...peer, "--json", json],
      "tokenizers in Python, one batch": [...peer, "--json", json, "--batch"],
    }),
    "@huggingface/tokenizers": [...node, json, "huggingface"],
  };
}

async function compare(task: string, bytes: number, folder: string, context: Context): Promise<Record<string, Cell>[]> {
  const content = longText(folder, bytes, context.seed);
  const scratch = await context.temporary();
  const [text, json] = [join(scratch, "text.txt"), join(scratch, "tokenizer.json")];
  await writeFile(text, content);
  if (task === "encode")
    await writeFile(
      json,
      JSON.stringify((await trainTokenizer("bpe", content.split("\n"), { vocabulary: VOCABULARY })).json),
    );

  const servers: Record<string, Server> = {};
  const rows: Record<string, Cell>[] = [];
  try {
    for (const [program, command] of Object.entries(programs(task, text, json, context))) {
      const server = await startServer(command, {
        RAYON_NUM_THREADS: `${context.threads}`,
        TOKENIZERS_PARALLELISM: "true",
      });
      if ("failed" in server) rows.push({ task, program: `${program}: ${server.failed}` });
      else servers[program] = server;
    }
    const { figure } = servers[OURS]!.ready;
    for (const [program, { ready }] of Object.entries(servers))
      if (ready.figure !== figure)
        throw new Error(`${task}: ${program} gives ${ready.figure}, ${OURS} ${figure}: not the same tokens`);
  } catch (error) {
    await Promise.allSettled(Object.values(servers).map((server) => server.close()));
    throw error;
  }
  const { blocks } = await alternate(servers, { rounds: context.quick ? 2 : 5, steps: 1, warmup: 0 });
  const size = Buffer.byteLength(content) / MEGABYTE;
  const measured = Object.entries(blocks).map(([program, ms]) => ({
    task,
    program,
    seconds: spread(ms.map((value) => value / 1000)),
    rate: spread(ms.map((value) => size / (value / 1000))),
    share: program === OURS ? null : spread(ms.map((value, round) => blocks[OURS]![round]! / value)),
    memory: servers[program]!.peakMiB(),
  }));
  for (const { program, seconds } of measured) context.log(`${task}, ${program}: ${seconds.median.toFixed(1)} s`);
  return [...measured, ...rows];
}

async function run(context: Context): Promise<Result> {
  const { VAEKIT_DATA } = process.env;
  const rows: Record<string, Cell>[] = [];
  const tasks = Object.entries(chosen(TASKS, context.only));
  for (const [task, bytes] of VAEKIT_DATA ? tasks : [])
    rows.push(...(await compare(task, context.quick ? bytes / QUICK : bytes, join(VAEKIT_DATA!, "text"), context)));
  const megabytes = (task: string) => TASKS[task]! / (context.quick ? QUICK : 1) / MEGABYTE;
  return {
    protocol:
      `Lines of the Penn Treebank, of Django and of Shakespeare, repeated to ${megabytes("train")} MB for training and ` +
      `${megabytes("encode")} MB for encoding; ${100 * NEW_WORDS} % of the words are made anew of halves of two words, seed ` +
      `${context.seed}. Byte-level BPE, vocabulary ${VOCABULARY}, pairs that occur twice or more. Merges and ids are the ` +
      `same everywhere, or the run fails. A process for each program, warmed by one run; runs take turns, each by a ` +
      `tokenizer that remembers no words yet. vaekit and ` +
      `@huggingface/tokenizers use one thread, Python's training and batch ${context.threads}. Seconds and MB/s are medians ` +
      "(range); ours / theirs in time per round (below 1 ours is faster); peak memory of the process, text included.",
    columns: [
      { key: "task", title: "task" },
      { key: "program", title: "program" },
      { key: "seconds", title: "s" },
      { key: "rate", title: "MB/s" },
      { key: "share", title: "ours / theirs" },
      { key: "memory", title: "peak memory, MiB", digits: 0 },
    ],
    rows,
    notes: [
      ...(context.python ? [] : [NO_PYTHON]),
      ...(VAEKIT_DATA ? [] : ["VAEKIT_DATA is not set: there is no text, nothing was measured."]),
    ],
  };
}

export const workload: Workload = {
  name: "tokenizers",
  summary: "byte-level BPE, training and encoding, beside Hugging Face's tokenizers in Python and JavaScript",
  run,
};
