/**
 * A server of byte-level BPE in Node: `tsx bpe.ts TEXT train VOCABULARY` by vaekit, `tsx bpe.ts TEXT encode FILE BY` by the
 * tokenizer.json of FILE, BY vaekit or @huggingface/tokenizers. One JSON line when ready, with a figure that must be the same
 * whoever computes it (the merges' CRC-32; the sum of all ids); then `run N` on stdin does the task N times, each time by a
 * tokenizer that remembers no words yet, and answers {"ms": [...]}.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Tokenizer as HuggingFace } from "@huggingface/tokenizers";
import { crc32 } from "../../src/files/crc32.js";
import { parseTokenizer, trainTokenizer } from "../../src/text/load.js";
import type { TokenizerJson } from "../../src/text/tokenizer.js";

const [path, task, what, by] = process.argv.slice(2) as [string, string, string, string?];
const lines = readFileSync(path, "utf8").split("\n");

async function train(): Promise<number> {
  const { json } = await trainTokenizer("bpe", lines, { vocabulary: Number(what) });
  const { merges } = json.model as { merges: readonly (readonly string[])[] };
  return crc32(new TextEncoder().encode(merges.map((pair) => pair.join(" ")).join("\n")));
}

function encoder(): (text: string) => readonly number[] {
  const text = readFileSync(what, "utf8");
  if (by === "vaekit") return parseTokenizer(text).encode;
  const other = new HuggingFace({ ...(JSON.parse(text) as TokenizerJson), added_tokens: [] }, {});
  return (line) => other.encode(line).ids;
}

/** Ready to be timed once. */
function prepare(): () => Promise<number> {
  if (task === "train") return train;
  const encode = encoder();
  return async () => lines.reduce((sum, line) => encode(line).reduce((total, id) => total + id, sum), 0);
}

const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
say({ figure: await prepare()() });
for await (const line of createInterface({ input: process.stdin })) {
  const ms: number[] = [];
  for (let i = 0; i < Number(line.split(" ")[1]); i++) {
    const run = prepare();
    const start = performance.now();
    await run();
    ms.push(performance.now() - start);
  }
  say({ ms });
}
