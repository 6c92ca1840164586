/** What runs inside the page of the conformance suite: an engine, which is asked for ops and for training. */

import { allOps } from "../../../src/graph/op.js";
import "../../../src/graph/ops.js";
import { Philox } from "../../../src/random.js";
import type { Engine } from "../../../src/runtime/engine.js";
import type { OrtWeb } from "../../../src/runtime/ort-start.js";
import { ortWeb } from "../../../src/runtime/ort-web.js";
import { ortWebGpu } from "../../../src/runtime/ort-webgpu.js";
import { ENTRIES, EXTRA, exercise } from "../../helpers/bank-exercise.js";
import { exampleName, instantiate, runCase, scaleOf, withGradients } from "../../helpers/cases.js";
import { trainOnBars } from "../../helpers/training.js";
import { type Course, trainOnEngine } from "../../helpers/training-case.js";

/** The value of an example that is farthest from the reference, in units of its scale. */
export interface Gap {
  readonly example: string;
  readonly error: number;
  readonly got: number;
  readonly expected: number;
}

/** What a test may ask of the page. */
export interface Conformance {
  start(device: string, threads?: number): Promise<{ name: string; threads: number; notices: string[] }>;
  gaps(op: string): Promise<Gap[]>;
  train(net: string, steps: number): Promise<Course>;
  /** What a bank of the engine answers to `exercise`. */
  bank(): ReturnType<typeof exercise>;
  /** What the trainer comes to on a small set. */
  fit(): Promise<number[]>;
  /** Code, message and hint of the error of a start. */
  refusal(device: string, threads?: number): Promise<string[]>;
  stop(): Promise<void>;
}

declare global {
  interface Window {
    conformance: Conformance;
  }
}

/** Where the server of the test has onnxruntime-web's files. */
const FILES = "/ort/";
const packages: Record<string, () => Promise<OrtWeb>> = {
  wasm: () => import("onnxruntime-web/wasm"),
  webgpu: () => import("onnxruntime-web/webgpu"),
};
const engines: Record<string, typeof ortWeb> = { wasm: ortWeb, webgpu: ortWebGpu };

let engine: Engine;

function open(device: string, threads: number | undefined, onNotice?: (text: string) => void): Promise<Engine> {
  const load = async () => {
    const ort = await packages[device]();
    ort.env.wasm.wasmPaths = FILES;
    return ort;
  };
  return engines[device]({ threads, onNotice, load });
}

window.conformance = {
  async start(device, threads) {
    const notices: string[] = [];
    engine = await open(device, threads, (text) => notices.push(text));
    return { name: engine.name, threads: engine.threads, notices };
  },

  async gaps(name) {
    const op = allOps.find((known) => known.name === name)!;
    const gaps: Gap[] = [];
    for (const example of op.examples) {
      const found = withGradients(op, instantiate(op, example, new Philox(3)));
      for (const [i, { got, expected }] of (await runCase(engine, found)).entries())
        gaps.push({ example: `${exampleName(example)} y${i}`, ...farthest(got, expected) });
    }
    return gaps;
  },

  train: (net, steps) => trainOnEngine(engine, net, steps),

  fit: () => trainOnBars(engine),

  bank: () => exercise(engine.bank(ENTRIES, EXTRA)),

  async refusal(device, threads) {
    try {
      await open(device, threads);
      return [];
    } catch (error) {
      const { code, message, hint } = error as { code: string; message: string; hint: string };
      return [code, message, hint];
    }
  },

  stop: () => engine.dispose(),
};

function farthest(got: ArrayLike<number>, expected: Float64Array): Omit<Gap, "example"> {
  const scale = scaleOf(expected);
  let worst = {
    error: got.length === expected.length ? 0 : Number.POSITIVE_INFINITY,
    got: got.length,
    expected: expected.length,
  };
  expected.forEach((value, i) => {
    if (Object.is(got[i], value)) return;
    const error = Math.abs(got[i] - value) / scale;
    if (!(error <= worst.error)) worst = { error, got: got[i], expected: value };
  });
  return worst;
}
