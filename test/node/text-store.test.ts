/** Models of texts on disk: a vocabulary is a file of its own, and whatever is done to the files, it is told. */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fieldsOf } from "../../src/fields/list.js";
import { nodeHost } from "../../src/node/host.js";
import { loadModel, saveModel } from "../../src/store/folder.js";
import { damagedFiles } from "../../src/store/model-files.js";
import { openWorkFolder } from "../../src/store/work-folder.js";
import { errorOf } from "../helpers/damage.js";
import { temporaryFolder } from "../helpers/pictures-on-disk.js";
import { LINES, MAX_LENGTH, textConfig, textModel, textNets } from "../helpers/text-models.js";

const { path } = temporaryFolder();
const host = nodeHost();

type Json = Record<string, unknown>;
const read = (name: string): Json => JSON.parse(readFileSync(path(name), "utf8"));
const edit = (name: string, change: (json: Json) => unknown): void => {
  const json = read(name);
  writeFileSync(path(name), JSON.stringify(change(json) ?? json));
};
const textOf = (config: Json): Json => ((config.schema as Json).fields as Json).text as Json;
const modelOf = (tokenizer: Json): { vocab: Record<string, number> } => tokenizer.model as never;

/** Saves a model as `name`; gives what was saved. */
async function saved(name: string, options: Parameters<typeof textConfig>[1] = {}, net = textNets.gru) {
  const config = await textConfig(net, options);
  await saveModel(path(name), textModel(config), host);
  return config;
}

/** The error of loading a model that `damage` was done to. */
async function damagedBy(name: string, damage: () => void) {
  await saved(name);
  damage();
  return errorOf(() => loadModel(path(name), host));
}

test("a model of texts comes back as it was, with its vocabulary in tokenizer.json alone", async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `word${i} other${i}`);
  const config = await saved("m", { lines });
  expect((await loadModel(path("m"), host)).config).toEqual(config);
  expect(read("m/tokenizer.json")).toEqual(config.schema.fields.text.tokenizer);
  expect(textOf(read("m/config.json"))).toEqual({
    kind: "text",
    maxLength: MAX_LENGTH,
    tokenizer: { file: "tokenizer.json", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  for (const file of ["config.json", "README.md"]) expect(statSync(path("m", file)).size).toBeLessThan(10_000);
  expect(readFileSync(path("m", "README.md"), "utf8")).toContain("tokenizer 6,004 tokens");
  expect(await damagedFiles(path("m"), host)).toEqual([]);
});

test("several fields have a file each, on any system, and come back", async () => {
  const names = ["text", "Title", "title", "a/../b", "constructor"];
  const config = await saved("several", { names });
  expect((await loadModel(path("several"), host)).config).toEqual(config);
  expect(readdirSync(path("several")).filter((name) => name.startsWith("tokenizer"))).toEqual([
    "tokenizer-Title.json",
    "tokenizer-a-..-b.json",
    "tokenizer-constructor.json",
    "tokenizer-text.json",
    "tokenizer-title-2.json",
  ]);
});

test("the transformer's folder comes back too, and its places are as many as its texts may be long", async () => {
  const config = await saved("places", {}, textNets.transformer);
  const { weights } = await loadModel(path("places"), host);
  const [{ stored }] = fieldsOf(config.schema);
  expect(weights.get("decoder.text.place.weight")!.shape).toEqual([stored, 12]);
});

test("a checkpoint holds all of the vocabulary, also what looks like a number that JSON has not", async () => {
  const config = await textConfig(textNets.gru, { lines: [...LINES, "number:7 number:NaN __proto__ 12 3"] });
  const work = await openWorkFolder(path("run"), { resume: false }, host);
  await work.checkpoint({ config, tensors: new Map(), progress: { step: 3 } });
  await work.close();
  const again = await openWorkFolder(path("run"), { resume: true }, host);
  expect(JSON.stringify(again.resumed!.config.schema)).toBe(JSON.stringify(config.schema));
  await again.close();
});

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** Four programs one after the other, from their sources. */
const PATIENCE = 400_000;

test(
  "a training of texts that is killed goes on to the same bits, its vocabulary with it",
  async () => {
    writeFileSync(path("lines.txt"), Array.from({ length: 300 }, (_, i) => `line ${i} ${LINES[i % 3]}`).join("\n"));
    const train = async (out: string, more: readonly string[], killed: boolean) => {
      const flags = ["--epochs", "4", "--hidden", "8", "--latent", "2", "--batch", "16", "--threads", "1", "--json"];
      const words = ["fit", path("lines.txt"), "--out", path(out), ...flags, "--checkpoint-every", "100ms", ...more];
      const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...words], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const ended = once(child, "exit");
      for await (const line of createInterface({ input: child.stdout }))
        if (killed && line.includes('"checkpoint"')) child.kill("SIGKILL");
      return (await ended)[0];
    };
    expect(await train("whole", [], false)).toBe(0);
    expect(await train("killed", [], true)).toBeNull();
    expect(readdirSync(path("killed"))).not.toContain("config.json");
    expect(await train("killed", ["--resume"], false)).toBe(0);
    for (const file of ["model.safetensors", "config.json", "tokenizer.json", "README.md", "onnx/decoder_model.onnx"])
      expect(readFileSync(path("killed", file)), file).toEqual(readFileSync(path("whole", file)));
    expect((await loadModel(path("killed"), host)).config.schema.fields.text.kind).toBe("text");
  },
  PATIENCE,
);

test("tokenizer.json that is missing is named", async () => {
  const error = await damagedBy("missing", () => rmSync(path("missing", "tokenizer.json")));
  expect(error).toMatchObject({ code: "E_MODEL", hint: expect.stringContaining("Copy the whole model folder again") });
  expect(error.message).toBe(`${path("missing", "tokenizer.json")}: this file of the model is missing`);
});

test("tokenizer.json that was cut short is named, wherever it was cut", async () => {
  await saved("cut");
  const whole = readFileSync(path("cut", "tokenizer.json"), "utf8");
  for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - 2]) {
    writeFileSync(path("cut", "tokenizer.json"), whole.slice(0, length));
    const error = await errorOf(() => loadModel(path("cut"), host));
    expect(error.code).toBe("E_MODEL");
    expect(error.message).toMatch(/cut\/tokenizer\.json: no JSON: truncated or damaged \(\d+ bytes\)$/);
  }
});

test("another model's tokenizer.json is refused, of as many tokens too, and with checksums made anew", async () => {
  await saved("other", { lines: LINES.map((line) => line.replace("cat", "cow")) });
  const error = await damagedBy("mine", () =>
    copyFileSync(path("other", "tokenizer.json"), path("mine", "tokenizer.json")),
  );
  expect(error.code).toBe("E_MODEL");
  expect(error.message).toMatch(/mine\/tokenizer\.json: another model's, or changed: its SHA-256 is .*config\.json\)$/);
});

test.each<[damage: string, change: (tokenizer: Json) => unknown, message: RegExp]>([
  [
    "an id that two tokens have",
    (json) => {
      const { vocab } = modelOf(json);
      vocab.cat = vocab.dog;
    },
    /tokenizer\.json: model\.vocab: "\w+" and "\w+" both have the id \d+$/,
  ],
  [
    "another kind of tokenizer",
    (json) => ({ ...json, model: { ...modelOf(json), type: "Unigram" } }),
    /tokenizer\.json: model\.type is "Unigram", expected/,
  ],
  ["no tokenizer", () => [1, 2], /tokenizer\.json: invalid/],
])("tokenizer.json with %s is refused", async (damage, change, message) => {
  const name = damage.replaceAll(" ", "-");
  const error = await damagedBy(name, () => edit(`${name}/tokenizer.json`, change));
  expect(error.code).toBe("E_MODEL");
  expect(error.message).toMatch(message);
});

test("tokenizer.json of more than a million tokens is refused before there is a weight for each", async () => {
  const error = await damagedBy("vast", () => {
    const text = readFileSync(path("vast", "tokenizer.json"), "utf8");
    const more = Array.from({ length: 1_000_001 }, (_, id) => `"w${id}":${id + 100}`).join();
    writeFileSync(path("vast", "tokenizer.json"), text.replace('"vocab":{', `"vocab":{${more},`));
  });
  expect(error.code).toBe("E_MODEL");
  expect(error.message).toMatch(/tokenizer\.json: model\.vocab has 1,000,0\d\d tokens, expected at most 1,000,000$/);
});

test.each([0, 1e9, 2.5, "12", null])("config.json with texts of up to %j tokens is refused", async (maxLength) => {
  const name = `length ${maxLength}`;
  const error = await damagedBy(name, () => {
    edit(`${name}/config.json`, (config) => {
      textOf(config).maxLength = maxLength;
    });
    resum(name);
  });
  expect(error.code).toBe("E_MODEL");
  expect(error.message).toMatch(
    /config\.json: schema of a text field: expected maxLength: a whole number from 1 to 65536, got/,
  );
});

test.each<[what: string, reference: unknown]>([
  ["a path", { file: "../m/tokenizer.json", sha256: "0" }],
  ["a vocabulary in the file itself", { version: "1.0", model: {} }],
  ["nothing", undefined],
])("config.json that refers to %s as its tokenizer is refused", async (what, reference) => {
  const error = await damagedBy(what, () =>
    edit(`${what}/config.json`, (config) => {
      textOf(config).tokenizer = reference;
    }),
  );
  expect(error.code).toBe("E_MODEL");
  expect(error.message).toMatch(/config\.json: invalid schema\.fields\.text\.tokenizer: expected the name of a file/);
});

/** As someone would who edits a model on purpose: checksums of what is there now. */
function resum(name: string): void {
  const sums = readFileSync(path(name, "SHA256SUMS"), "utf8");
  const anew = sums.replace(/^\w+(?= {2}config\.json$)/m, sha256Of(path(name, "config.json")));
  expect(anew).not.toBe(sums);
  writeFileSync(path(name, "SHA256SUMS"), anew);
}

function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
