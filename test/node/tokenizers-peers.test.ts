/**
 * Ids of 10,000 lines of real text against Hugging Face's packages: JavaScript's, and Python's where there is one that has
 * `tokenizers` (VAEKIT_PYTHON, else .venv).
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { Tokenizer as HuggingFace } from "@huggingface/tokenizers";
import { beforeAll, describe, expect, test } from "vitest";
import { findPython } from "../../bench/harness/peer.js";
import { KINDS } from "../../src/text/kind.js";
import { trainTokenizer } from "../../src/text/load.js";
import { SPECIAL_TOKENS, type Tokenizer, UNKNOWN } from "../../src/text/tokenizer.js";

const root = join(import.meta.dirname, "../..");
const data = resolve(process.env.VAEKIT_DATA ?? join(root, "../shared/data"), "text");
const python = findPython(root);
const hasTokenizers = python !== null && spawnSync(python, ["-c", "import tokenizers"]).status === 0;
const MEGABYTES_64 = 2 ** 26;

const FILES = ["django-lines.txt.gz", "tinyshakespeare.txt.gz", "tang-quatrains.txt.gz", "ptb/valid.txt.gz"];
const LINES_OF_EACH = 2_500;

const IDS = `
tokenizer = Tokenizer.from_str(json.dumps(given["json"]))
tokenizer.encode_special_tokens = True
answer([encoding.ids for encoding in tokenizer.encode_batch(given["texts"])])`;

const MERGES = `
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.train_from_iterator(given["texts"], trainers.BpeTrainer(
    vocab_size=given["vocabulary"], min_frequency=2, special_tokens=given["special"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
answer(json.loads(tokenizer.to_str())["model"]["merges"])`;

/** What a script answers that is given an object. */
function askPython<T>(script: string, given: Readonly<Record<string, unknown>>): T {
  const head = `
import json, sys
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
given = json.load(sys.stdin)
answer = lambda value: print(json.dumps(value))`;
  const { status, stdout, stderr } = spawnSync(python!, ["-c", head + script], {
    input: JSON.stringify(given),
    encoding: "utf8",
    maxBuffer: MEGABYTES_64,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as T;
}

const NO_DATA = existsSync(data) ? "" : " (skipped: no data, unless VAEKIT_DATA names it)";
const NO_PYTHON = hasTokenizers ? "" : " (skipped: no Python with tokenizers)";

describe.skipIf(NO_DATA)(`10,000 lines of real text${NO_DATA}`, () => {
  const VOCABULARY = 3_000;
  let texts: string[];
  beforeAll(() => {
    texts = FILES.flatMap((file) =>
      gunzipSync(readFileSync(join(data, file)))
        .toString()
        .split("\n")
        .slice(0, LINES_OF_EACH),
    );
    expect(texts.length).toBe(10_000);
  });

  describe.each(KINDS)("%s", (kind) => {
    let own: Tokenizer;
    let ids: number[][];
    beforeAll(async () => {
      own = await trainTokenizer(kind, texts, { vocabulary: VOCABULARY });
      ids = texts.map(own.encode);
    });

    test("the JavaScript package gives the same ids", () => {
      // Without added tokens: there is no other way to tell this package that "<unk>" in a text is text.
      const other = new HuggingFace({ ...own.json, added_tokens: [] }, { unk_token: SPECIAL_TOKENS[UNKNOWN] });
      expect(texts.map((text) => other.encode(text).ids)).toEqual(ids);
    });

    test.skipIf(NO_PYTHON)(`the Python package gives the same ids${NO_PYTHON}`, () => {
      expect(askPython<number[][]>(IDS, { json: own.json, texts })).toEqual(ids);
    });

    test("every line comes back, of words those in the vocabulary, with single blanks", () => {
      const known = new Set(own.tokens);
      const words = (text: string) => text.split(/\p{White_Space}+/u).filter(Boolean);
      const kept = (text: string) => words(text).map((word) => (known.has(word) ? word : SPECIAL_TOKENS[UNKNOWN]));
      expect(ids.map(own.decode)).toEqual(kind === "words" ? texts.map((text) => kept(text).join(" ")) : texts);
    });
  });

  test.skipIf(NO_PYTHON)(`the Python package learns the same merges${NO_PYTHON}`, async () => {
    const { json } = await trainTokenizer("bpe", texts, { vocabulary: VOCABULARY });
    const merges = askPython<string[][]>(MERGES, { texts, vocabulary: VOCABULARY, special: SPECIAL_TOKENS });
    expect(merges.length).toBeGreaterThan(2_000);
    expect(json.model).toMatchObject({ merges });
  });
});
