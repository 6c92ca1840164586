/** Strange lines among ordinary ones: does a VAE's score tell them apart as well as an n-gram model's? */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { areaUnderRoc } from "../../src/eval/auc.js";
import { Philox } from "../../src/random.js";
import { KneserNey } from "../harness/ngram.js";
import { measure } from "../harness/process.js";
import { readingOf } from "./answers.js";
import { faulty } from "./corrupt.js";
import { type Fitted, fitted, writeLines } from "./fitted.js";
import type { Finding, Part, TextContext } from "./part.js";
import { SETS, type SetName } from "./sets.js";

const ORDERS = [3, 5];
const LINES = 1000;
const OURS = "vaekit";
/** Tokens that never come next: padding and the start. */
const NEVER = 2;

/** How strange lines are, in nats and in nats per token. */
interface Strangeness {
  readonly nats: readonly number[];
  readonly perToken: readonly number[];
}
type Scorer = (lines: readonly string[], name: string) => Promise<Strangeness>;

/** AUROC of each scorer, by kind of fault. */
type Areas = Readonly<Record<string, Readonly<Record<string, { readonly nats: number; readonly perToken: number }>>>>;

function byModel({ model }: Fitted, context: TextContext): Scorer {
  const { cli, threads, seed } = context;
  return async (lines, name) => {
    const folder = await context.temporary();
    const out = join(folder, "scores.jsonl");
    const file = await writeLines(join(folder, `${name}.txt`), lines);
    await measure([...cli, "score", model, file, "--out", out, "--seed", `${seed}`, "--threads", `${threads}`]);
    const scored = (await readFile(out, "utf8")).trimEnd().split("\n");
    if (scored.length !== lines.length) throw new Error(`${name}: ${lines.length} lines, ${scored.length} scores`);
    const rows = scored.map((row) => JSON.parse(row) as { readonly nats: number; readonly nats_per_token: number });
    return { nats: rows.map(({ nats }) => nats), perToken: rows.map((row) => row.nats_per_token) };
  };
}

/** Learns from the same lines, and reads the same tokens. */
async function byNgrams({ model, train }: Fitted): Promise<Record<string, Scorer>> {
  const { tokenizer, maxLength } = await readingOf(model);
  const read = (line: string): number[] => tokenizer.encode(line).slice(0, maxLength);
  const sequences = train.map(read);
  const vocabulary = tokenizer.tokens.length - NEVER;
  return Object.fromEntries(
    ORDERS.map((order): [string, Scorer] => {
      const ngrams = new KneserNey(sequences, { order, vocabulary });
      const scorer: Scorer = async (lines) => {
        const tokens = lines.map(read);
        const nats = tokens.map((sequence) => ngrams.nats(sequence));
        return { nats, perToken: nats.map((value, i) => value / (tokens[i]!.length + 1)) };
      };
      return [`${order}-gram`, scorer];
    }),
  );
}

/** Lines with faults of each kind, as many as there are ordinary ones. */
function strangeLines(
  set: SetName,
  models: Readonly<Record<SetName, Fitted>>,
  ordinary: readonly string[],
  seed: number,
): Record<string, readonly string[]> {
  const faults = faulty(SETS[set], new Philox(seed));
  const others = Object.entries(models).filter(([name]) => name !== set);
  return {
    "a word or character elsewhere": faults.swapped(ordinary),
    "characters in disorder": faults.shuffled(ordinary),
    "a line of another set": ordinary.map((_, i) => {
      const { held } = others[i % others.length]![1];
      return held[Math.floor(i / others.length) % held.length]!;
    }),
  };
}

async function areasOf(set: SetName, models: Readonly<Record<SetName, Fitted>>, context: TextContext): Promise<Areas> {
  const own = models[set];
  const ordinary = own.held.slice(0, LINES);
  const strange = strangeLines(set, models, ordinary, context.seed);
  const scorers = { [OURS]: byModel(own, context), ...(await byNgrams(own)) };
  const areas: Record<string, Record<string, { nats: number; perToken: number }>> = {};
  for (const [name, scorer] of Object.entries(scorers)) {
    const usual = await scorer(ordinary, "ordinary");
    for (const [kind, lines] of Object.entries(strange)) {
      const odd = await scorer(lines, "strange");
      const area = (key: keyof Strangeness): number => areaUnderRoc(odd[key], usual[key]);
      areas[kind] = { ...areas[kind], [name]: { nats: area("nats"), perToken: area("perToken") } };
    }
    context.log(`strange, ${set}, ${name}: done`);
  }
  return areas;
}

const both = ({ nats, perToken }: { readonly nats: number; readonly perToken: number }): string =>
  `${perToken.toFixed(3)} (${nats.toFixed(3)})`;

function findingOf(what: string, areas: Areas[string]): Finding {
  const others = Object.entries(areas).filter(([name]) => name !== OURS);
  const beside = others.map(([name, area]) => `${name} ${both(area)}`).join(", ");
  return { figure: `AUROC, ${what}`, ours: both(areas[OURS]!), beside };
}

/** Of several, scorer by scorer. */
function meanOf(all: readonly Areas[string][]): Areas[string] {
  const mean = (of: (areas: Areas[string]) => number): number =>
    all.reduce((sum, one) => sum + of(one), 0) / all.length;
  return Object.fromEntries(
    Object.keys(all[0]!).map((name) => [
      name,
      { nats: mean((areas) => areas[name]!.nats), perToken: mean((areas) => areas[name]!.perToken) },
    ]),
  );
}

export const strange: Part = {
  about:
    `strange: up to ${LINES.toLocaleString("en")} held-out lines of each set against as many strange ones: the same lines with a word ` +
    "(of quatrains a character) that changed places with its neighbour, or in every other line is one of another line; with the " +
    "characters of a word (of quatrains a verse) in disorder; and lines of the other two sets. AUROC of score's nats per token, which it ranks by (in brackets " +
    "of nats), beside modified Kneser-Ney n-grams (Chen & Goodman 1998) of all training lines by the same tokenizer.",
  async run(context) {
    const names = Object.keys(SETS) as SetName[];
    const models = {} as Record<SetName, Fitted>;
    for (const name of names) models[name] = await fitted(name, context);
    const findings: Finding[] = [];
    const details: Record<string, Areas> = {};
    for (const name of names) {
      details[name] = await areasOf(name, models, context);
      for (const [kind, areas] of Object.entries(details[name])) findings.push(findingOf(`${name}, ${kind}`, areas));
    }
    findings.push(findingOf("mean", meanOf(Object.values(details).flatMap((areas) => Object.values(areas)))));
    return { findings, details };
  },
};
