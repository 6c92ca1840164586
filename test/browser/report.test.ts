/** The report in a browser: nothing asked of the network, no error, nothing that sticks out, on desk, phone and paper. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportPage } from "../../src/eval/report/page.js";
import { CHROMIUM, launch } from "../helpers/chromium.js";
import { historyOf, reportFactsOf, tableReportOf } from "../helpers/report-facts.js";

if (!CHROMIUM) test.skip("skipped: no chromium (set VAEKIT_CHROMIUM)", () => {});

describe.skipIf(!CHROMIUM)("in Chromium", () => {
  let browser: Browser;
  let folder = "";

  /** Names from outside that are as long as they come. */
  const long = `${"a".repeat(90)}/${"b c".repeat(30)}`;
  const plain = reportFactsOf({ history: historyOf(40) });
  const awkward = reportFactsOf({
    path: long,
    config: { ...plain.config, data: { ...plain.config.data, name: long, fingerprint: "f".repeat(200) } },
    picture: { height: 64, width: 64, channels: 3 },
    map: { ...plain.map, names: ["<script>alert(1)</script>", long, long.toUpperCase()] },
    groups: plain.groups.map(({ name, records }) => ({
      name,
      records: Array(8).fill({ ...records[0], id: long, negativeElbo: -12345.6 }),
    })),
    findings: [
      { code: "x", severity: "fault", problem: long, evidence: long, reference: long, remedy: `vaekit fit ${long}` },
    ],
  });

  const table = tableReportOf();
  const { marginals, figures, scores } = table.table!;
  const names = Array.from({ length: 18 }, (_, i) => `${long}${i}`);
  const awkwardTable = tableReportOf({
    columns: 400,
    marginals: names.map((column, i) => ({
      ...marginals[i % 2],
      column,
      bars: [
        ...marginals[i % 2].bars.map((bar) => ({ ...bar, name: long })),
        { name: "missing", real: 1, synthetic: 0 },
      ],
    })),
    associations: {
      columns: names,
      real: Float64Array.from({ length: 18 ** 2 }, (_, i) => (i % 7) / 7),
      synthetic: Float64Array.from({ length: 18 ** 2 }, (_, i) => (i % 5) / 5),
    },
    figures: { ...figures, pairs: [{ columns: [long, long], error: 100, measure: "correlation" }] },
    protocol: { synthetic: long, real: long },
    scores: { values: scores!.values.map((value) => value * 1e6), unit: "score" },
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "vaekit-report-"));
    writeFileSync(join(folder, "plain.html"), await reportPage(plain));
    writeFileSync(join(folder, "awkward.html"), await reportPage(awkward));
    writeFileSync(join(folder, "table.html"), await reportPage(table));
    writeFileSync(join(folder, "awkward-table.html"), await reportPage(awkwardTable));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, width: number, colorScheme: "light" | "dark") {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const troubles: string[] = [];
    page.on("console", (message) => troubles.push(message.text()));
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("dialog", (dialog) => troubles.push(dialog.message()));
    const address = pathToFileURL(join(folder, `${name}.html`)).href;
    page.on("request", (request) => {
      if (request.url() !== address && !request.url().startsWith("data:")) troubles.push(request.url());
    });
    await page.goto(address);
    return { page, troubles };
  }

  test.each([
    ["plain", 1280, "light"],
    ["plain", 390, "dark"],
    ["awkward", 1280, "dark"],
    ["awkward", 390, "light"],
    ["table", 1280, "light"],
    ["table", 390, "dark"],
    ["awkward-table", 1280, "dark"],
    ["awkward-table", 390, "light"],
  ] as const)("%s at %d pixels, %s", async (name, width, scheme) => {
    const { page, troubles } = await open(name, width, scheme);
    await page.locator("details").evaluateAll((all) => {
      for (const one of all) one.setAttribute("open", "");
    });
    const seen = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - window.innerWidth,
      outside: [...document.querySelectorAll("section *:not(.scroll *)")]
        .filter((element) => !element.closest("svg") && element.getBoundingClientRect().right > window.innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 100)),
      broken: [...document.images].filter((image) => !image.complete || image.naturalWidth === 0).length,
      background: getComputedStyle(document.body).backgroundColor,
      letters: Math.min(
        ...[...document.querySelectorAll<SVGSVGElement>("svg.chart")].map(
          (chart) => (10 * chart.getBoundingClientRect().width) / chart.viewBox.baseVal.width,
        ),
      ),
    }));
    expect(seen).toMatchObject({ overflow: 0, outside: [], broken: 0 });
    expect(seen.letters).toBeGreaterThan(8.5);
    const [red] = /\d+/.exec(seen.background)!.map(Number);
    expect(red > 128).toBe(scheme === "light");
    expect(troubles).toEqual([]);
    await page.close();
  });

  test("on paper it is light whatever the screen is, and without what only a screen needs", async () => {
    const { page } = await open("plain", 1280, "dark");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
    expect(await page.locator("nav").isVisible()).toBe(false);
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
    await page.close();
  });

  test("its links lead to its sections", async () => {
    const { page } = await open("plain", 390, "light");
    await page.getByRole("link", { name: "Doctor", exact: true }).click();
    expect(await page.evaluate(() => location.hash)).toBe("#doctor");
    await expect
      .poll(() => page.evaluate(() => document.querySelector("#doctor")!.getBoundingClientRect().top))
      .toBeLessThan(900);
    await page.close();
  });
});
