/** How time and memory grow: with the batch, the width of a net, the size of pictures, and how many there are. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writePictures } from "../data/idx-pictures.js";
import { chosen } from "../harness/chosen.js";
import { measure } from "../harness/process.js";
import { type Series, scalePlot } from "../harness/scale-plot.js";
import { type Spread, spread, spreadOf } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";

const REPEATS = 3;
const BATCH = 128;
/** Pictures of the files in which size matters. */
const FEW = 2_000;

interface Measurement {
  readonly seconds: Spread;
  readonly recordsPerSecond: Spread;
  readonly memory: Spread | null;
}

interface Axis {
  readonly title: string;
  readonly sizes: readonly number[];
  /** What `seconds` is. */
  readonly time: "step" | "epoch";
  measure(size: number, repeats: number, context: Context): Promise<Measurement>;
}

/** Steps as `fit --dry-run` times them: a process that opens the data, compiles the step and does eleven. */
async function steps(
  fit: readonly string[],
  batch: number,
  repeats: number,
  { cli, root, temporary, threads }: Context,
) {
  const out = join(await temporary(), "model");
  const how = ["--batch", `${batch}`, "--threads", `${threads}`, "--dry-run", "--json", "--out", out];
  const seconds: number[] = [];
  const memory: (number | null)[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { lines, peakMiB } = await measure([...cli, "fit", ...fit, ...how], { cwd: root });
    const { secondsPerStep } = JSON.parse(lines.map(({ text }) => text).join("\n")) as { secondsPerStep: number };
    seconds.push(secondsPerStep);
    memory.push(peakMiB);
  }
  return {
    seconds: spread(seconds),
    recordsPerSecond: spread(seconds.map((step) => batch / step)),
    memory: spreadOf(memory),
  };
}

const trainingFile = ({ mnist }: Context) => join(mnist, "train-images-idx3-ubyte");

const AXES: Readonly<Record<string, Axis>> = {
  batch: {
    title: "batch (MLP 784-400)",
    sizes: [32, 64, 128, 256, 512, 1024],
    time: "step",
    measure: (batch, repeats, context) => steps(["mnist", "--net", "mlp"], batch, repeats, context),
  },
  width: {
    title: "hidden units (MLP)",
    sizes: [100, 200, 400, 800, 1600, 3200],
    time: "step",
    measure: (hidden, repeats, context) =>
      steps(["mnist", "--net", "mlp", "--hidden", `${hidden}`], BATCH, repeats, context),
  },
  side: {
    title: "side of pictures (default net)",
    sizes: [28, 48, 64, 96, 128],
    time: "step",
    async measure(side, repeats, context) {
      const file = join(await context.temporary(), "pictures.idx");
      await writePictures(file, trainingFile(context), FEW, side);
      return steps([file], BATCH, repeats, context);
    },
  },
  records: {
    title: "28x28 pictures",
    sizes: [10_000, 100_000, 300_000, 1_000_000],
    time: "epoch",
    async measure(count, _, context) {
      const folder = await context.temporary();
      const file = join(folder, "pictures.idx");
      await writePictures(file, trainingFile(context), count);
      const how = ["--net", "mlp", "--latent", "20", "--epochs", "1", "--batch", `${BATCH}`, "--json"];
      const to = ["--threads", `${context.threads}`, "--out", join(folder, "model")];
      const run = await measure([...context.cli, "fit", file, ...how, ...to], { cwd: context.root });
      await rm(file);
      return {
        seconds: spread([run.wallSeconds]),
        recordsPerSecond: spread([count / run.wallSeconds]),
        memory: spreadOf([run.peakMiB]),
      };
    },
  },
};

/** In a quick run the first size, and one in the middle. */
function sizesOf({ sizes }: Axis, quick: boolean): readonly number[] {
  return quick ? [sizes[0]!, sizes[sizes.length >> 1]!] : sizes;
}

async function run(context: Context): Promise<Result> {
  const rows: Record<string, Cell>[] = [];
  const series: Series[] = [];
  for (const axis of Object.values(chosen(AXES, context.only))) {
    const points: Series["points"][number][] = [];
    for (const size of sizesOf(axis, context.quick)) {
      const { seconds, recordsPerSecond, memory } = await axis.measure(size, context.quick ? 1 : REPEATS, context);
      rows.push({ axis: axis.title, size, [axis.time]: seconds, recordsPerSecond, memory });
      points.push({ size, time: seconds.median * (axis.time === "step" ? 1000 : 1), memory: memory?.median ?? null });
      context.log(`${axis.title} ${size}: ${seconds.median} s, ${memory?.median.toFixed(0) ?? "?"} MiB`);
    }
    series.push({ title: axis.title, unit: axis.time === "step" ? "ms a step" : "s a run", points });
  }
  return {
    protocol:
      `\`vaekit fit\`, ${context.threads} threads, batch ${BATCH} where it is not what varies. Steps: \`--dry-run\`, a ` +
      `process that opens the data, compiles the step and takes the median of eight; ${REPEATS} processes, median (range). ` +
      `Batch and width: MNIST, MLP 784-400-20; side: ${FEW} pictures of MNIST enlarged, the net that fit chooses (conv ` +
      `with group norm). Number of pictures: MNIST's again and again in an IDX file on disk, one epoch of the whole command, ` +
      `report and all, one run. Peak memory of the process.`,
    columns: [
      { key: "axis", title: "what grows" },
      { key: "size", title: "to", digits: 0 },
      { key: "step", title: "s a step", digits: 4 },
      { key: "epoch", title: "s a run", digits: 1 },
      { key: "recordsPerSecond", title: "records/s", digits: 0 },
      { key: "memory", title: "peak memory, MiB", digits: 0 },
    ],
    rows,
    files: { "docs/pictures/scale.svg": scalePlot(series) },
  };
}

export const workload: Workload = {
  name: "scale",
  summary: "time and memory against batch, width, size of pictures and their number",
  run,
};
