/** One training step in a browser: ours, TensorFlow.js's and jax-js's, in turns in one headless Chromium. */

import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { CHROMIUM, launch } from "../../test/helpers/chromium.js";
import { type PageServer, servePage } from "../../test/helpers/page-server.js";
import { alternate, type Comparison, type Contender } from "../harness/alternate.js";
import { chosen } from "../harness/chosen.js";
import { installed } from "../harness/packages.js";
import { spread } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";
import type { WebSpec } from "../web/contender.js";

const PACKAGES = [
  "@tensorflow/tfjs@4.22.0",
  "@tensorflow/tfjs-backend-wasm@4.22.0",
  "@tensorflow/tfjs-backend-webgpu@4.22.0",
  "@jax-js/jax@0.1.25",
];
const SHAPE = { batch: 128, latent: 20, batches: 16, ink: 0.19 };
/** Steps in a block. */
const NETS = {
  mlp: { about: "784-400-20", steps: 30 },
  conv: { about: "28x28x1, 32-64 (k4 s2), latent 20", steps: 6 },
} as const;
type Net = keyof typeof NETS;
/** Milliseconds of a step above which a program is timed once and takes no turns: they would last for hours. */
const TOO_SLOW = 3000;
const QUICK = { rounds: 2, steps: 2, warmup: 1 };
/** Lets Chromium use a graphics card where it would ask a person first. */
const GPU_FLAGS = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--ignore-gpu-blocklist"];
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/** A page and what it is to compute with. */
interface Candidate {
  readonly program: string;
  readonly script: string;
  readonly device: string;
  readonly threads: number;
}

/** Ours on all threads comes first: the others are compared with it. */
function candidates(threads: number): readonly Candidate[] {
  const ours = { program: "vaekit", script: "../web/ours.ts" };
  const tfjs = { program: "TensorFlow.js", script: "../peers/web/tfjs.js" };
  const jax = { program: "jax-js", script: "../peers/web/jax.js" };
  const some = [
    { ...ours, device: "wasm", threads },
    { ...ours, device: "wasm", threads: 1 },
    { ...ours, device: "webgpu", threads: 1 },
    { ...tfjs, device: "wasm", threads },
    { ...tfjs, device: "webgpu", threads: 1 },
    { ...tfjs, device: "webgl", threads: 1 },
    { ...jax, device: "wasm", threads },
    { ...jax, device: "webgpu", threads: 1 },
  ];
  return threads === 1 ? some.slice(1) : some;
}

function nameOf({ program, device, threads }: Candidate): string {
  if (device !== "wasm") return `${program}, ${device}`;
  // jax-js takes as many threads as the browser has cores, and no number.
  return program === "jax-js" ? "jax-js, wasm" : `${program}, wasm, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

/** Names of what draws and computes on a graphics card here; null where there is none, or software plays one. */
async function graphicsCards(page: Page): Promise<Readonly<Record<string, string | null>>> {
  const found = await page.evaluate(async () => {
    const info = (await navigator.gpu?.requestAdapter().catch(() => null))?.info;
    const gl = document.createElement("canvas").getContext("webgl2");
    const unmasked = gl?.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL;
    return {
      webgpu: info ? `${info.vendor} ${info.architecture} ${info.description}`.trim() : null,
      webgl: gl && unmasked ? String(gl.getParameter(unmasked)) : null,
    };
  });
  const real = (name: string | null) => (name === null || SOFTWARE.test(name) ? null : name);
  return { webgpu: real(found.webgpu), webgl: real(found.webgl) };
}

async function openPage(browser: Browser, { address }: PageServer): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address);
  await page.waitForFunction(() => "program" in window);
  return page;
}

async function contenderOf(page: Page, spec: WebSpec): Promise<Contender> {
  await page.evaluate((given) => window.program.open(given), spec);
  return {
    async run(steps) {
      await page.bringToFront();
      return page.evaluate((count) => window.program.run(count), steps);
    },
    close: () => page.close(),
  };
}

interface Compared extends Comparison {
  /** Milliseconds of one step of those too slow to take turns. */
  readonly slow: Readonly<Record<string, number>>;
  /** Why a program is not there. */
  readonly failed: Readonly<Record<string, string>>;
}

/** A browser of its own for each net, so that none starts with what another left. */
async function compare(net: Net, packages: string, { threads, quick }: Context): Promise<Compared> {
  const browser = await launch(GPU_FLAGS);
  const servers = new Map<string, PageServer>();
  const contenders: Record<string, Contender> = {};
  const slow: Record<string, number> = {};
  const failed: Record<string, string> = {};
  try {
    for (const candidate of candidates(threads)) {
      const { script, device } = candidate;
      const server =
        servers.get(script) ?? (await servePage(new URL(script, import.meta.url), { isolated: true, packages }));
      servers.set(script, server);
      const page = await openPage(browser, server);
      const cards = await graphicsCards(page);
      const name = nameOf(candidate);
      if (device in cards && cards[device] === null) {
        failed[name] = "no graphics card here";
        await page.close();
        continue;
      }
      const spec = { net, device, threads: candidate.threads, ...SHAPE };
      try {
        const contender = await contenderOf(page, spec);
        const [ms] = await contender.run(1);
        if (ms! < TOO_SLOW) contenders[name] = contender;
        else slow[name] = ms!;
      } catch (error) {
        failed[name] = `not supported: ${firstLine(error as Error)}`;
      }
      if (!(name in contenders)) await page.close();
    }
    const { steps } = NETS[net];
    return { ...(await alternate(contenders, quick ? QUICK : { steps, warmup: steps })), slow, failed };
  } finally {
    await browser.close();
    await Promise.all([...servers.values()].map((server) => server.close()));
  }
}

function firstLine({ message }: Error): string {
  return message.split("\n")[0]!.replace(/^page\.evaluate: (\w*Error: )?/, "");
}

function rowsOf(net: Net, { ms, blocks, slow, failed }: Compared): Record<string, Cell>[] {
  const [first, ...others] = Object.keys(ms);
  const ours = blocks[first!]!;
  return [
    { net, program: first!, ms: ms[first!]! },
    ...others.map((program) => ({
      net,
      program,
      ms: ms[program]!,
      ratio: spread(blocks[program]!.map((theirs, round) => theirs / ours[round]!)),
    })),
    ...Object.entries(slow).map(([program, once]) => ({ net, program: `${program}, one step`, ms: once })),
    ...Object.entries(failed).map(([program, why]) => ({ net, program: `${program}: ${why}`, ms: null })),
  ];
}

async function run(context: Context): Promise<Result> {
  if (!CHROMIUM) throw new Error("no Chromium: install one, or set VAEKIT_CHROMIUM");
  const packages = await installed(join(context.root, "bench", ".cache", "web"), PACKAGES);
  const rows: Record<string, Cell>[] = [];
  const details: Record<string, Comparison["blocks"]> = {};
  for (const net of Object.keys(chosen(NETS, context.only)) as Net[]) {
    const compared = await compare(net, packages, context);
    details[net] = compared.blocks;
    rows.push(...rowsOf(net, compared));
    for (const [program, { median }] of Object.entries(compared.ms))
      context.log(`${net}, ${program}: ${median.toFixed(2)} ms`);
    for (const [program, ms] of Object.entries(compared.slow)) context.log(`${net}, ${program}: ${ms.toFixed(0)} ms`);
    for (const [program, why] of Object.entries(compared.failed)) context.log(`${net}, ${program}: ${why}`);
  }
  const browser = await launch();
  const version = browser.version();
  await browser.close();
  return {
    protocol:
      `One training step of a VAE with Adam at 1e-3, float32, batch ${SHAPE.batch}, in a cross-origin isolated page of headless ` +
      `Chromium ${version}; ${Object.entries(NETS)
        .map(([net, { about }]) => `${net}: ${about}`)
        .join("; ")}. Ours is the trainer's step: pictures gathered from bytes, noise, forward, backward, loss ` +
      `and gradient norm read, update. TensorFlow.js (variableGrads, train.adam) and jax-js (one jitted step) have their ` +
      `batches ready as tensors (bench/peers/web); each reads its loss in every step. ${PACKAGES.join(", ")}. All pages lie in ` +
      `one browser, and blocks of steps take turns; ms is the median over blocks of a block's median step (range). ` +
      `Theirs / ours: per round, against our first row; above 1 ours is faster. A program whose second step takes over ` +
      `${TOO_SLOW / 1000} s is not run again.`,
    columns: [
      { key: "net", title: "net" },
      { key: "program", title: "program" },
      { key: "ms", title: "ms a step" },
      { key: "ratio", title: "theirs / ours" },
    ],
    rows,
    details,
  };
}

export const workload: Workload = {
  name: "web",
  summary: "one training step of two nets in Chromium, beside TensorFlow.js and jax-js",
  run,
};
