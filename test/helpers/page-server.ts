/** Serves a page to a browser under test: a bundled script, the files of onnxruntime-web, and headers where they are wanted. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Where onnxruntime-web's files lie on the server. */
const ORT_PATH = "/ort/";
const PACKAGES_PATH = "/packages/";
const ORT_FOLDER = join(dirname(fileURLToPath(import.meta.resolve("onnxruntime-web"))), ".");
const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

export interface PageServer {
  readonly address: string;
  close(): Promise<void>;
}

export interface PageOptions {
  /** Whether threads of the page may share memory. */
  readonly isolated: boolean;
  /** A folder with a node_modules of its own, from which the script imports too; its files are served below /packages/. */
  readonly packages?: string;
}

/** A page that runs the script `entry`, bundled. */
export async function servePage(entry: URL, { isolated, packages }: PageOptions): Promise<PageServer> {
  const modules = packages && join(packages, "node_modules");
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["onnxruntime-web-use-extern-wasm"],
    ignoreAnnotations: true, // package.json names the files of dist that have side effects
    alias: { "#host": fileURLToPath(new URL("../../src/browser/default-host.ts", import.meta.url)) },
    tsconfigRaw: {}, // ours sends #host to Node's
    nodePaths: modules ? [modules] : [],
    write: false,
    logLevel: "error",
  });
  const pages: Record<string, [type: string, body: string | Uint8Array]> = {
    "/": ["text/html", '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>'],
    "/page.js": ["text/javascript", outputFiles[0].contents],
  };
  const server = createServer(async (request, response) => {
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = pathname.startsWith(ORT_PATH)
      ? join(ORT_FOLDER, basename(pathname))
      : modules && pathname.startsWith(PACKAGES_PATH) && join(modules, pathname.slice(PACKAGES_PATH.length));
    const [type, body] = file
      ? [TYPES[extname(pathname)], await readFile(file).catch(() => null)]
      : (pages[pathname] ?? ["", null]);
    if (body === null) response.writeHead(404).end();
    else response.writeHead(200, { "Content-Type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
