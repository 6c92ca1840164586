/** The engines of a page in Chromium: every op, the bank, and training, against the float64 reference. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allOps } from "../../src/graph/op.js";
import "../../src/graph/ops.js";
import { ortNode } from "../../src/node/ort-node.js";
import { cpuBank } from "../../src/runtime/cpu-bank.js";
import { ENTRIES, EXTRA, exercise } from "../helpers/bank-exercise.js";
import { CHROMIUM, launch, SOFTWARE_WEBGPU } from "../helpers/chromium.js";
import { type PageServer, servePage } from "../helpers/page-server.js";
import { expectClose } from "../helpers/tensors.js";
import { trainOnBars } from "../helpers/training.js";
import { trainByReference, trainedNets } from "../helpers/training-case.js";
import type {} from "./pages/conformance.js";

interface Setting {
  readonly name: string;
  readonly device: string;
  readonly threads: number;
  readonly isolated: boolean;
  readonly flags: readonly string[];
  /** How far a value may be from the reference, in units of the largest of its tensor; by op where an op has its own. */
  readonly tolerance: number;
  readonly ops?: Readonly<Record<string, number>>;
  /** Of the loss, relative; and of gradients, in units of their tensor's largest. */
  readonly training: { readonly loss: number; readonly gradient: number };
}

/** float32 has a precision of 6e-8. Its exp, tanh and erf are good to some 4 units there; sums here are of 50 terms at most. */
const FLOAT32 = { tolerance: 5e-6, training: { loss: 3e-6, gradient: 3e-5 } };
/**
 * WGSL allows exp and log 3 to 7 units and more where their arguments are large, and sin and cos an absolute error of 2^-11
 * (section "Accuracy of built-in expressions"), which a random weight of up to 2 doubles in gradients.
 */
const WGSL = {
  tolerance: 2e-5,
  ops: { sin: 2 ** -10, cos: 2 ** -10 },
  training: { loss: 1e-5, gradient: 1e-4 },
};
const settings: readonly Setting[] = [
  { name: "wasm on one thread", device: "wasm", threads: 1, isolated: false, flags: [], ...FLOAT32 },
  {
    name: "wasm on two threads, in an isolated page",
    device: "wasm",
    threads: 2,
    isolated: true,
    flags: [],
    ...FLOAT32,
  },
  { name: "webgpu in software", device: "webgpu", threads: 1, isolated: false, flags: SOFTWARE_WEBGPU, ...WGSL },
];
const PAGE = new URL("./pages/conformance.ts", import.meta.url);
const STEPS = 50;

const tested = allOps.filter((op) => op.examples.length > 0).map(({ name }) => name);
const nets = Object.keys(trainedNets);
const courses = new Map(CHROMIUM ? nets.map((net) => [net, trainByReference(net, STEPS)]) : []);

if (!CHROMIUM) test.skip("skipped: no chromium (set VAEKIT_CHROMIUM)", () => {});

describe.skipIf(!CHROMIUM).each(settings)("$name", ({ device, threads, isolated, flags, tolerance, ops, training }) => {
  let server: PageServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await servePage(PAGE, { isolated });
    browser = await launch(flags);
    page = await browser.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(server.address);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test("starts as it is asked to", async () => {
    const found = await page.evaluate(([name, count]) => window.conformance.start(name, count), [
      device,
      threads,
    ] as const);
    expect(found).toEqual({ name: device, threads, notices: [] });
  });

  test.each(tested)("%s, value and gradient of every example", async (op) => {
    const gaps = await page.evaluate((name) => window.conformance.gaps(name), op);
    expect(gaps.length).toBeGreaterThan(0);
    const allowed = ops?.[op] ?? tolerance;
    expect(gaps.filter(({ error }) => !(error <= allowed))).toEqual([]);
  });

  test("a bank answers as the one in memory does", async () => {
    const got = await page.evaluate(() => window.conformance.bank());
    const expected = await exercise(cpuBank(ENTRIES, EXTRA));
    expect(got.refusals).toEqual(expected.refusals);
    expect(Object.keys(got.values)).toEqual(Object.keys(expected.values));
    for (const [what, values] of Object.entries(expected.values)) expectClose(got.values[what], values, 1e-6, what);
  });

  test.each(nets)(`${STEPS} steps of training the %s net`, async (net) => {
    const expected = courses.get(net)!;
    expect(expected.losses.at(-1)).toBeLessThan(0.9 * expected.losses[0]); // it learns
    const got = await page.evaluate(([name, steps]) => window.conformance.train(name, steps), [net, STEPS] as const);
    expectClose(got.losses, expected.losses, training.loss, "loss");
    expect(got.gradients).toHaveLength(expected.gradients.length);
    for (const [step, gradients] of expected.gradients.entries())
      for (const [name, values] of Object.entries(gradients)) {
        const largest = Math.max(...values.map(Math.abs));
        expectClose(got.gradients[step][name], values, training.gradient, `step ${step + 1}: ${name}`, largest);
      }
  });

  test("the trainer comes to what it comes to on the native engine", async () => {
    const native = await ortNode({ threads: 1 });
    const expected = await trainOnBars(native);
    await native.dispose();
    expectClose(await page.evaluate(() => window.conformance.fit()), expected, training.loss, "loss");
  });

  test("an engine that was disposed of makes way for the next, without a complaint", async () => {
    const bank = await page.evaluate(
      async ([name, count]) => {
        await window.conformance.stop();
        await window.conformance.start(name, count);
        const { values } = await window.conformance.bank();
        await window.conformance.stop();
        return values;
      },
      [device, threads] as const,
    );
    expectClose(bank["step 3: norm"], (await exercise(cpuBank(ENTRIES, EXTRA))).values["step 3: norm"], 1e-6, "norm");
    expect(complaints).toEqual([]);
  });
});
