/** README.md of a model folder: a model card that a person reads, Hugging Face indexes, and whose lines run. */

import { briefFields } from "../fields/brief.js";
import type { ModelConfig, PartConfig } from "../model/config.js";
import { priors } from "../model/list.js";
import { onnxFile, WEIGHTS } from "./layout.js";
import { preprocessorConfig } from "./preprocessor.js";
import { longestText, textScript } from "./text-script.js";

export interface CardFacts {
  readonly config: ModelConfig;
  /** Names of the other files in the folder: pictures among them are shown. */
  readonly files: readonly string[];
}

/** Pictures that are shown where the folder has them, with what they are. */
const PICTURES: readonly (readonly [file: string, caption: string])[] = [
  ["samples.png", "Drawn from the prior"],
  ["reconstructions.png", "Records above, their reconstructions below"],
  ["traversal.png", "What each latent does: a row per active latent, those of largest KL first"],
];

/** The card's text. It holds parts, settings and aggregate figures, never a record. */
export function modelCard({ config, files }: CardFacts): string {
  const pictures = PICTURES.filter(([file]) => files.includes(file));
  const sections = [
    header(config),
    `# ${plain(config.data.name)}: a variational autoencoder`,
    `Trained with vaekit ${config.vaekitVersion} on ${code(config.data.name)}: ${config.data.count.toLocaleString("en")} records, ${config.latent} latent dimensions.`,
    ...pictures.map(([file, caption]) => `![${caption}](${file})\n\n*${caption}.*`),
    `## Parts\n\n${table(["part", "choice"], partRows(config))}`,
    choices(config),
    `## Data\n\n${table(["fact", "value"], dataRows(config))}`,
    figures(config),
    python(config),
    typescript(),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function header(config: ModelConfig): string {
  const { schema } = config;
  const name = preprocessorConfig(schema) ? "unconditional-image-generation" : longestText(schema) && "text-generation";
  const task = name ? `pipeline_tag: ${name}\n` : "";
  return `---\nlibrary_name: vaekit\n${task}tags:\n  - variational-autoencoder\n  - vae\n  - onnx\n  - safetensors\n---`;
}

function partRows(config: ModelConfig): string[][] {
  const likelihoods = Object.entries(config.likelihoods).map(([field, part]) => [
    `likelihood of ${code(field)}`,
    describe(part),
  ]);
  return [
    ["net", describe(config.net)],
    ["posterior", describe(config.posterior)],
    ["prior", describe(config.prior)],
    ...likelihoods,
    ["objective", describe(config.objective)],
    ["sampler", describe(config.sampler)],
    ...(config.init ? [["weights started from", code(config.init.path)]] : []),
    ["training", settings(config.training)],
  ];
}

function dataRows({ data, schema }: ModelConfig): string[][] {
  const fields = Object.entries(briefFields(schema)).map(([name, { kind, ...facts }]) => [
    `field ${code(name)}`,
    `${kind}: ${settings(facts)}`,
  ]);
  return [
    ["name", code(data.name)],
    ["records", data.count.toLocaleString("en")],
    ["fingerprint", code(data.fingerprint)],
    ...fields,
    ...(data.labels ? [["classes", String(data.labels.length)]] : []),
  ];
}

function choices({ choices }: ModelConfig): string {
  const lines = Object.entries(choices).map(([name, why]) => `- ${name}: ${plain(why)}`);
  return lines.length > 0 ? `Chosen automatically:\n\n${lines.join("\n")}` : "";
}

/** Figures with the protocol they were measured under: a figure is never shown without it. */
function figures({ metrics }: ModelConfig): string {
  const groups = figureGroups("", metrics).map(({ name, rows, protocol }) => {
    const lines = [
      name && `### ${plain(name)}`,
      table(["figure", "value"], rows),
      protocol && `Protocol: ${plain(protocol)}.`,
    ];
    return lines.filter(Boolean).join("\n\n");
  });
  return groups.length > 0 ? `## Figures\n\nLikelihoods are in nats per record.\n\n${groups.join("\n\n")}` : "";
}

interface FigureGroup {
  readonly name: string;
  readonly rows: string[][];
  readonly protocol: string;
}

/** A group per object that has a protocol; objects without one belong to the group they are in. Null figures do not apply. */
function figureGroups(name: string, metrics: object): FigureGroup[] {
  const rows: string[][] = [];
  const inner: FigureGroup[] = [];
  let protocol = "";
  const visit = (value: object, prefix: string): void => {
    for (const [key, figure] of Object.entries(value)) {
      const isGroup = typeof figure === "object" && figure !== null && !Array.isArray(figure);
      if (key === "protocol") protocol = isGroup ? settings(figure) : String(figure);
      else if (isGroup && "protocol" in figure) inner.push(...figureGroups(prefix + key, figure));
      else if (isGroup) visit(figure, `${prefix}${key} `);
      else if (figure !== null) rows.push([prefix + key, show(figure)]);
    }
  };
  visit(metrics, "");
  return rows.length > 0 ? [{ name, rows, protocol }, ...inner] : inner;
}

/** Lines that run inside the model folder: they encode records of its kind, and decode samples. */
export function python(config: ModelConfig): string {
  const own = priors.has(config.prior.name) ? priors.get(config.prior.name).python : undefined;
  const draw = own ? [READ_PRIOR, ...own] : ["noise = np.random.randn(4, mu.shape[1]).astype(np.float32)"];
  const imports = own ? ["from safetensors.numpy import load_file"] : [];
  const packages = ["onnxruntime", "numpy", ...(own ? ["safetensors"] : [])];
  const longest = longestText(config.schema);
  if (longest !== null) {
    const script = textScript({ longest, file: onnxFile("NAME"), draw: [...draw, "z = noise"], imports });
    return pythonSection([...packages, "tokenizers"], script);
  }
  const picture = preprocessorConfig(config.schema);
  return picture ? pythonSection(packages, pictureScript(picture, draw, imports)) : "";
}

function pythonSection(packages: readonly string[], script: string): string {
  return `## In Python\n\n\`pip install ${packages.join(" ")}\`, then in this folder:\n\n\`\`\`python\n${script}\n\`\`\``;
}

/** Ten lines; `draw` makes `noise` [4, latent] from the prior. */
function pictureScript(
  picture: Readonly<Record<string, unknown>>,
  draw: readonly string[],
  imports: readonly string[],
): string {
  const { field, crop_size, num_channels } = picture as {
    field: string;
    crop_size: { height: number; width: number };
    num_channels: number;
  };
  const shape = `1, ${crop_size.height}, ${crop_size.width}, ${num_channels}`;
  const name = JSON.stringify(field);
  return `${["import numpy as np", "import onnxruntime as ort", ...imports].join("\n")}
encoder = ort.InferenceSession("${onnxFile("encoder")}", providers=["CPUExecutionProvider"])
decoder = ort.InferenceSession("${onnxFile("decoder")}", providers=["CPUExecutionProvider"])
image = np.random.rand(${shape}).astype(np.float32)  # your pictures: [batch, height, width, channels], 0..1
mu, logvar = encoder.run(["mu", "logvar"], {${name}: image})
reconstruction = decoder.run([${name}], {"z": mu})[0]
${draw.join("\n")}
samples = decoder.run([${name}], {"z": noise})[0]  # 0..1, [4, height, width, channels]
print(mu.shape, reconstruction.shape, samples.shape)`;
}

/** The weights of a prior by their last name, in Python. */
const READ_PRIOR = `prior = {name.split(".")[-1]: values for name, values in load_file("${WEIGHTS}").items() if name.startswith("prior.")}`;

function typescript(): string {
  return `## In TypeScript

\`\`\`ts
import { Vae } from "vaekit";
const vae = await Vae.load("path/to/this/folder");
const samples = await vae.sample(64, { seed: 0 });
\`\`\``;
}

function describe({ name, ...options }: PartConfig): string {
  const text = settings(options);
  return text ? `${code(name)} (${text})` : code(name);
}

function settings(options: object): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} ${show(value)}`)
    .join(", ");
}

/** Digits that a figure is shown with. */
const DIGITS = 6;
function show(value: unknown): string {
  if (typeof value === "number") return String(Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));
  return typeof value === "string" ? value : JSON.stringify(value);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A name that came from outside, so that it cannot act as Markdown. */
function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("\n", " ")}\``;
}
function plain(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replace(/[<>[\]`*_]/g, (character) => `\\${character}`);
}
