/** VAEKIT_DEBUG: words that ask for a look inside. */

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
