/** README.md of an export: what each file takes and gives, with lines that run. */

import type { Field } from "../../fields/list.js";
import type { Model } from "../../model/compose.js";
import { inputName } from "../../model/export.js";
import { writerFiles } from "../../model/export-writing.js";
import { drawProgram, latentSize } from "../../model/programs.js";
import { isText } from "../../model/texts.js";
import { longestText, textScript } from "../../store/text-script.js";
import { END, PADDING } from "../../text/tokenizer.js";

/** The first line, by which an export is known again. */
export const EXPORT_TITLE = "# A variational autoencoder as ONNX models";

interface Facts {
  readonly model: Model;
  readonly trainStep: boolean;
}

export function exportReadme({ model, trainStep }: Facts): string {
  const { config, fields, given } = model;
  const latent = latentSize(model);
  const noise = samplerNoise(model);
  const records = fields.map((field) => `\`${inputName(model, field.name)}\` ${shapeOf(field)}`).join(", ");
  const made = fields.filter((field) => !isText(field) && !given.includes(field));
  const beside = given.length > 0 ? ", `record`: what the model is given, side by side" : "";
  const sections = [
    EXPORT_TITLE,
    `Made by vaekit ${config.vaekitVersion} from a model trained on ${config.data.name}. Any ONNX Runtime from 1.14 on runs these files: Python, C#, Java, Rust, C++, browsers, phones. \`B\` is a batch of any size${kindsOf(fields)}.`,
    table([
      ["file", "takes", "gives"],
      ["`encoder.onnx`", records, `\`mu\`, \`logvar\` [B, ${latent}]`],
      ...(made.length > 0
        ? [
            [
              "`decoder.onnx`",
              `\`z\` [B, ${latent}]${beside}`,
              made.map((field) => `\`${field.name}\` ${shapeOf(field)}`).join(", "),
            ],
          ]
        : []),
      ...writerFiles(model).flatMap(({ begin, step }) => [
        [`\`${begin}.onnx\``, `\`z\` [B, ${latent}]${beside}`, "`fixed.*`, `past.*`"],
        [
          `\`${step}.onnx\``,
          "`token` [B] int32, 1 at first; `fixed.*`, `past.*`",
          "`logits` [B, vocabulary] of the next token; `present.*`, the next step's `past.*`",
        ],
      ]),
      ["`sampler.onnx`", `\`eps\` [B, ${noise}] of N(0, 1), \`temperature\``, `\`z\` [B, ${latent}]`],
      [
        "`score.onnx`",
        `${records}, \`eps\` [B, ${latent}] of N(0, 1)`,
        "`reconstruction`, `kl`, `log_weights` [B], nats",
      ],
      ...(trainStep
        ? [
            [
              "`train_step.onnx`",
              `${records}, \`eps\`, \`learning_rate\`, \`step\` from 1, \`beta\`, \`p\`, \`m\`, \`v\``,
              "`loss` and its terms, `gradient_norm`, `p_next`, `m_next`, `v_next`",
            ],
          ]
        : []),
    ]),
    "The mean of `reconstruction + kl` is the negative ELBO; log p(x) is at least the log of the mean of e^log_weights over several draws of `eps`.",
    ...use(model, noise),
    ...(trainStep ? training(fields[0].name, latent) : []),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** Of one draw of the latents. */
function samplerNoise(model: Model): number {
  const noises = [...drawProgram(model).recording.noises.values()];
  return noises.reduce((total, { tensor }) => total + (tensor.shape.at(-1) as number), 0);
}

function shapeOf(field: Field): string {
  return isText(field) ? "[B, T] int32" : `[B, ${field.shape.join(", ")}]`;
}

function kindsOf(fields: readonly Field[]): string {
  const texts = fields.filter(isText);
  if (texts.length === 0) return fields.length === 1 ? "; pictures are floats 0..1" : "";
  const longest = Math.max(...texts.map(({ stored }) => stored));
  return `; texts are ids of tokens by \`tokenizer*.json\` (Hugging Face's \`tokenizers\` reads it) with an end (${END}), at most ${longest} together, and padding (${PADDING}) behind up to the longest, \`T\``;
}

/** Lines that run, for records that are one picture or one text. */
function use(model: Model, noise: number): string[] {
  const longest = longestText(model.config.schema);
  const draw = [
    `eps = np.random.default_rng(0).standard_normal((4, ${noise}), np.float32)`,
    'z = run(load("sampler"), {"eps": eps, "temperature": np.array(1, np.float32)})["z"]',
  ];
  if (longest !== null) {
    const how = "`pip install onnxruntime numpy tokenizers`, then in this folder:";
    return ["## Use it", how, python(textScript({ longest, file: "NAME.onnx", draw }))];
  }
  const [{ name, shape }, ...others] = model.fields;
  if (others.length > 0) return [];
  return [
    "## Use it",
    python(`import numpy as np, onnxruntime as ort

sampler, decoder = ort.InferenceSession("sampler.onnx"), ort.InferenceSession("decoder.onnx")
eps = np.random.default_rng(0).standard_normal((64, ${noise}), np.float32)
z, = sampler.run(None, {"eps": eps, "temperature": np.array(1, np.float32)})
pictures, = decoder.run(None, {"z": z})  # [64, ${shape.join(", ")}], 0..1

encoder = ort.InferenceSession("encoder.onnx")
mu, logvar = encoder.run(None, {"${name}": pictures})`),
  ];
}

function training(field: string, latent: number): string[] {
  return [
    "## Train with it",
    "`train_step.onnx` is a whole training step of standard ops: the loss, its gradients, and Adam's update. All parameters lie in one vector `p`, the moments in `m` and `v`.",
    "```\npip install numpy onnxruntime\npython train.py pictures.npz --epochs 10 --out trained\npython train.py more.npz --start weights.safetensors --schedule constant --learning-rate 1e-4\npython train.py pictures.npz --model MODEL --out trained    # MODEL is the vaekit folder; trained/model is one, too\n```",
    "`train.py` starts from `initial.safetensors` (as vaekit would start) unless `--start` names other weights, such as `weights.safetensors`, those of the trained model. It leaves the new weights (`weights.safetensors`, `weights.npz`) and the ONNX models above with them. A prior that was fitted after training stays as it was. The loop at its heart, for any language:",
    python(`import json, numpy as np, onnxruntime as ort
from train import read_weights

step = ort.InferenceSession("train_step.onnx")
names = json.loads(step.get_modelmeta().custom_metadata_map["vaekit"])["parameters"]  # names and shapes, in order
weights = read_weights("initial.safetensors")
p = np.concatenate([weights[q["name"]].ravel() for q in names])
m, v = np.zeros_like(p), np.zeros_like(p)
rng, scalar = np.random.default_rng(0), lambda x: np.array(x, np.float32)
for t in range(1, 201):
    x = next_batch()  # yours: [B, height, width, channels], 0..1
    loss, p, m, v = step.run(["loss", "p_next", "m_next", "v_next"], {
        "${field}": x, "eps": rng.standard_normal((len(x), ${latent}), np.float32),
        "learning_rate": scalar(1e-3), "step": scalar(t), "beta": scalar(1), "p": p, "m": m, "v": v})`),
  ];
}

function python(code: string): string {
  return `\`\`\`python\n${code}\n\`\`\``;
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
