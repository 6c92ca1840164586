/** The command line: help, usage errors, where options come from. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { verbs } from "../../src/verbs/list.js";
import { optionsOf } from "../../src/verbs/option.js";
import { jsonLines, vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();

describe("help", () => {
  test("without a verb, every verb is listed", async () => {
    const { status, stdout, stderr } = await vaekit([]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const { name, summary } of verbs) expect(stdout).toMatch(new RegExp(`${name} +${summary.slice(0, 30)}`));
  });

  test.each(verbs.map((verb) => [verb.name, verb] as const))("%s --help-all shows every option", async (name, verb) => {
    const { status, stdout } = await vaekit([name, "--help-all"]);
    expect(status).toBe(0);
    const places = verb.cli.positional as readonly string[];
    for (const { key, flag, placeholder } of optionsOf(verb.input))
      expect(stdout).toContain(places.includes(key) ? placeholder : `--${flag}`);
    expect(stdout).toContain(verb.cli.example);
  });

  test("few people's options wait behind --help-all", async () => {
    const [short, long] = await Promise.all([vaekit(["fit", "--help"]), vaekit(["fit", "--help-all"])]);
    expect(short.stdout).not.toContain("--free-bits");
    expect(short.stdout).toContain("--help-all");
    expect(long.stdout).toContain("--free-bits NATS");
  });

  test("help VERB is VERB --help", async () => {
    expect(await vaekit(["help", "sample"])).toEqual(await vaekit(["sample", "--help"]));
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect((await vaekit(["--version"])).stdout).toBe(`${version}\n`);
  });
});

describe("usage errors", () => {
  test.each([
    [["fitt", "mnist"], 'E_UNKNOWN unknown verb "fitt"', 'Did you mean "fit"?'],
    [["fitt", "--help"], 'E_UNKNOWN unknown verb "fitt"', 'Did you mean "fit"?'],
    [["fit", "mnist", "--batch-size", "3"], "E_USAGE unknown flag --batch-size", 'Did you mean "--batch"?'],
    [["fit", "mnist", "--latnt", "3"], "E_USAGE unknown flag --latnt", 'Did you mean "--latent"?'],
    [["fit", "mnist"], "E_USAGE missing --out: folder for the model", ""],
    [["fit", "--out", "m"], "E_USAGE missing DATA", ""],
    [["fit", "mnist", "--out"], "E_USAGE --out: a value is missing", "See vaekit fit --help."],
    [["info", "a", "b"], "E_USAGE too many arguments", "See vaekit info --help."],
    [
      ["fit", "x", "--out", "m", "--latent", "0"],
      "E_OPTION invalid --latent: got 0, expected auto or a whole number",
      "",
    ],
    [["fit", "x", "--out", "m", "--latent", "-1"], "E_OPTION invalid --latent: got -1", ""],
    [["fit", "x", "--out", "m", "--latent", "1e9"], "E_OPTION invalid --latent: got 1000000000", ""],
    [["fit", "x", "--out", "m", "--latent", "many"], 'E_OPTION invalid --latent: got "many"', ""],
    [
      ["fit", "x", "--out", "m", "--epochs", "2.5"],
      "E_OPTION invalid --epochs: got 2.5, expected auto or a whole number",
      "",
    ],
    [["fit", "x", "--out", "m", "--checkpoint-every", "soon"], "expected a time such as 30s, 5m or 1h", ""],
    [["fit", "x", "--out", "m", "--net", "cnov"], 'E_UNKNOWN unknown net "cnov"', 'Did you mean "conv"?'],
    [
      ["fit", "x", "--out", "m", "--likelihood", "bernouli"],
      "E_UNKNOWN unknown likelihood",
      'Did you mean "bernoulli"?',
    ],
    [["fit", "mnits", "--out", "m"], 'E_UNKNOWN unknown data set "mnits"', 'Did you mean "mnist"?'],
    [["sample", "m", "--out", "a.xyz"], 'E_OUT a.xyz: samples cannot be written as ".xyz"', "Known: "],
  ])("%j", async (words, message, hint) => {
    const { status, stdout, stderr } = await vaekit(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    const [first, second = ""] = stderr.split("\n");
    expect(first).toContain(message);
    expect(first).toMatch(/^vaekit: E_/);
    if (hint) expect(second).toContain(`hint: ${hint}`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("with --json the error is the last line of standard output", async () => {
    const { status, stdout } = await vaekit(["fit", "mnits", "--out", "m", "--json"]);
    expect(status).toBe(2);
    expect(jsonLines(stdout)).toEqual([
      { event: "error", code: "E_UNKNOWN", message: 'unknown data set "mnits"', hint: 'Did you mean "mnist"?' },
    ]);
  });

  test("--debug shows where an error arose", async () => {
    const { stderr } = await vaekit(["fit", "x", "--out", "m", "--latent", "0", "--debug"]);
    expect(stderr).toMatch(/^\s+at /m);
  });
});

describe("where options come from", () => {
  const words = ["fit", "mnits", "--out", "m"];
  /** Which of the four sources is heard shows in the error about it. */
  const heard = async (flags: string[], env: Record<string, string>, file?: object) => {
    const config = path(`config-${Math.random()}.json`);
    if (file) writeFileSync(config, JSON.stringify(file));
    const { stderr } = await vaekit([...words, ...flags, ...(file ? ["--config", config] : [])], { env });
    return stderr;
  };

  test("a flag comes before the environment, which comes before the file", async () => {
    expect(await heard(["--epochs", "0"], { VAEKIT_EPOCHS: "-1" }, { epochs: -2 })).toContain("--epochs: got 0");
    expect(await heard([], { VAEKIT_EPOCHS: "-1" }, { epochs: -2 })).toContain("VAEKIT_EPOCHS: got -1");
    expect(await heard([], {}, { epochs: -2 })).toMatch(/invalid "epochs" in .*json: got -2/);
    expect(await heard(["--epochs", "3"], { VAEKIT_EPOCHS: "-1" }, { epochs: -2 })).toContain("mnits");
  });

  test("a variable is called as its flag, a file's key as flag or option", async () => {
    expect(await heard([], { VAEKIT_FREE_BITS: "x" })).toContain("VAEKIT_FREE_BITS");
    expect(await heard([], {}, { batch: 0 })).toContain("got 0");
    expect(await heard([], {}, { batchSize: 0 })).toContain("got 0");
    expect(await heard([], {}, { checkpointEvery: "5m" })).toContain("mnits");
  });

  test("misspelt names are told", async () => {
    expect(await heard([], { VAEKIT_EPOHCS: "1" })).toContain('Did you mean "VAEKIT_EPOCHS"?');
    const stderr = await heard([], {}, { epohcs: 1 });
    expect(stderr).toContain('unknown option "epohcs"');
    expect(stderr).toContain('Did you mean "epochs"?');
  });

  test("a file that is missing or no JSON object is one error", async () => {
    expect(await vaekit([...words, "--config", path("none.json")])).toMatchObject({ status: 3 });
    writeFileSync(path("bad.json"), "{");
    expect(await vaekit([...words, "--config", path("bad.json")])).toMatchObject({ status: 2 });
    writeFileSync(path("list.json"), "[]");
    expect((await vaekit([...words, "--config", path("list.json")])).stderr).toContain("expected a JSON object");
  });
});

test("no verb's name occurs in the code of the command line", () => {
  const folder = fileURLToPath(new URL("../../src/cli", import.meta.url));
  const names = verbs.map(({ name }) => name).join("|");
  for (const file of readdirSync(folder)) {
    const source = readFileSync(`${folder}/${file}`, "utf8");
    expect(source, file).not.toMatch(new RegExp(`["'\`/](${names})["'\`.]`));
  }
});
