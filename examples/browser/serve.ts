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
const { address } = await serve({ port: Number(values.port), isolated: !values["not-isolated"] });
console.log(`${address} (Ctrl+C ends it)`);
