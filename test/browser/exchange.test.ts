/** A model that a page trained opens in Node, and the reverse: codes and pictures are the same on both sides. */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { unzipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packFolder } from "../../src/browser/archive.js";
import { writeNpy } from "../../src/files/npy.js";
import { Philox } from "../../src/graph.js";
import { nodeFiles } from "../../src/node/files.js";
import { nodeHost } from "../../src/node/host.js";
import { open } from "../../src/node.js";
import { saveModel } from "../../src/store/folder.js";
import { Vae } from "../../src/vae.js";
import { CHROMIUM, launch } from "../helpers/chromium.js";
import { type PageServer, servePage } from "../helpers/page-server.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { textConfig, textModel, textNets } from "../helpers/text-models.js";
import type { Shown } from "./pages/exchange.js";

if (!CHROMIUM) test.skip("skipped: no chromium (set VAEKIT_CHROMIUM)", () => {});

describe.skipIf(!CHROMIUM)("models between a page and Node", () => {
  const { path } = temporaryFolder();
  const pixels = new Philox(5).uniforms(new Float32Array(200 * 8 * 8)).map((u) => Math.floor(u * 256));
  const npy = writeNpy([200, 8, 8], Uint8Array.from(pixels));
  let server: PageServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await writeFile(path("data.npy"), npy);
    server = await servePage(new URL("./pages/exchange.ts", import.meta.url), { isolated: true });
    browser = await launch();
    page = await browser.newPage();
    await page.goto(server.address);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function inNode(vae: Vae): Promise<Shown> {
    const { mu } = await vae.encode(await open(path("data.npy")));
    return { mu: [...mu], pixels: [...(await vae.decode(mu)).pixels] };
  }

  test("Node opens what the page trained", async () => {
    const made = await page.evaluate((bytes) => window.exchange.train(bytes), [...npy]);
    for (const [name, bytes] of Object.entries(unzipSync(Uint8Array.from(made.archive)))) {
      await mkdir(dirname(path(name)), { recursive: true });
      await writeFile(path(name), bytes);
    }
    await using vae = await Vae.load(path("mine"));
    expectSame(await inNode(vae), made);
  }, 60_000);

  test("the page opens what Node trained", async () => {
    const data = await open(path("data.npy"));
    await using vae = new Vae({ schema: data.schema, latent: 3 });
    await vae.fit(data, { epochs: 1 });
    await vae.save(path("theirs"));
    const archive = await packFolder(path("theirs"), nodeFiles);
    const got = await page.evaluate(([zip, bytes]) => window.exchange.show(zip, bytes), [[...archive], [...npy]]);
    expectSame(got, await inNode(vae));
  }, 60_000);

  test.each(Object.keys(textNets))(
    "a page reads, scores and writes texts as Node does: %s",
    async (net) => {
      await saveModel(path(net), textModel(await textConfig(textNets[net])), nodeHost());
      const texts = ["a dog sat on the mat", "the cat", "nobody knows these words"];
      await using vae = await Vae.load(path(net));
      const rows = texts.map((text) => ({ text }));
      const { mu } = await vae.encode(rows);
      const archive = [...(await packFolder(path(net), nodeFiles))];
      const given: [number[], string[]] = [archive, texts];
      const got = await page.evaluate(([zip, lines]) => window.exchange.showTexts(zip, lines), given);
      expect(farthest(got.mu, [...mu])).toBeLessThan(1e-4);
      expect(farthest(got.nats, [...(await vae.score(rows)).nats])).toBeLessThan(1e-3);
      expect(got.texts).toEqual(await vae.decodeTexts(Float32Array.from(got.mu)));
    },
    60_000,
  );
});

/** Codes to 1e-4; pictures, which are rounded to whole numbers, to one step of 255. */
function expectSame(got: Shown, expected: Shown): void {
  expect(farthest(got.mu, expected.mu)).toBeLessThan(1e-4);
  expect(farthest(got.pixels, expected.pixels)).toBeLessThanOrEqual(1);
}

function farthest(got: readonly number[], expected: readonly number[]): number {
  expect(got).toHaveLength(expected.length);
  return Math.max(...got.map((value, i) => Math.abs(value - expected[i])));
}
