/** The command on systems without a native binary, which a loader that finds no such package stands in for. */

import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { barsNpz, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();

/** NODE_OPTIONS with which packages of these names are not found. */
function without(...packages: string[]): Record<string, string> {
  const hooks = `export async function resolve(name, context, next) {
    if (${JSON.stringify(packages)}.includes(name)) throw new Error("Cannot find package '" + name + "'");
    return next(name, context);
  }`;
  const file = path(`${packages.join("-")}.mjs`);
  const url = `data:text/javascript,${encodeURIComponent(hooks)}`;
  writeFileSync(file, `import { register } from "node:module"; register(${JSON.stringify(url)});`);
  return { NODE_OPTIONS: `--import=${pathToFileURL(file).href}` };
}

beforeAll(() => writeFileSync(path("bars.npz"), barsNpz(60)));
const training = (out: string) => ["fit", path("bars.npz"), "--out", path(out), "--net", "mlp", "--epochs", "2"];

test("--device wasm trains, and what it trained is used on any device", async () => {
  const trained = await vaekit([...training("m"), "--device", "wasm", "--threads", "2"]);
  expect(trained).toMatchObject({ status: 0, stderr: expect.not.stringContaining("WebAssembly") });
  const [cpu, wasm] = await Promise.all(
    ["cpu", "wasm"].map(async (device) => {
      const { stdout } = await vaekit(["evaluate", path("m"), path("bars.npz"), "--device", device, "--json"]);
      return JSON.parse(stdout).negativeElbo as number;
    }),
  );
  expect(wasm).toBeCloseTo(cpu, 3);
});

test("without a native binary it computes in wasm, and says so", async () => {
  const { status, stderr } = await vaekit(training("fallback"), { env: without("onnxruntime-node") });
  expect(status).toBe(0);
  expect(stderr.match(/the native engine does not load here \(.*\): computing in WebAssembly/g)).toHaveLength(1);
});

test("with neither package it says what to install, and leaves nothing behind", async () => {
  const { status, stderr } = await vaekit(training("neither"), { env: without("onnxruntime-node", "onnxruntime-web") });
  expect(status).toBe(2);
  expect(stderr).toContain("E_DEVICE device cpu: onnxruntime-node does not load on this system (Cannot find package");
  expect(stderr).toContain("hint: Install it beside vaekit: npm install onnxruntime-web");
});
