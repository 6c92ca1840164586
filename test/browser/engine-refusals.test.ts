/** What a page is told when it asks for an engine that it cannot have as asked for. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, launch } from "../helpers/chromium.js";
import { type PageServer, servePage } from "../helpers/page-server.js";
import type {} from "./pages/conformance.js";

if (!CHROMIUM) test.skip("skipped: no chromium (set VAEKIT_CHROMIUM)", () => {});

describe.skipIf(!CHROMIUM)("in a page that is not cross-origin isolated, without WebGPU", () => {
  let server: PageServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await servePage(new URL("./pages/conformance.ts", import.meta.url), { isolated: false });
    browser = await launch(["--disable-gpu"]);
    page = await browser.newPage();
    await page.goto(server.address);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const refusal = (device: string, threads?: number) =>
    page.evaluate(([name, count]) => window.conformance.refusal(name, count), [device, threads] as const);

  test.each(["wasm", "webgpu"])("threads: 0 is refused by %s", async (device) => {
    expect(await refusal(device, 0)).toEqual([
      "E_OPTION",
      "invalid threads: got 0, expected a whole number from 1",
      "Leave it out for as many as suit this machine.",
    ]);
  });

  test("without an adapter webgpu is refused, and the device that is there is named", async () => {
    expect(await refusal("webgpu")).toEqual([
      "E_DEVICE",
      expect.stringMatching(
        /^no device "webgpu" here, only wasm: (there is no WebGPU|the browser finds no graphics card)/,
      ),
      expect.stringContaining("chrome://gpu"),
    ]);
  });

  test("threads become one, and a notice names the headers that more take", async () => {
    const { threads, notices } = await page.evaluate(() => window.conformance.start("wasm", 3));
    expect(threads).toBe(1);
    expect(notices).toEqual([
      "this page is not cross-origin isolated: computing on one thread in place of 3. More need the headers " +
        '"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"',
    ]);
    expect(await page.evaluate(() => window.conformance.gaps("matmul"))).not.toHaveLength(0);
    await page.evaluate(() => window.conformance.stop());
  });
});
