/** Writing texts from latents, ours and PyTorch's in turns: the same sizes, the same number of threads. */

import { ortNode } from "../../src/node/ort-node.js";
import { alternate, type Contender } from "../harness/alternate.js";
import { chosen } from "../harness/chosen.js";
import { NO_PYTHON, peerScript } from "../harness/peer.js";
import { startServer } from "../harness/server.js";
import { spread } from "../harness/spread.js";
import type { Cell, Context, Result, Workload } from "../harness/workload.js";
import { type Decoding, decodeTexts } from "../text/decode-texts.js";

const OURS = "vaekit";
const THEIRS = "PyTorch loop";
const SIZES = { hidden: 256, vocabulary: 5000, latent: 32, length: 64 };
/** How often a block writes. */
const TIMES: Readonly<Record<number, number>> = { 1: 20, 64: 4 };
const QUICK = { rounds: 2, steps: 2, warmup: 1 };

const CASES: Readonly<Record<string, Decoding>> = Object.fromEntries(
  (["greedy", "sampling"] as const).flatMap((by) =>
    [1, 64].map((batch) => [`${by}-${batch}`, { ...SIZES, by, batch }]),
  ),
);

async function compare(decoding: Decoding, context: Context): Promise<Record<string, Cell>[]> {
  const { root, python, threads, quick } = context;
  const { by, batch, length } = decoding;
  const engine = await ortNode({ threads });
  const contenders: Record<string, Contender> = { [OURS]: await decodeTexts(engine, decoding) };
  if (python) {
    const sizes = Object.entries({ ...decoding, threads }).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const peer = await startServer([python, peerScript(root, "text_decode.py"), ...sizes]);
    if ("failed" in peer) throw new Error(peer.failed);
    contenders[THEIRS] = peer;
  }
  const steps = TIMES[batch]!;
  const { blocks } = await alternate(contenders, quick ? QUICK : { steps, warmup: steps });
  await engine.dispose();
  return Object.entries(blocks).map(([program, ms]) => {
    const rate = spread(ms.map((value) => (batch * length) / (value / 1000)));
    context.log(`${by}, ${batch} texts, ${program}: ${rate.median.toFixed(0)} tokens/s`);
    const ratio = program === OURS ? null : spread(ms.map((value, round) => value / blocks[OURS]![round]!));
    return { by, batch: `${batch}`, program, rate, ratio };
  });
}

async function run(context: Context): Promise<Result> {
  const rows: Record<string, Cell>[] = [];
  for (const decoding of Object.values(chosen(CASES, context.only))) rows.push(...(await compare(decoding, context)));
  const { hidden, vocabulary, latent, length } = SIZES;
  return {
    protocol:
      `Texts of ${length} tokens written from latents by a GRU with a state of ${hidden}, a vocabulary of ` +
      `${vocabulary.toLocaleString("en")} and latent ${latent}, at the weights that training starts from, so that no text ends before; ` +
      "1 or 64 texts at a time, the likeliest token or one drawn, each with its log-probability. Ours is the writer behind sample and " +
      "reconstruct; theirs (bench/peers/text_decode.py) an nn.GRUCell in a loop under no_grad, softmax, argmax or multinomial. " +
      `${context.threads} threads each; blocks take turns, tokens/s is the median over blocks of a block's median (range); ratios by ` +
      "round, above 1 ours is faster.",
    columns: [
      { key: "by", title: "tokens" },
      { key: "batch", title: "texts at a time" },
      { key: "program", title: "program" },
      { key: "rate", title: "tokens/s", digits: 0 },
      { key: "ratio", title: "ours / theirs" },
    ],
    rows,
    notes: context.python ? [] : [NO_PYTHON],
  };
}

export const workload: Workload = {
  name: "text-decode",
  summary: "writing texts from latents, greedy and drawn, beside a PyTorch loop",
  run,
};
