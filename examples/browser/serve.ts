/**
 * Serves the page: `npx tsx examples/browser/serve.ts [--port 8080] [--not-isolated]`.
 *
 * Open what it prints in a browser. --not-isolated leaves out the headers that threads need, as many servers do.
 */

import { parseArgs } from "node:util";
import { serve } from "./server.js";

const { values } = parseArgs({
  options: { port: { type: "string", default: "8080" }, "not-isolated": { type: "boolean", default: false } },
});
const port = Number(values.port);
try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("expected a whole number 0..65535");
  const { address } = await serve({ port, isolated: !values["not-isolated"] });
  console.log(`${address} (Ctrl+C ends it)`);
} catch (error) {
  console.error(`--port ${values.port}: ${(error as Error).message}`);
  process.exitCode = 2;
}
