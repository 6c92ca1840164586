/** VAEKIT_DEBUG: words that ask for a look inside. */

import { mkdirSync, writeFileSync } from "node:fs";
import { formatGraph } from "../graph/lower.js";
import type { EngineHooks } from "../runtime/ort-engine.js";

const ONNX_FOLDER = "vaekit-debug";

/**
 * graph: the graph after each pass; onnx: the ONNX files in ./vaekit-debug; time: milliseconds per run; check: the first
 * value that is not finite.
 */
export interface DebugTopics {
  has(topic: "graph" | "onnx" | "time" | "check"): boolean;
  print(text: string): void;
}

export function debugTopics(environment: NodeJS.ProcessEnv = process.env): DebugTopics {
  const asked = new Set((environment.VAEKIT_DEBUG ?? "").split(",").map((word) => word.trim()));
  return {
    has: (topic) => asked.has(topic),
    print: (text) => process.stderr.write(`[vaekit] ${text}\n`),
  };
}

/** What an engine tells of its work, as far as VAEKIT_DEBUG asks. */
export function debugHooks(topics = debugTopics()): EngineHooks {
  return {
    watch: topics.has("check"),
    onPass: topics.has("graph")
      ? (program, pass, outputs) => topics.print(`${program} after ${pass}\n${formatGraph(outputs)}`)
      : undefined,
    onBytes(program, bytes) {
      if (!topics.has("onnx")) return;
      mkdirSync(ONNX_FOLDER, { recursive: true });
      writeFileSync(`${ONNX_FOLDER}/${program}.onnx`, bytes);
    },
    ran(program, milliseconds) {
      if (topics.has("time")) topics.print(`${program} ${milliseconds.toFixed(2)} ms`);
    },
    broke: (program, tensor) =>
      topics.print(`${program}: the first value that is not finite is ${tensor} <- ${tensor.node.inputs.join(", ")}`),
  };
}
