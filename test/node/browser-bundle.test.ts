/** What a bundler makes of vaekit for browsers: nothing of Node in it, and the browser's host where none is given. */

import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Bundles a module that imports the package by its name, as a page does; `npm test` has built it before. */
async function bundle(contents: string): Promise<{ metafile: Metafile; warnings: string[] }> {
  const { metafile, warnings } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    outdir: "out",
    write: false,
    metafile: true,
    tsconfigRaw: {}, // ours sends #host to Node's
    logLevel: "silent",
  });
  return { metafile, warnings: warnings.map(({ text }) => text) };
}

test.each(["vaekit", "vaekit/browser", "vaekit/graph", "vaekit/parts"])("%s bundles without Node", async (entry) => {
  const { metafile, warnings } = await bundle(`export * from "${entry}";`);
  expect(warnings).toEqual([]);
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((file) => /dist\/(node|cli)\/|node_modules\/(sharp|onnxruntime-node)\//.test(file))).toEqual([]);
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  expect(outside.map((found) => found.path).filter(isBuiltin)).toEqual([]);
});

test("the library finds the browser's host by itself", async () => {
  const { metafile } = await bundle('export { Vae } from "vaekit";');
  expect(Object.keys(metafile.inputs)).toContain("dist/browser/default-host.js");
});
