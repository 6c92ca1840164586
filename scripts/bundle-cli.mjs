/**
 * Bundles the command line into dist/cli, over the main.js that tsc put there: `node scripts/bundle-cli.mjs`. A command
 * then reads a few files instead of a few hundred, and only what it needs of its libraries, which halves the time to its
 * first line (measured on --help). Native packages stay outside; what a verb imports when it runs stays a chunk of its
 * own. The other files that tsc put there are the same program unbundled, for runs with a user's own parts
 * (src/cli/main.ts).
 */

import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const OUT = "dist/cli";
// Names of chunks carry a hash: those of earlier builds would pile up.
for (const name of readdirSync(OUT)) if (/-[A-Z0-9]{8}\.js$/.test(name)) rmSync(`${OUT}/${name}`);

await build({
  entryPoints: ["src/cli/main.ts"],
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["@duckdb/node-api", "onnxruntime-node", "onnxruntime-web", "sharp"],
  // CommonJS packages inside the bundle ask for Node's own modules with require.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);',
  },
  logLevel: "warning",
});
