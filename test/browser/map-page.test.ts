/** The map page in a browser: drawn, pointed at, filtered, searched, walked through, by mouse, keys and fingers. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mapPage } from "../../src/eval/map-page/page.js";
import type { ReadPictures } from "../../src/eval/map-page/sprites.js";
import { nodeHost } from "../../src/node/host.js";
import { Philox } from "../../src/random.js";
import { CHROMIUM, launch, type OpenPage, openFile } from "../helpers/chromium.js";

const COUNT = 900;
const SCRIPT = '<script>document.title = "broken"</script>';
const NAMES = [SCRIPT, "green", "blue & violet"];
/** Class of a record, and the colour of its picture. */
const classOf = (record: number) => record % 3;
const COLOURS = [
  [200, 40, 40],
  [40, 200, 40],
  [40, 40, 200],
];

const LONG = "a_column_with_a_very_long_name_";
const CELLS = {
  columns: ["job", LONG, ...Array.from({ length: 8 }, (_, i) => `more ${i}`)],
  texts: [
    Array.from({ length: COUNT }, (_, i) => `job ${i}`),
    Array.from({ length: COUNT }, () => "7.5"),
    ...Array.from({ length: 8 }, () => new Array<string>(COUNT).fill("")),
  ],
};

/** Three clouds side by side, at x = -4, 0 and 4; record i has the id "item-i". */
async function writeMap(path: string, labelled: boolean, isTable = false): Promise<void> {
  const points = new Philox(1).normals(new Float32Array(2 * COUNT)).map((value) => value * 0.8);
  for (let i = 0; i < COUNT; i++) points[2 * i] += 4 * (classOf(i) - 1);
  const read: ReadPictures = async (indices) => ({
    count: indices.length,
    height: 12,
    width: 12,
    channels: 3,
    pixels: Uint8Array.from(
      { length: indices.length * 432 },
      (_, i) => COLOURS[classOf(indices[Math.floor(i / 432)])][i % 3],
    ),
  });
  const text = await mapPage(
    {
      name: "a <b>set</b> of things",
      summary: `${COUNT} records`,
      notes: ["Made for a test."],
      cloud: { mu: points, logvar: new Float32Array(2 * COUNT), count: COUNT, width: 2 },
      projected: { points, axes: ["mu_0", "mu_1"], how: "", inverse: "the two latents here", latentsAt: (z) => z },
      labels: labelled ? { names: NAMES, indices: Int32Array.from({ length: COUNT }, (_, i) => classOf(i)) } : null,
      ids: Array.from({ length: COUNT }, (_, i) => `item-${i}`),
      pictures: isTable
        ? null
        : {
            read,
            aspect: 1,
            // Left is dark, right is light.
            decode: async (z) => ({
              count: z.length / 2,
              height: 8,
              width: 8,
              channels: 1,
              pixels: Uint8Array.from({ length: 32 * z.length }, (_, i) => 128 + 16 * z[2 * Math.floor(i / 64)]),
            }),
          },
      cells: isTable ? CELLS : null,
      seed: 0,
    },
    nodeHost(),
  );
  await writeFile(path, text);
}

/** Middle of the map in the window. */
async function middle(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator("#top").boundingBox();
  if (!box) throw new Error("no map");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width, height: box.height };
}

/** Flies to a record by its id; it then is selected and in the middle. */
async function find(page: Page, id: string): Promise<void> {
  await page.fill("#query", id);
  await page.press("#query", "Enter");
  await page.waitForFunction((wanted) => document.getElementById("news")?.textContent?.endsWith(`id ${wanted}`), id);
}

/** WebGL is used though it is drawn by software here, and what it drew stays readable after its frame. */
function keepDrawn(): void {
  const original = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
    return original.call(
      this,
      kind as never,
      (kind === "webgl2"
        ? { ...options, preserveDrawingBuffer: true, failIfMajorPerformanceCaveat: false }
        : options) as never,
    );
  } as never;
}

/** Dots that are drawn, as a share of the map's pixels. */
const drawnShare = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.getElementById("points") as HTMLCanvasElement;
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const pen = copy.getContext("2d") as CanvasRenderingContext2D;
    pen.drawImage(canvas, 0, 0);
    const { data } = pen.getImageData(0, 0, copy.width, copy.height);
    let drawn = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 40) drawn++;
    return drawn / (data.length / 4);
  });

const colourOf = (page: Page, selector: string): Promise<number[]> =>
  page.evaluate((wanted) => {
    const canvas = document.querySelector(wanted) as HTMLCanvasElement;
    const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
    return Array.from(pen.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data);
  }, selector);

const settled = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

if (!CHROMIUM) test.skip("skipped: no chromium (set VAEKIT_CHROMIUM)", () => {});

describe.skipIf(!CHROMIUM)("the map page", () => {
  let folder: string;
  let browser: Browser;
  const path = () => join(folder, "map.html");
  const size = { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" } as const;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vaekit map "));
    await writeMap(path(), true);
    await writeMap(join(folder, "plain.html"), false);
    await writeMap(join(folder, "table.html"), true, true);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(options = {}, name = "map.html"): Promise<OpenPage> {
    const opened = await openFile(browser, join(folder, name), { before: keepDrawn, ...size, ...options });
    await opened.page.waitForFunction(() => document.documentElement.dataset.drawn);
    await opened.page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
    await settled(opened.page);
    return opened;
  }

  test.each([
    [1280, 800],
    [390, 844],
  ])("opens at %i x %i without a complaint, nothing wider than the window", async (width, height) => {
    const { page, complaints } = await open({ viewport: { width, height } });
    expect(await page.evaluate(() => document.documentElement.dataset.drawn)).toBe("webgl2");
    expect(await drawnShare(page)).toBeGreaterThan(0.01);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await page.title()).toBe("a <b>set</b> of things in latent space");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("a pointed dot shows its picture, label and id, and what the decoder makes of its place", async () => {
    const { page, complaints } = await open();
    await find(page, "item-7");
    await page.keyboard.press("Escape");
    const { x, y } = await middle(page);
    await page.mouse.move(x, y);
    await settled(page);
    expect(await page.locator("#tip").innerText()).toBe("green\nitem-7");
    expect(await page.locator("#inspector .facts").innerText()).toMatch(/^green\nitem-7\n[\d.]+ nats from the prior$/);
    const [red, green, blue] = await colourOf(page, "#tip canvas");
    expect(green).toBeGreaterThan(150);
    expect(Math.max(red, blue)).toBeLessThan(90);
    const [light] = await colourOf(page, "#inspector figure:nth-child(2) canvas");
    expect(Math.abs(light - 128)).toBeLessThan(60);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("a row shows its cells on a card and in the panel, each beside the name of its column", async () => {
    const { page, complaints } = await open({}, "table.html");
    await find(page, "item-17");
    await settled(page);
    const cells = (where: string) =>
      page.evaluate(
        (selector) => [...document.querySelectorAll(`${selector} .cells > *`)].map(({ textContent }) => textContent),
        where,
      );
    expect((await cells("#tip")).slice(0, 6)).toEqual(["job", "job 17", LONG, "7.5", "more 0", "missing"]);
    expect(await cells("#tip")).toHaveLength(16);
    expect(await cells("#inspector")).toHaveLength(20);
    const widths = await page.evaluate(() =>
      [...document.querySelectorAll(".cells dd")].map((cell) => cell.getBoundingClientRect().width),
    );
    expect(Math.min(...widths)).toBeGreaterThan(40);
    expect(await page.locator("#tools button").count()).toBe(3);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a place without a record near says so, and the decoder's picture follows the pointer", async () => {
    const { page } = await open();
    const { x, y, width, height } = await middle(page);
    await page.mouse.move(x - width / 2 + 4, y + height / 2 - 4);
    await settled(page);
    expect(await page.locator("#inspector .facts").innerText()).toContain("no record near");
    const decoded = "#inspector figure:nth-child(2) canvas";
    await page.mouse.move(x - 330, y - 20);
    await settled(page);
    const [left] = await colourOf(page, decoded);
    await page.mouse.move(x + 330, y - 20);
    await settled(page);
    const [right] = await colourOf(page, decoded);
    expect(right - left).toBeGreaterThan(60);
    await page.context().close();
  });

  test("labels are text, whatever they hold", async () => {
    const { page, complaints } = await open();
    expect(await page.locator("#legend .name").allInnerTexts()).toEqual(NAMES);
    await find(page, "item-0");
    expect(await page.locator("#tip strong").innerText()).toBe(SCRIPT);
    expect(await page.title()).not.toBe("broken");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("the legend hides a class, isolates one and shows all again", async () => {
    const { page } = await open();
    const all = await drawnShare(page);
    const entry = page.locator("#legend li button:first-child").nth(1);
    await entry.click();
    await page.mouse.move(400, 20);
    await settled(page);
    expect(await entry.getAttribute("aria-pressed")).toBe("false");
    const share = (await drawnShare(page)) / all;
    expect(share).toBeGreaterThan(0.55);
    expect(share).toBeLessThan(0.75);
    // What is hidden is not hit either: the middle cloud was at the middle.
    const { x, y } = await middle(page);
    await page.mouse.move(x, y);
    await settled(page);
    expect(await page.locator("#tip").isVisible()).toBe(false);

    await page.locator("button.quiet", { hasText: "Show all" }).click();
    await settled(page);
    await entry.dblclick();
    await settled(page);
    expect(await page.locator("#legend [aria-pressed=true]").count()).toBe(1);
    expect(await entry.getAttribute("aria-pressed")).toBe("true");
    await page.locator("button.quiet", { hasText: "Show all" }).click();
    await settled(page);
    expect(await page.locator("#legend [aria-pressed=true]").count()).toBe(3);
    await page.context().close();
  });

  test("a search lists ids, the one that is the query first, and says when there is none", async () => {
    const { page } = await open();
    await page.fill("#query", "item-12");
    expect(await page.locator("#finds li .id").allInnerTexts()).toHaveLength(8);
    expect(await page.locator("#finds li .id").first().innerText()).toBe("item-12");
    await page.fill("#query", "item-899");
    await page.press("#query", "Enter");
    expect(await page.locator("#news").innerText()).toBe("blue & violet, id item-899");
    await page.fill("#query", "nothing");
    expect(await page.locator("#search p").innerText()).toBe("No such id");
    await page.context().close();
  });

  test("keys move, zoom, walk from record to record and let go", async () => {
    const { page, complaints } = await open();
    const scaleTexts = () => page.evaluate(() => (document.getElementById("top") as HTMLCanvasElement).toDataURL());
    await page.focus("#top");
    for (const key of ["ArrowLeft", "ArrowUp", "+", "-", "0"]) {
      const before = await scaleTexts();
      await page.keyboard.press(key);
      await settled(page);
      expect(await scaleTexts(), key).not.toBe(before);
    }
    const news = () => page.locator("#news").innerText();
    const visited = new Set<string>();
    for (const key of ["n", "n", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowUp"]) {
      await page.keyboard.press(key);
      visited.add(await news());
    }
    expect(visited.size).toBe(5);
    const there = await news();
    await page.keyboard.press("n");
    await page.keyboard.press("p");
    expect(await news()).toBe(there);
    expect(await page.locator("#tip").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await settled(page);
    expect(await news()).toBe("");
    expect(await page.locator("#tip").isVisible()).toBe(false);
    await page.keyboard.press("/");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("query");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("every control has a name, and focus can be seen", async () => {
    const { page } = await open();
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll("button, input, select, canvas[tabindex]")]
        .filter((control) => {
          const labelled = (control as HTMLInputElement).labels?.length;
          return !control.textContent?.trim() && !control.getAttribute("aria-label") && !labelled;
        })
        .map(({ outerHTML }) => outerHTML),
    );
    expect(unnamed).toEqual([]);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("top");
    const frame = await page.evaluate(() => {
      const { borderTopWidth } = getComputedStyle(document.getElementById("stage") as HTMLElement, "::after");
      return borderTopWidth;
    });
    expect(frame).toBe("2px");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe("solid");
    await page.context().close();
  });

  test("the wheel zooms where it points, and pictures come in", async () => {
    const { page } = await open();
    await find(page, "item-4");
    const { x, y } = await middle(page);
    await page.keyboard.press("Escape");
    await page.mouse.move(x, y);
    for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -200);
    await settled(page);
    // Still the record under the pointer; around it is its picture, as large as a thumb.
    expect(await page.locator("#tip .id").innerText()).toBe("item-4");
    await page.mouse.move(x + 12, y + 12);
    await settled(page);
    expect(await page.locator("#tip").isVisible()).toBe(true);
    await page.context().close();
  });

  test("fingers drag, pinch and tap", async () => {
    const { page, complaints } = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const { x, y } = await middle(page);
    const looks = () => page.evaluate(() => (document.getElementById("top") as HTMLCanvasElement).toDataURL());
    const client = await page.context().newCDPSession(page);
    const touch = async (type: string, ...points: { x: number; y: number }[]) => {
      const touchPoints = points.map((point, id) => ({ ...point, id }));
      await client.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints });
      await settled(page);
    };
    const before = await looks();
    await touch("touchStart", { x, y });
    await touch("touchMove", { x: x + 30, y: y + 10 });
    await touch("touchMove", { x: x + 60, y: y + 20 });
    await touch("touchEnd");
    const dragged = await looks();
    expect(dragged).not.toBe(before);
    await touch("touchStart", { x: x - 30, y }, { x: x + 30, y });
    await touch("touchMove", { x: x - 60, y }, { x: x + 60, y });
    await touch("touchMove", { x: x - 90, y }, { x: x + 90, y });
    await touch("touchEnd");
    expect(await looks()).not.toBe(dragged);
    expect(await page.locator("#tip").isVisible()).toBe(false);
    await find(page, "item-5");
    await page.evaluate(() => scrollTo(0, 0));
    await page.touchscreen.tap(x, y);
    await settled(page);
    expect(await page.locator("#news").innerText()).toBe("blue & violet, id item-5");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("without WebGL2 a plain canvas draws the same dots", async () => {
    const { page: fast } = await open();
    const { page, complaints } = await open({
      before: () => {
        const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
          return kind.startsWith("webgl") ? null : original.call(this, kind as never, ...(rest as []));
        } as never;
      },
    });
    expect(await page.evaluate(() => document.documentElement.dataset.drawn)).toBe("canvas");
    expect(complaints).toEqual([]);
    const ratio = (await drawnShare(page)) / (await drawnShare(fast));
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
    await page.context().close();
    await fast.context().close();
  });

  test("without labels dots are coloured by density, in dark too", async () => {
    const { page, complaints } = await open({ colorScheme: "dark" }, "plain.html");
    expect(await page.locator("#legend li").count()).toBe(0);
    expect(await page.locator("#legend option").allInnerTexts()).toEqual(["density", "KL to the prior"]);
    expect(await page.locator(".amounts").innerText()).toContain("many near");
    await page.selectOption("#colouring", "KL to the prior");
    await settled(page);
    expect(await page.locator(".amounts").innerText()).toMatch(/nats/);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(21, 23, 27)");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("prints the map in light colours with its legend", async () => {
    const { page } = await open({ colorScheme: "dark" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const printed = await page.evaluate(() => {
      const canvas = document.getElementById("print") as HTMLCanvasElement;
      const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      let dots = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 150) dots++;
      return { dots: dots / (data.length / 4), shown: canvas.getBoundingClientRect().height };
    });
    expect(printed.dots).toBeGreaterThan(0.01);
    expect(printed.shown).toBeGreaterThan(200);
    expect(await page.locator("#tools").isVisible()).toBe(false);
    expect(await page.locator("#legend").isVisible()).toBe(true);
    await page.context().close();
  });
});
