/** Scores of texts: the same whatever stands beside a text, told by token, marked in a terminal and on a page. */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processTerminal } from "../../src/cli/term.js";
import { type ScoredBatch, scoreRecords } from "../../src/eval/score.js";
import { markedText } from "../../src/eval/text/surprises.js";
import { type Dataset, subset, Vae } from "../../src/index.js";
import { openRunner } from "../../src/model/open.js";
import { nodeHost } from "../../src/node/host.js";
import { device, open } from "../../src/node.js";
import { Philox } from "../../src/random.js";
import type { Engine } from "../../src/runtime/engine.js";
import { loadModel } from "../../src/store/folder.js";
import { score } from "../../src/verbs/score.js";
import { CHROMIUM, launch, openFile } from "../helpers/chromium.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { sentences } from "../helpers/sentences.js";
import { runVerb } from "../helpers/verbs.js";

const { path } = temporaryFolder();
const FRESH = [...sentences(40, 2), "the fox sees the moon today", "owl the the hen likes", "the cat"];
let vae: Vae;
let fresh: Dataset;
let engine: Engine;

beforeAll(async () => {
  writeFileSync(path("texts.txt"), sentences(800, 1).join("\n"));
  writeFileSync(path("fresh.txt"), FRESH.join("\n"));
  const data = await open(path("texts.txt"), { tokenizer: "words" });
  vae = new Vae({ schema: data.schema, threads: 1, latent: 4, hidden: 32 });
  await vae.fit(data, { epochs: 8, batchSize: 32, valid: 0.2 });
  await vae.save(path("m"));
  fresh = await open(path("fresh.txt"), { schema: data.schema });
  engine = await device("cpu", { threads: 1 });
}, 120_000);
afterAll(async () => {
  await vae.dispose();
  await engine.dispose();
});

async function natsOf(data: Dataset, order: Uint32Array, explain = false): Promise<number[]> {
  const { config, weights } = await loadModel(path("m"), nodeHost());
  const runner = await openRunner(config, weights, engine);
  const batches: ScoredBatch[] = [];
  try {
    for await (const batch of scoreRecords(runner, data, order, { samples: 4, seed: 0, explain })) batches.push(batch);
  } finally {
    await runner.dispose();
  }
  return batches.flatMap(({ nats }) => [...nats]);
}

describe("nats of texts", () => {
  test("are the same whatever the order, the neighbours and their number, and whether they are explained", async () => {
    const all = Uint32Array.from(FRESH, (_, i) => i);
    const nats = await natsOf(fresh, all);
    const shuffled = new Philox(5).permutation(FRESH.length);
    expect(await natsOf(fresh, shuffled)).toEqual(Array.from(shuffled, (i) => nats[i]));
    expect(await natsOf(subset(fresh, shuffled.subarray(0, 7)), all.subarray(0, 7))).toEqual(
      Array.from(shuffled.subarray(0, 7), (i) => nats[i]),
    );
    expect(await natsOf(fresh, Uint32Array.of(11))).toEqual([nats[11]]);
    expect(await natsOf(fresh, all, true)).toEqual(nats);
  });

  test("are told per token too, the end being one", async () => {
    const { nats, tokens, natsPerToken } = await vae.score(fresh);
    expect([...tokens!]).toEqual(FRESH.map((text) => text.split(" ").length + 1));
    natsPerToken!.forEach((own, i) => {
      expect(Math.abs(own - nats[i] / tokens![i])).toBeLessThan(6e-5);
    });
  });

  test("are highest for texts that follow another order, and name the token that is out of place", async () => {
    const { natsPerToken, reasons } = await vae.score(fresh);
    const usual = Math.max(...natsPerToken!.subarray(0, 40));
    expect(natsPerToken![41]).toBeGreaterThan(2 * usual);
    expect(reasons[40][0]).toMatchObject({ part: "token 5", got: "<unk>" });
    expect(["fox", "dog", "cat", "owl", "hen"]).toContain(reasons[40][0].expected);
    expect(reasons[42][0]).toMatchObject({ part: "token 3", got: "the end" });
  });
});

describe("the command", () => {
  test("marks surprising tokens, in brackets where nothing can be underlined", async () => {
    const { text } = await runVerb(score, { model: path("m"), data: path("fresh.txt"), top: 3, threads: 1 });
    expect(text).toContain("per token");
    expect(text).toContain("the fox sees the [<unk>] today");
    const marked = processTerminal({ NO_COLOR: "1" }).mark("owl");
    expect(marked).toBe("[owl]");
  });

  test("writes tokens and nats for each of them", async () => {
    await runVerb(score, { model: path("m"), data: path("fresh.txt"), out: path("s.csv"), threads: 1 });
    const [header, first] = readFileSync(path("s.csv"), "utf8").split("\n");
    expect(header).toBe("id,label,nats,p_value,reasons,tokens,nats_per_token");
    const [tokens, perToken] = first.split(",").slice(-2).map(Number);
    expect(tokens).toBe(FRESH[0].split(" ").length + 1);
    expect(Math.abs(perToken - Number(first.split(",")[2]) / tokens)).toBeLessThan(6e-5);
  });

  test.skipIf(!CHROMIUM)("shades tokens on a page that runs nothing of what the texts say", async () => {
    const evil = "the fox <script>document.title='taken'</script> \"' onmouseover=alert(1) sees";
    writeFileSync(path("evil.txt"), evil);
    const text = {
      field: "text",
      tokens: evil.split(" ").map((own, i) => ({ text: `${own} `, nats: i, expected: own })),
    };
    const { textHeatPage } = await import("../../src/eval/report/text-heat.js");
    const record = { id: "<b>1</b>", nats: 3, natsPerToken: 1, pValue: 0.5, texts: [text] };
    writeFileSync(
      path("evil.html"),
      textHeatPage({ title: "<i>x</i>", protocol: "of <u>texts</u>", records: [record] }),
    );
    const input = { model: path("m"), data: path("fresh.txt"), html: path("h.html"), top: 3, threads: 1 };
    await runVerb(score, input);
    const browser = await launch();
    try {
      const bad = await openFile(browser, path("evil.html"));
      expect(bad.complaints).toEqual([]);
      expect(await bad.page.title()).toBe("<i>x</i>: surprise token by token");
      expect(await bad.page.locator("main p").innerText()).toBe(`${evil} `);
      const { page, complaints } = await openFile(browser, path("h.html"));
      expect(complaints).toEqual([]);
      const strangest = page.locator("main li").first().locator(".shade");
      const shades = await strangest.evaluateAll((spans) =>
        spans.map((span) => getComputedStyle(span).backgroundColor),
      );
      expect(new Set(shades).size).toBeGreaterThan(2);
      expect(await page.locator("main li").count()).toBe(3);
    } finally {
      await browser.close();
    }
  });
});

test("a token stands out where it costs two thirds of the dearest, and blanks before it do not", () => {
  const tokens = ["a", " b", " c", "(end)"].map((text, i) => ({ text, nats: [0, 6, 3, 4][i], expected: "" }));
  expect(markedText({ field: "text", tokens }, (part) => `<${part}>`)).toBe("a <b> c<(end)>");
  expect(markedText({ field: "text", tokens: tokens.slice(0, 1) }, (part) => `<${part}>`)).toBe("a");
});
