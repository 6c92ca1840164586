/** One training step, ours and PyTorch's in turns: the same nets and batches, the same number of threads. */

import { ortNode } from "../../src/node/ort-node.js";
import { alternate, type Comparison, type Contender } from "../harness/alternate.js";
import { chosen } from "../harness/chosen.js";
import { NO_PYTHON, peerSteps } from "../harness/peer.js";
import { median, type Spread, spread } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";
import { STEP_NETS, type StepNet } from "../steps/nets.js";
import { describeProduct, type Product, productsAlone, productsOf } from "../steps/products.js";

const OURS = "vaekit";
const PRODUCTS = "its matrix products alone";
const QUICK = { rounds: 2, steps: 3, warmup: 2 };
/** Steps before the first round: enough for the largest net to settle, in blocks' worth. */
const WARMUP_BLOCKS = 2;

interface Compared extends Comparison {
  /** Of the products that the step's program has. */
  readonly products: readonly string[];
  /** Why a variant is not there. */
  readonly failed: Readonly<Record<string, string>>;
}

const programOf = (variant: string) => `PyTorch, ${variant.replaceAll("+", ", ")}`;

async function compare(name: string, net: StepNet, context: Context): Promise<Compared> {
  const { root, python, threads, quick } = context;
  const engine = await ortNode({ threads });
  const contenders: Record<string, Contender> = {};
  const failed: Record<string, string> = {};
  let products: readonly Product[];
  try {
    const ours = await net.ours(engine);
    contenders[OURS] = ours.contender;
    products = productsOf(ours, engine);
    contenders[PRODUCTS] = await productsAlone(engine, products);
    for (const variant of python ? variantsOf(net, quick) : []) {
      const peer = await peerSteps({ root, python: python!, model: name, batch: net.batch, threads, variant });
      if ("failed" in peer) failed[programOf(variant)] = peer.failed;
      else contenders[programOf(variant)] = peer;
    }
  } catch (error) {
    await Promise.allSettled(Object.values(contenders).map((contender) => contender.close()));
    throw error;
  }
  const blocks = quick ? QUICK : { steps: net.steps, warmup: WARMUP_BLOCKS * net.steps };
  const compared = await alternate(contenders, blocks);
  await engine.dispose();
  return { ...compared, products: products.map(describeProduct), failed };
}

/** In a quick run the plainest and the last, a compiled one. */
function variantsOf({ variants }: StepNet, quick: boolean): readonly string[] {
  return quick ? [variants[0]!, variants.at(-1)!] : variants;
}

/** a over b, round by round. */
function over(a: readonly number[], b: readonly number[]): Spread {
  return spread(a.map((ms, round) => ms / b[round]!));
}

function rowsOf(net: string, { ms, blocks, failed }: Compared): Record<string, Cell>[] {
  const ours = blocks[OURS]!;
  const theirs = Object.keys(ms).filter((name) => name !== OURS && name !== PRODUCTS);
  const best = theirs.reduce<string | null>(
    (found, name) => (found === null || median(blocks[name]!) < median(blocks[found]!) ? name : found),
    null,
  );
  return [
    {
      net,
      program: OURS,
      ms: ms[OURS]!,
      best: best && over(ours, blocks[best]!),
      products: over(blocks[PRODUCTS]!, ours),
    },
    { net, program: PRODUCTS, ms: ms[PRODUCTS]! },
    ...theirs.map((program) => ({ net, program, ms: ms[program]!, share: over(ours, blocks[program]!) })),
    ...Object.entries(failed).map(([program, why]) => ({ net, program: `${program}: ${why}`, ms: null })),
  ];
}

async function run(context: Context): Promise<Result> {
  const rows: Record<string, Cell>[] = [];
  const details: Record<string, Pick<Compared, "blocks" | "products">> = {};
  const nets = chosen(STEP_NETS, context.only);
  for (const [name, net] of Object.entries(nets)) {
    const compared = await compare(name, net, context);
    details[name] = { blocks: compared.blocks, products: compared.products };
    rows.push(...rowsOf(name, compared));
    for (const [program, { median }] of Object.entries(compared.ms))
      context.log(`${name}, ${program}: ${median.toFixed(2)} ms`);
  }
  const abouts = Object.entries(nets).map(([name, { about, batch }]) => `${name}: ${about}, batch ${batch}`);
  return {
    protocol:
      `One training step with Adam at 1e-3, float32, ${context.threads} threads each; ${abouts.join("; ")} ` +
      `(bench/peers/models.py, text_models.py). Ours is the trainer's step: pictures gathered from bytes, texts from tokens, ` +
      `noise, forward, backward, loss and gradient norm read, update. PyTorch's batches lie ready as tensors; eager, fused Adam, channels_last (model and pictures), ` +
      `torch.compile of loss and gradients. Blocks of steps take turns, never two at once; ms is the median over blocks ` +
      `of a block's median step (range). Ours / theirs: per round, below 1 ours is faster; the best is the PyTorch row ` +
      `with the smallest median. Matrix products alone: those of our lowered program, run as one program of nothing else ` +
      `in the same rounds; their share of our step.`,
    columns: [
      { key: "net", title: "net" },
      { key: "program", title: "program" },
      { key: "ms", title: "ms a step" },
      { key: "share", title: "ours / theirs" },
      { key: "best", title: "ours / best PyTorch" },
      { key: "products", title: "products' share" },
    ],
    rows,
    notes: context.python ? [] : [NO_PYTHON],
    details,
  };
}

export const workload: Workload = {
  name: "step",
  summary: "one training step of six nets, beside PyTorch",
  run,
};
