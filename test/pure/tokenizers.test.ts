/** Text to tokens and back: every string survives, every id has its place, vocabularies follow stated rules. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseTokenizer } from "../../src/text/choose.js";
import { countPieces } from "../../src/text/counts.js";
import { Heap } from "../../src/text/heap.js";
import type { KindName } from "../../src/text/kind.js";
import { tokenizerFrom, trainTokenizer } from "../../src/text/load.js";
import { END, PADDING, SPECIAL_TOKENS, START, type Tokenizer, UNKNOWN } from "../../src/text/tokenizer.js";
import { errorOf } from "../helpers/damage.js";

const TEXTS = ["the cat sat on the mat", "the dog sat on the log", "der Bär saß 熊 auf der Matte 熊"];
const EXACT = ["characters", "bpe"] as const;
const ALL = ["characters", "words", "bpe"] as const;
const trained = Object.fromEntries(
  await Promise.all(ALL.map(async (kind) => [kind, await trainTokenizer(kind, TEXTS)] as const)),
) as Record<KindName, Tokenizer>;

/** Any UTF-16, lone surrogates included, and what is special in some tokenizer. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "\0",
        "\ud800",
        "\udc00x",
        "\ufeff",
        "\u0085",
        "👩‍👩‍👧",
        "e\u0301",
        "the ",
        "<0x41>",
        ...SPECIAL_TOKENS,
      ),
    ),
  )
  .map((parts) => parts.join(""));
const repaired = (text: string): string => text.replace(/\p{Cs}/gu, "\ufffd");

describe.each(EXACT)("%s", (kind) => {
  const { encode, decode, spans, tokens } = trained[kind];

  test("any text comes back, lone surrogates as U+FFFD", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decode(encode(text))).toBe(repaired(text));
      }),
    );
  });

  test("the name of a special token is text", () => {
    for (const name of SPECIAL_TOKENS) expect(Math.min(...encode(`the ${name}`))).toBeGreaterThan(UNKNOWN);
  });

  test("ids lie side by side from the beginning to the end, and only bytes of one character overlap", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const places = spans(text);
        expect(places.length).toBe(encode(text).length);
        let reached = 0;
        for (const [start, end] of places) {
          expect(end).toBeGreaterThan(start);
          const before = text.slice(start, reached); // shared with earlier tokens: part of one character
          expect([...before].length).toBeLessThanOrEqual(1);
          if (before === "") expect(start).toBe(reached);
          reached = end;
        }
        expect(reached).toBe(text.length);
      }),
    );
  });

  test("the text in a token's place is the token's own, where it holds whole characters", () => {
    const text = "the mat 熊 Bär 😀";
    const whole = spans(text).filter(([start, end], i) => {
      const own = decode([encode(text)[i]]);
      if (own.includes("\ufffd")) return false;
      expect(own).toBe(text.slice(start, end));
      return true;
    });
    expect(whole.length).toBeGreaterThan(3);
  });

  test("bytes that are no UTF-8 decode to U+FFFD", () => {
    const cut = encode("x😀").slice(0, -1); // an emoji without its last byte
    expect(decode(cut)).toBe("x\ufffd");
    expect(tokens.slice(0, 4)).toEqual(SPECIAL_TOKENS);
  });
});

test.each(ALL)("%s: decoding ends at the first end, and leaves out start and padding", (kind) => {
  const { encode, decode } = trained[kind];
  const ids = encode("the cat");
  expect(decode([START, ...ids, END, ...encode("dog"), PADDING])).toBe(decode(ids));
  expect(decode(Int32Array.from([PADDING, ...ids]))).toBe(decode(ids));
  expect(decode([])).toBe("");
});

test.each(ALL)("%s: an id that no token has is an error that names it", async (kind) => {
  const { decode, tokens } = trained[kind];
  for (const id of [tokens.length, -1, 4.5]) {
    const { code, message } = await errorOf(() => decode([5, id]));
    expect({ code, message }).toEqual({
      code: "E_DATA",
      message: `token ids: ids[1] is ${id}, expected a whole number from 0 to ${tokens.length - 1}`,
    });
  }
});

test.each(ALL)("%s: training again gives the same vocabulary, also from texts that come one by one", async (kind) => {
  async function* later() {
    yield* TEXTS;
  }
  expect((await trainTokenizer(kind, later())).json).toEqual(trained[kind].json);
});

test.each(ALL)("%s: names of JavaScript's own are words like others", async (kind) => {
  const text = "__proto__ constructor toString hasOwnProperty 12 7";
  const own = await trainTokenizer(kind, [text, text], { vocabulary: 400 });
  const read = tokenizerFrom(JSON.parse(JSON.stringify(own.json)));
  expect(read.decode(read.encode(text))).toBe(text);
  expect(read.tokens).toEqual(own.tokens);
});

describe("characters", () => {
  test("the commonest have tokens, of equal count by code; those seen once are left to bytes", async () => {
    const { tokens } = await trainTokenizer("characters", ["bbbb aa cc d"]);
    expect(tokens.slice(260)).toEqual(["b", " ", "a", "c"]);
    expect((await trainTokenizer("characters", ["bbb aa d"], { vocabulary: 261 })).tokens.slice(260)).toEqual(["b"]);
    expect((await trainTokenizer("characters", ["ad"], { minCount: 1 })).tokens.slice(260)).toEqual(["a", "d"]);
  });

  test("one without a token is its bytes", () => {
    expect(trained.characters.encode("é").map((id) => trained.characters.tokens[id])).toEqual(["<0xC3>", "<0xA9>"]);
  });
});

describe("words", () => {
  test("the commonest have tokens, of equal count by alphabet; rare ones and names of other tokens are <unk>", async () => {
    const { tokens, encode, decode } = await trainTokenizer("words", ["b b a a c c c once <unk> <s> <s>"]);
    expect(tokens.slice(4)).toEqual(["c", "a", "b"]);
    expect(encode(" a  once\t<unk>\n<s> c ")).toEqual([5, UNKNOWN, UNKNOWN, UNKNOWN, 4]);
    expect(decode(encode(" a  once\tc "))).toBe("a <unk> c");
  });

  test("each stands where its word stands", () => {
    const text = "\tthe 熊  \ud800 sat ";
    expect(trained.words.spans(text).map(([start, end]) => text.slice(start, end))).toEqual([
      "the",
      "熊",
      "\ud800",
      "sat",
    ]);
  });

  test("blanks are Unicode's: a next line is one, a byte order mark is none", () => {
    expect(trained.words.encode("the\u0085the\u00a0the\u3000the").length).toBe(4);
    expect(trained.words.encode("the\ufeffthe")).toEqual([UNKNOWN]);
  });
});

describe("bpe", () => {
  /** The definition: the commonest pair of neighbours, counted anew each time; ties by id. */
  function definition(words: readonly string[], count: number): string[][] {
    const pieces = words.map((word) => Array.from(word));
    const order = trained.bpe.tokens.slice(0, 260) as string[];
    const merges: string[][] = [];
    while (merges.length < count) {
      const counts = new Map<string, { pair: string[]; count: number }>();
      for (const word of pieces)
        for (let i = 1; i < word.length; i++) {
          const pair = word.slice(i - 1, i + 1);
          const known = counts.get(pair.join(" "));
          if (known) known.count++;
          else counts.set(pair.join(" "), { pair, count: 1 });
        }
      const rank = ({ pair }: { pair: string[] }, at: number) => order.indexOf(pair[at]);
      const best = [...counts.values()].sort(
        (a, b) => b.count - a.count || rank(a, 0) - rank(b, 0) || rank(a, 1) - rank(b, 1),
      )[0];
      if (!best) break;
      merges.push(best.pair);
      order.push(best.pair.join(""));
      for (const word of pieces)
        for (let i = 0; i + 1 < word.length; i++)
          if (word[i] === best.pair[0] && word[i + 1] === best.pair[1]) word.splice(i, 2, best.pair.join(""));
    }
    return merges;
  }

  test("merges are those of counting all pairs anew each time, and encoding does them in that order", async () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 20 }), async (texts) => {
        const { json, encode, tokens } = await trainTokenizer("bpe", texts, { vocabulary: 280, minCount: 1 });
        const expected = definition(texts, 20);
        expect((json.model as { merges: string[][] }).merges).toEqual(expected);
        for (const text of texts) {
          const pieces = Array.from(text);
          for (const [left, right] of expected)
            for (let i = 0; i + 1 < pieces.length; i++)
              if (pieces[i] === left && pieces[i + 1] === right) pieces.splice(i, 2, left + right);
          expect(encode(text).map((id) => tokens[id])).toEqual(pieces);
        }
      }),
    );
  });

  test("pairs rarer than minCount are not merged", async () => {
    const merged = async (minCount: number) =>
      (await trainTokenizer("bpe", ["abab cd cd cdcd"], { minCount })).tokens.slice(260);
    expect(await merged(4)).toEqual(["cd"]);
    expect(await merged(2)).toEqual(["cd", "Ġcd", "ab"]);
  });

  test("a word of a hundred thousand letters takes no long time", () => {
    const text = "thecatsatonthemat".repeat(6_000);
    const started = performance.now();
    expect(trained.bpe.decode(trained.bpe.encode(text))).toBe(text);
    expect(performance.now() - started).toBeLessThan(5_000); // the plain way, a search for each merge, takes minutes
  });
});

describe("training", () => {
  test("stops when it is told to", async () => {
    const stop = new AbortController();
    function* endless() {
      for (let i = 0; ; i++) {
        if (i === 1_000) stop.abort();
        yield `text ${i}`;
      }
    }
    for (const kind of ALL) {
      const { code, message } = await errorOf(() => trainTokenizer(kind, endless(), { signal: stop.signal }));
      expect({ code, message }).toEqual({
        code: "E_INTERRUPTED",
        message: "the tokenizer: stopped while its vocabulary was learnt",
      });
    }
  });

  test("a timer fires while it works", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    function* endless() {
      for (;;) yield "the same text again";
    }
    expect((await errorOf(() => trainTokenizer("bpe", endless(), { signal: stop.signal }))).code).toBe("E_INTERRUPTED");
  });

  test("a vocabulary too small for what is there without training is refused", async () => {
    const { code, message } = await errorOf(() => trainTokenizer("bpe", TEXTS, { vocabulary: 259 }));
    expect(code).toBe("E_OPTION");
    expect(message).toBe(
      "vocabulary: got 259, expected a whole number from 260, the tokens that bpe has without training",
    );
    expect((await errorOf(() => trainTokenizer("word" as KindName, TEXTS))).message).toBe('unknown tokenizer "word"');
  });

  test("of more pieces than memory should hold, the rarest are forgotten", async () => {
    const texts = Array.from({ length: 300 }, (_, i) => `common common rare${i}`);
    const pieces = (text: string, count: (piece: string) => void) => text.split(" ").forEach(count);
    const counts = await countPieces(texts, pieces, async () => {}, 100);
    expect(counts.get("common")).toBe(600);
    expect(counts.size).toBeLessThanOrEqual(100);
  });
});

test("a heap gives its items in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = new Heap<number>((a, b) => a < b);
      for (const item of items) heap.push(item);
      expect(items.map(() => heap.pop())).toEqual([...items].sort((a, b) => a - b));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

describe("the choice", () => {
  test("characters for scripts without blanks between words, whatever else there is in them", () => {
    expect(chooseTokenizer(["四時運灰琯，一夕變冬春。"]).kind).toBe("characters");
    expect(chooseTokenizer(["ภาษาไทย 2024 ok"]).kind).toBe("characters");
    expect(chooseTokenizer(["漢字かな交じり text"]).why).toBe(
      "64 % of the characters belong to scripts that leave no blanks between words",
    );
    expect(chooseTokenizer(["한국어는 띄어 쓴다", "a long English sentence about 熊"]).kind).toBe("bpe");
  });

  test("words where the text has a given vocabulary", () => {
    expect(chooseTokenizer(["mr. <unk> is chairman", "N years old"])).toEqual({
      kind: "words",
      why: '50 % of the texts have the word "<unk>": their vocabulary is given',
      options: { minCount: 1 },
    });
    expect(chooseTokenizer(["if (token == '<unk>') return;"]).kind).toBe("bpe");
  });

  test("else pieces of words, the more the more text there is", () => {
    const size = (length: number, texts: number) =>
      chooseTokenizer(["x ".repeat(length / 2)], texts).options.vocabulary;
    expect([size(50, 1), size(50, 20_000), size(1_000, 20_000)]).toEqual([500, 2000, 8000]);
    expect(chooseTokenizer([]).options).toEqual({ vocabulary: 500 });
  });
});
