/** The report's page: what is in it, that nothing in it acts, that it needs nothing, that everyone can read it. */

import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { commandWord } from "../../src/eval/report/command.js";
import { dataUri, escapeHtml, html } from "../../src/eval/report/html.js";
import { duration, nats, shortNats, small } from "../../src/eval/report/numbers.js";
import { reportPage, shortName } from "../../src/eval/report/page.js";
import { STYLE } from "../../src/eval/report/style.js";
import { historyOf, reportFactsOf } from "../helpers/report-facts.js";

const EVIL = `"><script>alert('x')</script>&amp;\u0000`;

async function pageOf(changes: Parameters<typeof reportFactsOf>[0] = {}) {
  const text = await reportPage(reportFactsOf(changes));
  const { document } = parseHTML(text);
  return { text, document, words: document.body.textContent!.replace(/\s+/g, " ") };
}

describe("HTML", () => {
  test("what is filled in is escaped, once", () => {
    expect(html`<a title="${'"'}">${EVIL}</a>`.markup).toBe(
      `<a title="&quot;">&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp; </a>`,
    );
    expect(html`<ul>${["<", html`<li>${1}</li>`, null, false, [html`<br>`]]}</ul>`.markup).toBe(
      "<ul>&lt;<li>1</li><br></ul>",
    );
  });
  test("no sign that HTML forbids comes through", () => {
    expect(escapeHtml("a\u0000b\u001bc\td\ne")).toBe("a b c\td\ne");
  });
  test("bytes come back from their address", () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7) % 256);
    const [head, body] = dataUri("image/png", bytes).split(",");
    expect(head).toBe("data:image/png;base64");
    expect(new Uint8Array(Buffer.from(body, "base64"))).toEqual(bytes);
  });
});

describe("words", () => {
  test.each([
    [nats(-1234.56), "−1,234.6"],
    [nats(9.999), "10.00"],
    [shortNats(-1234.5), "−1235"],
    [duration(3.24), "3.2 s"],
    [duration(102.4), "1 min 42 s"],
    [duration(3720), "1 h 2 min"],
    [small(0.00123456), "0.00123"],
    [small(0.0000123), "1.23e−5".replace("−", "-")],
    [small(0), "0"],
    [shortName("/data/faces/"), "faces"],
    [shortName("mnist#test"), "mnist#test"],
    [shortName("C:\\pictures\\cats"), "cats"],
    [commandWord("models/mine"), "models/mine"],
    [commandWord("my pictures/it's"), "'my pictures/it'\\''s'"],
  ])("%s", (got, expected) => expect(got).toBe(expected));
});

describe("the page", () => {
  test("tells its figures with their protocol", async () => {
    const { words } = await pageOf();
    for (const text of ["−ELBO104.3", "84.50", "19.75", "3 of 4", "validation split of 60 records", "epoch 11"])
      expect(words).toContain(text);
    expect(words).toContain("Half of the records lie between 80.00 and 130.0 nats");
    expect(words).toContain("12 epochs in 24 s");
    expect(words).toContain("cpu, 2 threads");
  });

  test("has every section, and a link to each", async () => {
    const { document } = await pageOf();
    const ids = [...document.querySelectorAll("section")].map(({ id }) => id);
    expect(ids).toEqual("figures samples reconstructions traversal latents training doctor protocol use".split(" "));
    expect([...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href"))).toEqual(
      ids.map((id) => `#${id}`),
    );
    const all = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(all).size).toBe(all.length);
  });

  test("needs nothing from outside and runs no script", async () => {
    const { text, document } = await pageOf();
    expect(document.querySelectorAll("script, link, iframe, object, [onclick], [onload]")).toHaveLength(0);
    expect(text).not.toMatch(/(?:src|href)=["']?(?:https?:)?\/\//i);
    expect(text).not.toMatch(/url\((?!#)|@import/);
    for (const image of document.querySelectorAll("img"))
      expect(image.getAttribute("src")).toMatch(/^data:image\/png;base64,/);
    expect(document.querySelector("meta[http-equiv]")?.getAttribute("content")).toContain("default-src 'none'");
  });

  test("has words for every picture and chart, landmarks, and headings in order", async () => {
    const { document } = await pageOf();
    for (const image of document.querySelectorAll("img")) {
      const alt = image.getAttribute("alt");
      // Samples are one picture with one label to whoever listens.
      expect(alt || image.closest("[role=img]")?.getAttribute("aria-label"), image.outerHTML.slice(0, 80)).toBeTruthy();
      expect(alt).not.toBeNull();
    }
    const charts = [...document.querySelectorAll("svg.chart")];
    expect(charts).toHaveLength(7);
    for (const chart of charts) {
      expect(chart.getAttribute("role")).toBe("img");
      expect(chart.getAttribute("aria-label")!.length).toBeGreaterThan(20);
    }
    for (const name of ["header", "nav", "main", "footer"]) expect(document.querySelectorAll(name)).toHaveLength(1);
    expect(document.documentElement.getAttribute("lang")).toBe("en");
    const levels = [...document.querySelectorAll("h1, h2, h3")].map(({ tagName }) => Number(tagName[1]));
    expect(levels[0]).toBe(1);
    for (let i = 1; i < levels.length; i++) expect(levels[i] - levels[i - 1]).toBeLessThanOrEqual(1);
  });

  test("text from outside cannot act", async () => {
    const facts = reportFactsOf();
    const { document, text, words } = await pageOf({
      path: EVIL,
      config: {
        ...facts.config,
        data: { ...facts.config.data, name: EVIL, labels: [EVIL] },
        choices: { net: `mlp: ${EVIL}` },
        metrics: { ...facts.config.metrics, protocol: EVIL },
        net: { name: EVIL, option: EVIL },
      },
      data: { ...facts.data, kind: "other", name: EVIL },
      map: { ...facts.map, names: [EVIL, "b", "c"], axes: [EVIL, EVIL], how: EVIL },
      groups: [{ name: EVIL, records: [{ ...facts.groups[0].records[0], id: EVIL }] }],
      walks: [{ ...facts.walks[0], name: EVIL, note: EVIL }],
      findings: [{ code: "x", severity: "fault", problem: EVIL, evidence: EVIL, reference: EVIL, remedy: EVIL }],
    });
    expect(document.querySelectorAll("script")).toHaveLength(0);
    expect(text).not.toContain("<script");
    expect(words).toContain("alert('x')");
    expect(document.querySelectorAll("section")).toHaveLength(9);
  });

  test("findings say what was seen, what was expected, what to do", async () => {
    const { document, words } = await pageOf({
      findings: [
        {
          code: "a",
          severity: "fault",
          problem: "All is lost.",
          evidence: "0 of 4",
          reference: "3 of 4",
          remedy: "vaekit fit DATA --out m --warmup 5",
        },
        { code: "b", severity: "notice", problem: "Nearly.", evidence: "2", reference: "3", remedy: "vaekit fit" },
      ],
    });
    expect(document.querySelector(".verdict")?.textContent).toContain("All is lost. 1 more finding below.");
    expect(document.querySelectorAll("#doctor li")).toHaveLength(2);
    expect(document.querySelector("#doctor li")?.className).toBe("fault");
    expect(words).toContain("vaekit fit DATA --out m --warmup 5");
  });

  test("of a private model shows no record", async () => {
    const { document, words } = await pageOf({ isPrivate: true, groups: [] });
    expect(document.querySelectorAll("#reconstructions img")).toHaveLength(0);
    expect(words).toContain("No record is shown: this model is private");
    expect(document.querySelectorAll("#samples img")).toHaveLength(64);
  });

  test("leaves out what it does not know", async () => {
    const { document } = await pageOf({ history: [], samples: [], walks: [], run: null });
    const ids = [...document.querySelectorAll("section")].map(({ id }) => id);
    expect(ids).toEqual("figures reconstructions latents doctor protocol use".split(" "));
    expect(document.body.textContent).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("where nothing was kept aside, or on other data, the figures are those of the records looked at", async () => {
    const { data } = reportFactsOf();
    const training = await pageOf({ data: { ...data, kind: "training" } });
    expect(training.words).toContain("−ELBO105.0");
    expect(training.words).toContain("records it was trained on; none were kept aside");
    const other = await pageOf({ data: { ...data, kind: "other", name: "mnist#test" } });
    expect(other.words).toContain("60 records of mnist#test");
    expect(other.words).toContain("When trained on mnist: −ELBO 104.3");
  });
});

describe("curves", () => {
  test.each([1, 2, 9, 1000])("of %d epochs stay within their frame and their size", async (epochs) => {
    const { document, text } = await pageOf({ history: historyOf(epochs) });
    const [loss] = document.querySelectorAll("#training svg.chart");
    const [, , width, height] = loss.getAttribute("viewBox")!.split(" ").map(Number);
    const ticks = [...loss.querySelectorAll('g[aria-label="x-axis tick label"] text')];
    expect(ticks.length).toBeGreaterThan(0);
    for (const tick of ticks) {
      expect(tick.textContent).toMatch(/^\d+$/);
      const [, x, y] = /translate\((-?[\d.]+),(-?[\d.]+)\)/.exec(tick.getAttribute("transform")!)!.map(Number);
      expect(x).toBeGreaterThan(20);
      expect(x).toBeLessThan(width);
      expect(y).toBeLessThan(height);
    }
    expect(text).not.toContain("NaN");
    expect(text.length).toBeLessThan(500_000);
  });

  test("the table has every epoch of a short run, and the first and last of a long one", async () => {
    const rows = async (epochs: number) => {
      const { document } = await pageOf({ history: historyOf(epochs) });
      return [...document.querySelectorAll("tbody th")].map(({ textContent }) => Number(textContent));
    };
    expect(await rows(12)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const long = await rows(1001);
    expect(long.length).toBeLessThanOrEqual(102);
    expect([long[0], long.at(-1)]).toEqual([1, 1001]);
  });

  test("first epochs that would squeeze the others are said to lie above", async () => {
    expect((await pageOf({ history: historyOf(40) })).words).toContain("The first epochs lie above the frame");
    expect((await pageOf({ history: historyOf(3) })).words).not.toContain("above the frame");
  });
});

describe("the map", () => {
  test("has a colour and a name per class; what is beyond twelve shares one", async () => {
    const { map } = reportFactsOf();
    const few = await pageOf();
    expect(
      [...few.document.querySelectorAll("#latents figure:last-child .legend li")].map((li) => li.textContent),
    ).toEqual(["ant", "bee", "cow"]);
    const names = Array.from({ length: 20 }, (_, i) => `class ${i}`);
    const classes = Int32Array.from({ length: 60 }, (_, i) => (i < 3 ? -1 : i % 20));
    const many = await pageOf({ map: { ...map, names, classes } });
    const entries = [...many.document.querySelectorAll("#latents figure:last-child .legend li")].map(
      (li) => li.textContent,
    );
    expect(entries).toHaveLength(13);
    expect(entries.at(-1)).toBe("8 more");
    expect(many.text).toContain("var(--class-11)");
    expect(many.text).not.toContain("var(--class-12)");
  });

  test("draws each point once, and points without classes in one colour", async () => {
    const { map } = reportFactsOf();
    const { document } = await pageOf({ map: { ...map, classes: null, names: [] } });
    const paths = [...document.querySelectorAll("#latents figure:last-child svg.chart path[stroke^='var(--accent)']")];
    const dots = paths.reduce((sum, path) => sum + path.getAttribute("d")!.split("h0").length - 1, 0);
    expect(dots).toBe(60);
    expect(document.querySelectorAll("#latents figure:last-child .legend li")).toHaveLength(0);
  });
});

describe("the style", () => {
  /** Relative luminance (WCAG 2.1). */
  const luminance = (colour: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
    const linear = [r, g, b].map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const contrast = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const [light, dark] = STYLE.split("@media screen").map((part) => {
    const colours = new Map([...part.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
    return (name: string) => colours.get(name)!;
  });

  test.each([
    ["light", light],
    ["dark", dark],
  ])("text is readable when %s (WCAG AA), graphics can be told from the page", (_, colour) => {
    for (const name of ["ink", "soft", "accent", "fault", "warning", "notice", "well"])
      expect(contrast(colour(name), colour("page")), name).toBeGreaterThan(4.5);
    expect(contrast(colour("ink"), colour("panel"))).toBeGreaterThan(4.5);
    const graphics = ["train", "validation", "bar", ...Array.from({ length: 12 }, (_, i) => `class-${i}`)];
    for (const name of graphics) expect(contrast(colour(name), colour("page")), name).toBeGreaterThan(2.2);
  });
});
