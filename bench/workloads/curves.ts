/** Does it learn as well? Test -ELBO after some epochs beside PyTorch's, same nets, same optimiser. */

import { join } from "node:path";
import { measure } from "../harness/process.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

interface Curve {
  readonly net: "mlp" | "conv";
  readonly targets: "grey" | "binarised";
  /** -ELBO of PyTorch 2.15 by epochs, one number per seed (0, 1); reference_curves.py gives them again to within .4. */
  readonly reference: Readonly<Record<number, readonly number[]>>;
}

const CURVES: readonly Curve[] = [
  { net: "mlp", targets: "grey", reference: { 1: [127.41, 126.9], 5: [108.34, 108.26], 10: [105.43, 105.15] } },
  { net: "mlp", targets: "binarised", reference: { 1: [125.7, 125.21], 5: [105.46, 105.45], 10: [102.22, 102.51] } },
  { net: "conv", targets: "grey", reference: { 1: [116.73], 5: [103.79] } },
  { net: "conv", targets: "binarised", reference: { 1: [114.14], 5: [100.3] } },
];
const SEEDS = [0, 1];
const FIT = [
  "--valid",
  "0",
  "--schedule",
  "constant",
  "--learning-rate",
  "1e-3",
  "--latent",
  "20",
  "--prior",
  "standard-normal",
];

/** Fits from scratch and gives the test -ELBO. */
async function ours({ net, targets }: Curve, epochs: number, seed: number, context: Context): Promise<number> {
  const model = join(await context.temporary(), "model");
  const choice = ["--net", net, ...(targets === "binarised" ? ["--binarize"] : [])];
  const run = ["--epochs", `${epochs}`, "--seed", `${seed}`, "--out", model, "--json"];
  await measure([...context.cli, "fit", "mnist", ...choice, ...FIT, ...run], { cwd: context.root });
  const judged = await measure([...context.cli, "evaluate", model, "mnist#test", "--json"], { cwd: context.root });
  const { negativeElbo } = JSON.parse(judged.lines.map((line) => line.text).join("\n")) as { negativeElbo?: unknown };
  if (typeof negativeElbo !== "number") throw new Error(`evaluate ${model}: no number "negativeElbo"`);
  return negativeElbo;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function run(context: Context): Promise<Result> {
  const seeds = context.quick ? SEEDS.slice(0, 1) : SEEDS;
  const rows: Record<string, Cell>[] = [];
  for (const curve of CURVES) {
    for (const [epochs, reference] of Object.entries(curve.reference)) {
      if (context.quick && epochs !== "1") continue;
      const own: number[] = [];
      for (const seed of seeds) own.push(await ours(curve, Number(epochs), seed, context));
      const row = {
        net: curve.net,
        targets: curve.targets,
        epochs: Number(epochs),
        ours: own.map((value) => value.toFixed(2)).join(", "),
        reference: reference.map((value) => value.toFixed(2)).join(", "),
        difference: mean(own) - mean(reference),
      };
      rows.push(row);
      context.log(`${curve.net} ${curve.targets}, ${epochs} epochs: ${row.ours} (PyTorch ${row.reference})`);
    }
  }
  return {
    protocol:
      `MNIST, all 60,000 training pictures, batch 128, Adam at a constant 1e-3, latent 20; test -ELBO in nats over all ` +
      `10,000 test pictures, one value per seed (0, 1). Binarised: training pictures are drawn anew each step, test ` +
      `pictures once. Each number is a run of its own from scratch. PyTorch 2.15.0 with the same nets, default ` +
      `initialisation, measured beforehand (conv: seed 0 only); bench/peers/reference_curves.py runs them again. ` +
      `Difference: of the means; below 0 ours is better.`,
    columns: [
      { key: "net", title: "net" },
      { key: "targets", title: "targets" },
      { key: "epochs", title: "epochs", digits: 0 },
      { key: "ours", title: "vaekit" },
      { key: "reference", title: "PyTorch" },
      { key: "difference", title: "difference" },
    ],
    rows,
  };
}

export const workload: Workload = {
  name: "curves",
  summary: "test -ELBO on MNIST by epoch, beside the same nets in PyTorch",
  run,
};
