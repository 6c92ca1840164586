/** The page of examples/browser: it trains in the tab, and its models and those of Node open on the other side. */

import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { unzipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Served, serve } from "../../examples/browser/server.js";
import { packFolder } from "../../src/browser/archive.js";
import { nodeFiles } from "../../src/node/files.js";
import { open } from "../../src/node.js";
import { Vae } from "../../src/vae.js";
import { CHROMIUM, launch } from "../helpers/chromium.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const RECORDS = 600;
/** Pictures are rounded to whole numbers on both sides. */
const ONE_STEP = 1;
/** A test set of another size against records kept aside, after a few steps of training. */
const NATS_APART = 25;

if (!CHROMIUM) test.skip("skipped: no chromium (set VAEKIT_CHROMIUM)", () => {});

describe.skipIf(!CHROMIUM)("the page that trains", () => {
  const { path } = temporaryFolder();
  let server: Served;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  async function visit(address: string): Promise<Page> {
    const page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(address);
    await page.waitForSelector("body[data-state=ready]");
    return page;
  }
  async function done(page: Page): Promise<string> {
    await page.waitForSelector("body:not([data-state=busy])");
    expect(await page.textContent("#problem")).toBe("");
    return (await page.textContent("#status")) ?? "";
  }
  async function train(page: Page): Promise<string> {
    await page.fill("#records", `${RECORDS}`);
    await page.fill("#epochs", "2");
    await page.click("#train");
    await page.waitForSelector("body[data-state=busy]");
    return done(page);
  }

  /** Moves the sliders; the latents that then are decoded, and the grey values of what is drawn. */
  async function drawnAt(page: Page, x: number, y: number, latent: number) {
    const z = new Float32Array(latent);
    for (const [slider, value] of [
      ["across", x],
      ["up", y],
    ] as const) {
      await page.fill(`#${slider}`, `${value}`);
      z[Number((await page.textContent(`#${slider}-name`))!.slice(1))] = value;
    }
    await page.waitForSelector(`body[data-drawn="${x.toFixed(2)},${y.toFixed(2)}"]`);
    const pixels = await page.evaluate(() => {
      const canvas = document.getElementById("here") as HTMLCanvasElement;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
    });
    return { z, pixels };
  }

  async function expectAsInNode(page: Page, vae: Vae): Promise<void> {
    for (const [x, y] of [
      [0.5, -1],
      [-2, 1.5],
    ]) {
      const { z, pixels } = await drawnAt(page, x, y, vae.config.latent);
      const expected = (await vae.decode(z)).pixels;
      expect(pixels).toHaveLength(expected.length);
      expect(Math.max(...expected)).toBeGreaterThan(60);
      expect(Math.max(...pixels.map((value, i) => Math.abs(value - expected[i])))).toBeLessThanOrEqual(ONE_STEP);
    }
  }

  beforeAll(async () => {
    server = await serve();
    browser = await launch();
    page = await visit(server.address);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    expect(complaints).toEqual([]);
  });

  test("it trains, and draws samples, the plane and the loss", async () => {
    expect(await page.textContent("#device option")).toMatch(/^WebAssembly, [2-4] threads$|^WebAssembly, 1 thread$/);
    expect(await page.textContent("#surroundings")).toBe("");
    expect(await train(page)).toMatch(/^done: [\d.]+ nats per record/);
    expect(await page.locator("#curve .valid").count()).toBe(2);
    for (const id of ["samples", "pad"]) {
      const brightest = await page.evaluate((which) => {
        const canvas = document.getElementById(which) as HTMLCanvasElement;
        return canvas
          .getContext("2d")!
          .getImageData(0, 0, canvas.width, canvas.height)
          .data.reduce((most, value, i) => (i % 4 === 3 ? most : Math.max(most, value)), 0);
      }, id);
      expect(brightest, id).toBeGreaterThan(60);
    }
  });

  test("its archive opens in Node, which draws the same, samples and evaluates", async () => {
    const told = Number(/[\d.]+/.exec((await page.textContent("#status"))!)![0]);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    expect(download.suggestedFilename()).toBe("mnist-vae.zip");
    for (const [name, bytes] of Object.entries(unzipSync(await readFile((await download.path())!)))) {
      await mkdir(dirname(path("page", name)), { recursive: true });
      await writeFile(path("page", name), bytes);
    }
    await using vae = await Vae.load(path("page/mnist-vae"));
    await expectAsInNode(page, vae);
    expect(await vae.sample(9)).toMatchObject({ count: 9, height: 28, width: 28 });
    const { negativeElbo } = (await vae.evaluate(await open("mnist#test", { limit: 300 }))) as { negativeElbo: number };
    expect(Math.abs(negativeElbo - told)).toBeLessThan(NATS_APART);
  });

  test("saved into a directory it is the same folder, whole", async () => {
    await done(page);
    await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory(); // a picker asks a person; the browser's own store does not
      window.showDirectoryPicker = () => root.getDirectoryHandle("picked", { create: true });
    });
    await page.click("#save-folder");
    await done(page);
    expect(await page.textContent("#kept")).toBe("Saved into picked/mnist-vae.");
    const saved = await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await (await root.getDirectoryHandle("picked")).getDirectoryHandle("mnist-vae");
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      const weights = await (await folder.getFileHandle("model.safetensors")).getFile();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await weights.arrayBuffer()));
      return { names, weights: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") };
    });
    expect(saved.names).toEqual(expect.arrayContaining(["config.json", "onnx", "SHA256SUMS", "samples.png"]));
    const weights = await readFile(path("page/mnist-vae/model.safetensors"));
    expect(saved.weights).toBe(createHash("sha256").update(weights).digest("hex"));
  });

  test.each(["folder", "archive"])("it opens the %s that Node made, and draws the same", async (form) => {
    const data = await open("mnist", { limit: 300 });
    await using vae = new Vae({ schema: data.schema, latent: 3, net: "mlp" });
    await vae.fit(data, { epochs: 2 });
    const folder = path(`node-${form}`);
    await vae.save(folder);
    if (form === "folder") await page.setInputFiles("#open-folder", folder);
    else {
      await writeFile(`${folder}.zip`, await packFolder(folder, nodeFiles));
      await page.setInputFiles("#open-zip", `${folder}.zip`);
    }
    await page.waitForSelector(`body[data-model="node-${form}"]`);
    expect(await done(page)).toBe(`opened node-${form}, 3 latents`);
    await expectAsInNode(page, vae);
  });

  test("what cannot be opened is said, and the model stays", async () => {
    await writeFile(path("broken.zip"), "PK no archive");
    await page.setInputFiles("#open-zip", path("broken.zip"));
    await page.waitForSelector("body[data-state=failed]");
    expect(await page.textContent("#problem")).toContain("broken.zip");
    expect(await page.getAttribute("body", "data-model")).toBe("node-archive");
    expect(await page.isEnabled("#save")).toBe(true);
  });

  test("a page that is not isolated says that it has one thread, and trains", async () => {
    const plain = await serve({ isolated: false });
    try {
      const page = await visit(plain.address);
      expect(await page.textContent("#device option")).toBe("WebAssembly, 1 thread");
      expect(await page.textContent("#surroundings")).toContain("not cross-origin isolated");
      expect(await train(page)).toMatch(/^done/);
      await page.close();
    } finally {
      await plain.close();
    }
  });

  test("training stops where it is asked to, and what was learned stays", async () => {
    const page = await visit(server.address);
    await page.fill("#epochs", "1000");
    await page.fill("#records", "2000");
    await page.click("#train");
    await page.waitForSelector("#curve .valid");
    await page.click("#stop");
    expect(await done(page)).toMatch(/^done/);
    expect(await page.isEnabled("#save")).toBe(true);
    await page.close();
  });
});
