/** Writing texts token by token: strategies against brute force, and what a row may depend on. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { END, PADDING, START } from "../../src/text/tokenizer.js";
import { Distribution } from "../../src/text/writing/distribution.js";
import { binOf, exponential, logSumExp } from "../../src/text/writing/exponential.js";
import { nucleus } from "../../src/text/writing/nucleus.js";
import { type WriteOptions, type Written, write, writeTokens } from "../../src/text/writing/write.js";
import { BigramModel, type Bigrams, logProbOf } from "../helpers/bigrams.js";

const VOCABULARY = 7;
/** Any table of moderate log-probabilities, from a whole number. */
function table(seed: number, vocabulary = VOCABULARY): Bigrams {
  const value = (i: number, j: number) => 3 * Math.sin(seed * 12.9898 + i * 78.233 + j * 37.719);
  return Array.from({ length: vocabulary }, (_, i) => Array.from({ length: vocabulary }, (_, j) => value(i, j)));
}
const tables = (count: number): Bigrams[] => Array.from({ length: count }, (_, i) => table(i));

/** Every text of at most `maxLength` tokens, with its end where it has one. */
function allTexts(bigrams: Bigrams, maxLength: number): Written[] {
  const grow = (tokens: readonly number[], logProb: number): Written[] => {
    const last = tokens.at(-1) ?? START;
    const finished = { tokens, logProb: logProb + logProbOf(bigrams, last, END), finished: true };
    if (tokens.length === maxLength) return [finished, { tokens, logProb, finished: false }];
    const next = [...bigrams.keys()].filter((token) => ![PADDING, START, END].includes(token));
    return [finished, ...next.flatMap((token) => grow([...tokens, token], logProb + logProbOf(bigrams, last, token)))];
  };
  return grow([], 0);
}

const sampling = (
  options: Partial<WriteOptions> & { topP?: number; tokenTemperature?: number; seed?: number } = {},
) => {
  const { topP, tokenTemperature, seed = 1, ...rest } = options;
  return { maxLength: 6, strategy: { by: "sampling", seed, topP, tokenTemperature }, ...rest } as const;
};

/** Pearson's statistic of counts against probabilities. */
function chiSquare(counts: ArrayLike<number>, probabilities: readonly number[]): number {
  const total = Array.from(counts).reduce((sum, count) => sum + count);
  return probabilities.reduce((sum, p, i) => sum + (p > 0 ? (counts[i] - total * p) ** 2 / (total * p) : 0), 0);
}

/** Share of each token as the first of many texts of one table. */
async function firstTokens(bigrams: Bigrams, count: number, options: WriteOptions): Promise<Float64Array> {
  const counts = new Float64Array(VOCABULARY);
  const texts = await write(new BigramModel(Array.from({ length: count }, () => bigrams)), options);
  for (const { tokens } of texts) counts[tokens[0] ?? END]++;
  return counts;
}

/** p(first token) without PADDING and START. */
function firstProbabilities(bigrams: Bigrams, temperature = 1): number[] {
  const weights = bigrams[START].map((value, token) => (token <= START ? 0 : Math.exp(value / temperature)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

test("greedy takes the likeliest token at every step, and its log-probability is that of the text", async () => {
  const texts = await write(new BigramModel(tables(5)), { maxLength: 8, strategy: { by: "greedy" } });
  for (const [row, { tokens, logProb, finished }] of texts.entries()) {
    const whole = finished ? [...tokens, END] : tokens;
    let [last, sum] = [START, 0];
    for (const token of whole) {
      const best = table(row)[last].map((value, i) => (i <= START ? Number.NEGATIVE_INFINITY : value));
      expect(token).toBe(best.indexOf(Math.max(...best)));
      sum += logProbOf(table(row), last, token);
      last = token;
    }
    expect(logProb).toBeCloseTo(sum, 5);
  }
});

describe("sampling", () => {
  const CRITICAL = 18.47; // of chi-square at 0.001 with four degrees of freedom: five tokens can be written
  test.each([1, 0.5, 2])("draws as often as the model says, at temperature %d", async (tokenTemperature) => {
    const counts = await firstTokens(table(3), 8_000, sampling({ maxLength: 1, tokenTemperature }));
    expect(chiSquare(counts, firstProbabilities(table(3), tokenTemperature))).toBeLessThan(CRITICAL);
  });

  test("draws later tokens by the last one alone", async () => {
    const texts = await write(new BigramModel(Array.from({ length: 8_000 }, () => table(3))), sampling());
    const counts = new Float64Array(VOCABULARY);
    const after = texts.filter(({ tokens }) => tokens[2] === 5);
    for (const { tokens } of after) counts[tokens[3] ?? END]++;
    const starting = table(3).with(START, table(3)[5]);
    expect(after.length).toBeGreaterThan(300);
    expect(chiSquare(counts, firstProbabilities(starting))).toBeLessThan(CRITICAL);
  });

  test("from a nucleus draws its tokens alone, in the proportions of the model", async () => {
    const probabilities = firstProbabilities(table(3));
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const topP = probabilities[order[0]] + probabilities[order[1]] / 2; // two tokens are needed
    const counts = await firstTokens(table(3), 5_000, sampling({ maxLength: 1, topP }));
    const kept = probabilities.map((p, token) => (order.indexOf(token) < 2 ? p : 0));
    const mass = kept.reduce((a, b) => a + b);
    for (const token of order.slice(2)) expect(counts[token]).toBe(0);
    expect(
      chiSquare(
        counts,
        kept.map((p) => p / mass),
      ),
    ).toBeLessThan(10.83); // one degree of freedom
  });

  test("a text does not depend on its neighbours or on how many are written at a time", async () => {
    const together = await write(new BigramModel(tables(6)), sampling());
    expect(await write(new BigramModel(tables(6)), sampling())).toEqual(together);
    for (const firstRow of [0, 2, 5]) {
      const strategy = { by: "sampling", seed: 1, firstRow } as const;
      const alone = await write(new BigramModel([table(firstRow)]), { maxLength: 6, strategy });
      expect(alone).toEqual([together[firstRow]]);
    }
    expect(await write(new BigramModel(tables(6)), sampling({ seed: 2 }))).not.toEqual(together);
  });

  test("at a temperature of next to nothing is greedy", async () => {
    const greedy = await write(new BigramModel(tables(20)), { maxLength: 6, strategy: { by: "greedy" } });
    for (const tokenTemperature of [1e-6, 1e-300])
      expect(await write(new BigramModel(tables(20)), sampling({ tokenTemperature }))).toEqual(greedy);
  });

  test("the log-probability is the model's, whatever temperature and nucleus", async () => {
    const texts = await write(new BigramModel(tables(4)), sampling({ tokenTemperature: 0.3, topP: 0.5 }));
    for (const [row, text] of texts.entries()) {
      const same = allTexts(table(row), 6).find(
        (other) => String(other.tokens) === String(text.tokens) && other.finished === text.finished,
      );
      expect(text.logProb).toBeCloseTo(same?.logProb ?? Number.NaN, 5);
    }
  });
});

describe("beam search", () => {
  test.each([0, 0.7, 1])(
    "wide enough finds what exhaustive search finds, at length normalisation %d",
    async (power) => {
      const strategy = { by: "beam", width: 64, lengthNormalisation: power } as const;
      const texts = await write(new BigramModel(tables(12)), { maxLength: 3, strategy });
      for (const [row, text] of texts.entries()) {
        const finished = allTexts(table(row), 3).filter((other) => other.finished);
        const score = ({ tokens, logProb }: Written) => logProb / (tokens.length + 1) ** power;
        const best = finished.reduce((a, b) => (score(b) > score(a) ? b : a));
        expect(text.tokens).toEqual(best.tokens);
        expect(text.logProb).toBeCloseTo(best.logProb, 5);
        expect(text.finished).toBe(true);
      }
    },
  );

  test("goes on from the right rows when texts of several lengths are searched together", async () => {
    const strategy = { by: "beam", width: 2 } as const;
    const together = await write(new BigramModel(tables(12)), { maxLength: 6, strategy });
    for (const [row, text] of together.entries())
      expect(await write(new BigramModel([table(row)]), { maxLength: 6, strategy })).toEqual([text]);
  });

  test("gives the likeliest beginning of a text that cannot end", async () => {
    const endless = table(4).map((row) => row.with(END, Number.NEGATIVE_INFINITY));
    const options = { maxLength: 3, strategy: { by: "beam", width: 64 } } as const;
    const [text] = await write(new BigramModel([endless]), options);
    const cut = allTexts(endless, 3).filter((other) => !other.finished);
    expect(text.finished).toBe(false);
    expect(text.tokens).toEqual(cut.reduce((a, b) => (b.logProb > a.logProb ? b : a)).tokens);
  });
});

test("texts that ended cost nothing: the model is asked for the others alone", async () => {
  const ending = table(0).map((row) => row.with(END, 50));
  const endless = table(1).map((row) => row.with(END, -50));
  const model = new BigramModel([ending, endless, ending]);
  const texts = await write(model, { maxLength: 3, strategy: { by: "greedy" } });
  expect(model.asked).toEqual([3, 1, 1, 1]); // the last asks whether the text ends
  expect(texts.map(({ tokens, finished }) => [tokens.length, finished])).toEqual([
    [0, true],
    [3, false],
    [0, true],
  ]);
});

test("tokens come as they are written, and a reader may stop", async () => {
  const seen: number[] = [];
  const model = new BigramModel(tables(3).map((rows) => rows.map((row) => row.with(END, -50))));
  for await (const { row } of writeTokens(model, { maxLength: 50, strategy: { by: "greedy" } })) {
    seen.push(row);
    if (seen.length === 4) break;
  }
  expect(seen).toEqual([0, 1, 2, 0]);
  expect(model.asked).toEqual([3, 3]);
});

test.each([{ by: "greedy" }, { by: "beam", width: 2 }] as const)("writing by $by can be stopped", async (strategy) => {
  const model = new BigramModel(tables(3));
  const options = { maxLength: 50, strategy, signal: AbortSignal.abort() };
  await expect(write(model, options)).rejects.toMatchObject({ name: "AbortError" });
  expect(model.asked).toEqual([]);
});

test("another token may end texts", async () => {
  const options = { maxLength: 20, ends: [5], strategy: { by: "greedy" } } as const;
  const fives = tables(3).map((rows) => rows.map((row) => row.with(5, 50)));
  for (const { tokens, finished } of await write(new BigramModel(fives), options))
    expect([tokens, finished]).toEqual([[], true]);
});

describe("a constraint", () => {
  const odd = Uint8Array.from({ length: VOCABULARY }, (_, token) => Number(token % 2 === 1 || token === END));
  test.each([{ by: "greedy" }, { by: "sampling", seed: 4 }, { by: "beam", width: 3 }] as const)(
    "holds under $by",
    async (strategy) => {
      const constraint = ({ tokens }: { readonly tokens: readonly number[] }) => (tokens.length < 2 ? odd : null);
      const texts = await write(new BigramModel(tables(200)), { maxLength: 3, strategy, constraint });
      for (const { tokens } of texts) {
        expect(tokens).not.toContain(PADDING);
        expect(tokens).not.toContain(START);
        for (const token of tokens.slice(0, 2)) expect(token % 2).toBe(1);
      }
    },
  );

  test("holds where the model all but rules out what it allows", async () => {
    const sure = table(0).map((row) => row.map((_, token) => (token === 4 ? 1e4 : token === 5 ? -1e4 : -1e5)));
    const only = Uint8Array.from({ length: VOCABULARY }, (_, token) => Number(token === 5));
    const [text] = await write(new BigramModel([sure]), sampling({ maxLength: 2, constraint: () => only }));
    expect(text).toEqual({ tokens: [5, 5], logProb: -4e4, finished: false });
  });

  test.each([{ by: "greedy" }, { by: "sampling", seed: 4 }, { by: "beam", width: 3 }] as const)(
    "that allows nothing is an error that says so, under $by",
    async (strategy) => {
      const none = new Uint8Array(VOCABULARY);
      const constraint = ({ tokens }: { readonly tokens: readonly number[] }) =>
        tokens.length === 2 ? none : odd.with(END, 0);
      await expect(write(new BigramModel([table(0)]), { maxLength: 5, strategy, constraint })).rejects.toMatchObject({
        code: "E_OPTION",
        message: "text 0 cannot go on after 2 tokens: none that the constraint allows has a probability",
      });
    },
  );
});

test.each([
  [sampling({ tokenTemperature: 0 }), "invalid tokenTemperature: got 0, expected a number above 0"],
  [sampling({ tokenTemperature: 1e-320 }), "invalid tokenTemperature: got 1e-320, expected a number above 0"],
  [sampling({ topP: 0 }), "invalid topP: got 0, expected a number above 0 and at most 1"],
  [sampling({ topP: 1.1 }), "invalid topP: got 1.1, expected a number above 0 and at most 1"],
  [sampling({ maxLength: 0 }), "invalid maxLength: got 0, expected a whole number above 0"],
  [
    { maxLength: 5, strategy: { by: "beam", width: 0 } },
    "invalid width of the beam: got 0, expected a whole number above 0",
  ],
] as const)("an invalid option is refused: %#", async (options, message) => {
  await expect(write(new BigramModel([table(0)]), options)).rejects.toMatchObject({ code: "E_OPTION", message });
});

test("a model that answers NaN is refused", async () => {
  const broken = table(0).map((row) => row.with(3, Number.NaN));
  await expect(write(new BigramModel([broken]), sampling())).rejects.toThrow("the log of their sum is NaN");
});

test("a nucleus is the smallest set of tokens that holds the mass, as sorting finds it", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 40 }), (values, percent) => {
      const total = values.reduce((a, b) => a + b);
      const mass = Math.min(percent, total); // whole numbers: sums are exact
      const sorted = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
      let [count, held] = [0, 0];
      while (held < mass) held += values[sorted[count++]];
      const order = Int32Array.from(values.keys());
      const found = nucleus(Float64Array.from(values), order, values.length, mass);
      expect(new Set(order.subarray(0, found))).toEqual(new Set(sorted.slice(0, count)));
    }),
  );
});

test("exponentials are those of Math.exp to ten digits, and their sum is right for any size of numbers", () => {
  for (let d = 0; d < 64; d += 0.0137) expect(exponential(d, binOf(d)) / Math.exp(-d)).toBeCloseTo(1, 10);
  for (const shift of [0, 1e4, -1e4]) {
    const x = Float32Array.of(shift, shift + 1, shift - 3, shift - 500, Number.NEGATIVE_INFINITY);
    expect(logSumExp(x)).toBeCloseTo(shift + Math.log(1 + Math.E + Math.exp(-3)), 10);
  }
});

test("a flat distribution of many tokens is drawn from evenly, and its nucleus are the lower tokens", () => {
  const distribution = new Distribution(1000);
  distribution.set(new Float32Array(1000).fill(-3), 1);
  expect(distribution.draw(0, 1)).toBe(0);
  expect(distribution.draw(0.4205, 1)).toBe(420);
  expect(distribution.draw(1 - 2 ** -48, 1)).toBe(999);
  expect(distribution.draw(1 - 2 ** -48, 0.25)).toBe(249);
});
