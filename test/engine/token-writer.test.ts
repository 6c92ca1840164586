/** A model's decoder as a language model: the choice of a token within it is the choice outside. */

import { afterAll, describe, expect, test } from "vitest";
import { openTexts } from "../../src/fields/table/texts.js";
import { compose } from "../../src/model/compose.js";
import { openRunner } from "../../src/model/open.js";
import { parametersOf } from "../../src/model/programs.js";
import { ortNode } from "../../src/node/ort-node.js";
import { Philox } from "../../src/random.js";
import { END, PADDING, START } from "../../src/text/tokenizer.js";
import { type WriteOptions, write } from "../../src/text/writing/write.js";
import { plan } from "../../src/train/plan.js";

const engine = await ortNode({ threads: 1 });
afterAll(() => engine.dispose());

const data = await openTexts(
  ["red green blue", "blue red", "green green red blue", "black", "red ".repeat(12)].flatMap((t) => [t, t]),
  {
    tokenizer: "words",
  },
);
const LATENT = 3;
const ROWS = 6;

/** A model of random weights, far enough from even that tokens differ in how likely they are. */
async function randomModel(net: string) {
  const config = await plan(data, {
    net: { name: net, hidden: 8, ...(net === "transformer" && { heads: 2 }) },
    latent: LATENT,
    valid: 0,
    prior: "standard-normal",
  });
  const random = new Philox(11);
  const weights = new Map(
    [...parametersOf(compose(config))].map(([name, { shape }]) => {
      const values = random.normals(new Float32Array(shape.reduce((a, b) => a * b, 1)));
      const scaled = values.map((x) => x * 0.7);
      if (name === "decoder.text.tokens.bias") scaled[END] += 5; // texts come to their end
      return [name, { shape, values: scaled }];
    }),
  );
  return openRunner(config, weights, engine);
}
const latents = (count: number): Float32Array => new Philox(9).normals(new Float32Array(count * LATENT));

describe.each(["gru", "transformer"])("net %s", (net) => {
  const written = async (options: Partial<WriteOptions>, { count = ROWS, within = true } = {}) => {
    const runner = await randomModel(net);
    const model = await runner.writer("text", latents(count), count);
    const how = within
      ? model
      : {
          ...model,
          choose: null,
          get rows() {
            return model.rows;
          },
        };
    const texts = await write(how, { strategy: { by: "greedy" }, maxLength: 4, ...options });
    await runner.dispose();
    return texts;
  };

  test("the likeliest tokens are the same within and outside, and so are their log-probabilities", async () => {
    const [within, outside] = [await written({}), await written({}, { within: false })];
    expect(within.map(({ tokens }) => tokens)).toEqual(outside.map(({ tokens }) => tokens));
    for (const [i, { logProb }] of within.entries()) expect(logProb).toBeCloseTo(outside[i].logProb, 4);
  });

  test("tokens are drawn as often as the distribution says, at a temperature too", async () => {
    const runner = await randomModel(net);
    const count = 4000;
    const z = new Float32Array(count * LATENT);
    for (let row = 0; row < count; row++) z.set(latents(1), row * LATENT);
    const model = await runner.writer("text", z, count);
    await model.start();
    const logits = (await model.next(new Int32Array(count).fill(START))).subarray(0, model.vocabulary);
    const weights = Array.from(logits, (y, token) => (token === PADDING || token === START ? 0 : Math.exp(y / 2)));
    const total = weights.reduce((a, b) => a + b, 0);
    const texts = await write(model, { strategy: { by: "sampling", seed: 4, tokenTemperature: 2 }, maxLength: 1 });
    await runner.dispose();
    const seen = new Float64Array(model.vocabulary);
    for (const { tokens } of texts) seen[tokens[0] ?? END]++;
    for (const [token, weight] of weights.entries()) {
      const p = weight / total;
      const deviation = Math.sqrt(count * p * (1 - p)); // of a binomial count
      expect(Math.abs(seen[token] - count * p), `token ${token}`).toBeLessThanOrEqual(4.5 * deviation);
    }
  });

  test("a text does not depend on its neighbours", async () => {
    const strategy = { by: "sampling", seed: 4 } as const;
    const [all, first] = [await written({ strategy }), await written({ strategy }, { count: 1 })];
    expect(all[0].tokens).toEqual(first[0].tokens);
  });

  test("beams that are wide enough find a text at least as likely as the greedy one", async () => {
    const maxLength = 12;
    const [beam, greedy] = [
      await written({ strategy: { by: "beam", width: 8 }, maxLength }, { count: 40 }),
      await written({ maxLength }, { count: 40 }),
    ];
    const finished = greedy.flatMap((text, i) => (text.finished ? [i] : []));
    expect(finished.length).toBeGreaterThan(0);
    for (const i of finished) expect(beam[i].logProb).toBeGreaterThanOrEqual(greedy[i].logProb - 1e-4);
  });
});
