/**
 * Rewrites the marked blocks of docs/numbers.md from bench/results:
 *
 *     <!-- bench:program -->
 *     anything here is replaced by the result of `npm run bench -- program`
 *     <!-- /bench:program -->
 *
 * `npx tsx bench/table.ts [FILE]`, or `npm run bench -- NAME --table`. A block without a result is left as it is.
 */

import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { markdownResult } from "./harness/markdown.js";
import { loadResult } from "./harness/result-file.js";

const BLOCK = /(<!-- bench:([\w-]+) -->\n)[\s\S]*?(<!-- \/bench:\2 -->)/g;

export interface Rewritten {
  readonly written: readonly string[];
  /** Blocks whose workload has no result yet. */
  readonly missing: readonly string[];
}

export async function rewriteTables(root: string, file = join(root, "docs", "numbers.md")): Promise<Rewritten> {
  const text = await readFile(file, "utf8");
  const names = [...new Set([...text.matchAll(BLOCK)].map((match) => match[2]!))];
  const blocks = new Map<string, string>();
  for (const name of names) {
    const result = await loadResult(root, name);
    if (result) blocks.set(name, markdownResult(result));
  }
  const rewritten = text.replace(BLOCK, (whole, open: string, name: string, close: string) => {
    const block = blocks.get(name);
    return block === undefined ? whole : `${open}${block}\n${close}`;
  });
  if (rewritten !== text) await writeFile(file, rewritten);
  return { written: [...blocks.keys()], missing: names.filter((name) => !blocks.has(name)) };
}

export function describeRewritten({ written, missing }: Rewritten): string {
  const absent = missing.length > 0 ? `; no result yet: ${missing.join(", ")}` : "";
  return `tables: ${written.join(", ") || "none"}${absent}`;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  console.error(describeRewritten(await rewriteTables(root, process.argv[2])));
}
