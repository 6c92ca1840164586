/** Parts of a user's own: typed by their schema, registered by name, loaded on the command line with --import. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import * as z from "zod";
import * as parts from "../../src/parts.js";
import { registry } from "../../src/registry.js";
import { barsNpz, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();

/** A net as a user would write it, in a folder that has no node_modules. */
const NET = `
import { linear, net, nets, pictureOf, rowsOf, valueBias } from "vaekit/parts";
import { constant } from "vaekit/graph";
import * as z from "zod";

nets.register(net({
  name: "shallow",
  summary: "one layer each way",
  options: z.strictObject({ hidden: z.int().default(9) }),
  peakLearningRate: 5e-3,
  build({ hidden }, fields, outputs) {
    const picture = pictureOf(fields, outputs);
    const { name, size } = picture.field;
    return {
      encoder: (ctx, record) => ({ [name]: linear(ctx.at("in"), rowsOf(record[name]), { units: hidden }).mul(constant(0.5)) }),
      decoder: (ctx, latent) => ({
        [name]: linear(ctx.at(name), latent("z"), { units: size * picture.output.perValue, bias: valueBias(ctx, picture) }),
      }),
    };
  },
}));
`;
const FIT = ["--latent", "2", "--epochs", "1", "--threads", "1"];

beforeAll(async () => {
  mkdirSync(path("with spaces"));
  writeFileSync(path("with spaces", "parts.mjs"), NET);
  writeFileSync(path("bars.npz"), barsNpz(60));
  const flags = [...FIT, "--net", "shallow", "--import", "with spaces/parts.mjs", "--out", "m"];
  expect(await vaekit(["fit", "bars.npz", ...flags], { cwd: path() })).toMatchObject({ status: 0 });
});

describe("--import", () => {
  test("a model of the user's own net is used by every verb that imports it", async () => {
    const run = (words: string[]) =>
      vaekit([...words, "--import=with spaces/parts.mjs", "--threads", "1"], { cwd: path() });
    expect(await run(["sample", "m", "-n", "4", "--out", "s.png"])).toMatchObject({ status: 0 });
    expect(await run(["encode", "m", "bars.npz", "--out", "z.csv"])).toMatchObject({ status: 0 });
    expect(existsSync(path("s.png")) && existsSync(path("z.csv"))).toBe(true);
  });

  test("VAEKIT_IMPORT does the same, and is no strange variable", async () => {
    const env = { VAEKIT_IMPORT: "./with spaces/parts.mjs" };
    const { status, stdout, stderr } = await vaekit(["info", "m"], { cwd: path(), env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/net +shallow, hidden 9/);
  });

  test("help and errors know the names", async () => {
    const imports = ["--import", "with spaces/parts.mjs"];
    const help = await vaekit(["fit", "--help", ...imports], { cwd: path() });
    expect(help.stdout).toMatch(/residual\|.*\|shallow/);
    const misspelt = await vaekit(["fit", "bars.npz", "--out", "n", "--net", "shalow", ...imports], { cwd: path() });
    expect(misspelt).toMatchObject({ status: 2, stderr: expect.stringContaining('Did you mean "shallow"?') });
  });

  test("without it, loading says what is missing", async () => {
    const { status, stderr } = await vaekit(["sample", "m", "--out", "t.png"], { cwd: path() });
    expect(status).toBe(3);
    expect(stderr).toContain('E_MODEL m: this model needs the net "shallow", which is not part of vaekit');
    expect(stderr).toContain("hint: Register it first");
  });

  test.each([
    ["nothing.mjs", "", 3, "E_PATH --import nothing.mjs: no such file, and no package of this project"],
    ["throws.mjs", 'throw new Error("boo")', 2, "E_CONFIG --import throws.mjs: cannot be loaded: boo"],
    ["broken.mjs", "export const =", 2, "E_CONFIG --import broken.mjs: cannot be loaded"],
    [
      "twice.mjs",
      'import { nets } from "vaekit"; nets.register({ name: "mlp" })',
      2,
      'a net named "mlp" exists already',
    ],
    ["nameless.mjs", 'import { nets } from "vaekit"; nets.register({})', 2, "a net needs a name"],
  ])("%s is one error", async (file, code, expected, message) => {
    if (code) writeFileSync(path(file), code);
    const { status, stderr } = await vaekit(["info", "m", "--import", file], { cwd: path() });
    expect(status).toBe(expected);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("the library", () => {
  test("options are typed by their schema", () => {
    const mine = parts.net({
      name: "typed",
      summary: "",
      options: z.strictObject({ width: z.int().default(4), mode: z.enum(["a", "b"]) }),
      peakLearningRate: 1e-3,
      build(options) {
        expectTypeOf(options).toEqualTypeOf<{ width: number; mode: "a" | "b" }>();
        return { encoder: (_ctx, record) => record, decoder: () => ({}) };
      },
    });
    expectTypeOf(mine).toEqualTypeOf<parts.Net>();
    const prior = parts.prior({
      name: "typed",
      summary: "",
      options: z.strictObject({ logvar: z.number() }),
      fit: "joint",
      build(ctx, { logvar }, { size }) {
        expectTypeOf(logvar).toEqualTypeOf<number>();
        const mu = ctx.param("mu", [size], parts.zeros);
        return parts.normal({ mu, logvar: mu.mul(0).add(logvar) });
      },
    });
    expectTypeOf(prior).toEqualTypeOf<parts.Prior>();
  });

  test("a part is registered once; the same again is no error", () => {
    const list = registry("thing", [{ name: "a" }]);
    const b = { name: "b" };
    list.register(b);
    list.register(b);
    expect(list.names()).toEqual(["a", "b"]);
    expect(() => list.register({ name: "b" })).toThrow(/a thing named "b" exists already/);
    expect(() => list.register({ name: "two words" })).toThrow(/needs a name of letters, digits and dashes, got "two/);
  });
});
