/** Shell completion: the scripts as the shells read them. */

import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { verbs } from "../../src/verbs/list.js";
import { optionsOf } from "../../src/verbs/option.js";
import { vaekit } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";

const { path } = temporaryFolder();
const SHELLS = ["bash", "zsh", "fish"] as const;
const has = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { status, stdout } = await vaekit(["completion", shell]);
    expect(status).toBe(0);
    writeFileSync(path(shell), stdout);
  }
});

/** Flags of a verb as they are typed, and the words for one that takes names. */
const flagsOf = (verb: (typeof verbs)[number]) =>
  optionsOf(verb.input).filter(({ key }) => !(verb.cli.positional as readonly string[]).includes(key));

describe.skipIf(!has("bash"))("bash", () => {
  /** What bash offers where the last of each line of words is being typed. */
  function offered(lines: readonly (readonly string[])[]): string[][] {
    const calls = lines.map((words) => {
      const quoted = words.map((word) => `'${word}'`).join(" ");
      return `COMP_WORDS=(vaekit ${quoted}); COMP_CWORD=${words.length}; _vaekit; echo "\${COMPREPLY[*]}"`;
    });
    const script = [`source ${path("bash")}`, ...calls].join("\n");
    const out = execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
    return out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ").filter(Boolean));
  }

  test("verbs, and every flag of each", () => {
    const names = verbs.map(({ name }) => name);
    const [all, ...flags] = offered([[""], ...names.map((name) => [name, "--"])]);
    expect(all).toEqual([...names, "completion", "help"]);
    for (const [i, verb] of verbs.entries()) {
      expect(flags[i]).toEqual(expect.arrayContaining(flagsOf(verb).map(({ flag }) => `--${flag}`)));
      expect(flags[i]).toEqual(expect.arrayContaining(["--json", "--config", "--help-all"]));
    }
  });

  test("the names that a flag takes, also behind =, and files elsewhere", () => {
    const lines = [
      ["fit", "--net", ""],
      ["fit", "mnist", "--schedule", "co"],
      ["fit", "--net", "=", "m"],
      ["fit", "--net", "="],
      ["fit", "pict"],
      ["fit", "--out", ""],
      ["help", "inf"],
      ["completion", "z"],
      ["--v"],
    ];
    expect(offered(lines)).toEqual([
      expect.arrayContaining(["auto", "mlp", "conv", "residual"]),
      ["constant", "cosine"],
      ["mlp"],
      expect.arrayContaining(["auto", "mlp"]),
      [],
      [],
      ["info"],
      ["zsh"],
      ["--version"],
    ]);
  });
});

describe.each(SHELLS)("%s", (shell) => {
  test.skipIf(!has(shell))("reads its script without complaint", () => {
    const { status, stderr } = spawnSync(shell, ["-n", path(shell)], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

test.skipIf(!has("fish"))("fish offers verbs, flags and names with what they are for", () => {
  const ask = (typed: string) =>
    execFileSync("fish", ["--no-config", "-c", `source ${path("fish")}; complete -C '${typed}'`], { encoding: "utf8" });
  for (const { name, summary } of verbs) expect(ask("vaekit ")).toContain(`${name}\t${summary}`);
  expect(ask("vaekit fit --late")).toBe("--latent\tlatent dimensions\n");
  expect(ask("vaekit fit --optimizer ")).toMatch(/^adam\b.*\nadamw\b/);
});

test.each([
  [["completion"], "E_USAGE missing SHELL: one of bash, zsh, fish"],
  [["completion", "bsah"], 'E_UNKNOWN unknown shell "bsah"'],
])("%j", async (words, message) => {
  expect(await vaekit(words)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining(message) });
});
