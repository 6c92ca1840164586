/** README.md of an export: what each file takes and gives, with lines that run. */

import type { ModelConfig } from "../../model/config.js";

/** The first line, by which an export is known again. */
export const EXPORT_TITLE = "# A variational autoencoder as ONNX models";

interface Facts {
  readonly config: ModelConfig;
  /** All latents of a record together. */
  readonly latent: number;
  readonly trainStep: boolean;
}

export function exportReadme({ config, latent, trainStep }: Facts): string {
  const [[field, { height, width, channels }]] = Object.entries(config.schema.fields);
  const sections = [
    EXPORT_TITLE,
    `Made by vaekit ${config.vaekitVersion} from a model trained on ${config.data.name}. Any ONNX Runtime from 1.14 on runs these files: Python, C#, Java, Rust, C++, browsers, phones. \`B\` is a batch of any size; pictures are floats 0..1.`,
    table([
      ["file", "takes", "gives"],
      ["`encoder.onnx`", `\`${field}\` [B, ${height}, ${width}, ${channels}]`, `\`mu\`, \`logvar\` [B, ${latent}]`],
      ["`decoder.onnx`", `\`z\` [B, ${latent}]`, `\`${field}\` [B, ${height}, ${width}, ${channels}]`],
      ["`sampler.onnx`", `\`eps\` [B, ${latent}] of N(0, 1), \`temperature\``, `\`z\` [B, ${latent}]`],
      [
        "`score.onnx`",
        `\`${field}\`, \`eps\` [B, ${latent}] of N(0, 1)`,
        "`reconstruction`, `kl`, `log_weights` [B], nats",
      ],
      ...(trainStep
        ? [
            [
              "`train_step.onnx`",
              `\`${field}\`, \`eps\`, \`learning_rate\`, \`step\` from 1, \`beta\`, \`p\`, \`m\`, \`v\``,
              "`loss` and its terms, `gradient_norm`, `p_next`, `m_next`, `v_next`",
            ],
          ]
        : []),
    ]),
    "The mean of `reconstruction + kl` is the negative ELBO; log p(x) is at least the log of the mean of e^log_weights over several draws of `eps`.",
    "## Use it",
    python(`import numpy as np, onnxruntime as ort

sampler, decoder = ort.InferenceSession("sampler.onnx"), ort.InferenceSession("decoder.onnx")
eps = np.random.default_rng(0).standard_normal((64, ${latent}), np.float32)
z, = sampler.run(None, {"eps": eps, "temperature": np.array(1, np.float32)})
pictures, = decoder.run(None, {"z": z})  # [64, ${height}, ${width}, ${channels}], 0..1

encoder = ort.InferenceSession("encoder.onnx")
mu, logvar = encoder.run(None, {"${field}": pictures})`),
    ...(trainStep ? training(field, latent) : []),
  ];
  return `${sections.join("\n\n")}\n`;
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
