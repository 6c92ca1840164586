/** A Python script that reads and writes texts with a model's ONNX files, for those who have no vaekit. */

import type { Schema } from "../data/dataset.js";
import { fieldsOf } from "../fields/list.js";
import { END, PADDING, START, UNKNOWN } from "../text/tokenizer.js";

export interface TextScript {
  /** Tokens of a text at the most. */
  readonly longest: number;
  /** The file of an ONNX model, "NAME" in place of its name. @example "onnx/NAME_model.onnx" */
  readonly file: string;
  /** Lines that make `z` [4, latent] from the prior; the means of two texts are in `mu`. */
  readonly draw: readonly string[];
  /** Lines of imports that `draw` needs. */
  readonly imports?: readonly string[];
}

/** How long texts may be, where records are one text each; else null. */
export function longestText(schema: Schema): number | null {
  const [field, ...others] = fieldsOf(schema);
  return field.ragged && others.length === 0 ? field.stored - 1 : null;
}

export function textScript({ longest, file, draw, imports = [] }: TextScript): string {
  const path = file.replace("NAME", "{name}");
  return `${["import numpy as np", "import onnxruntime as ort", ...imports, "from tokenizers import Tokenizer"].join("\n")}

PADDING, START, END, UNKNOWN, LONGEST = ${PADDING}, ${START}, ${END}, ${UNKNOWN}, ${longest}
tokenizer = Tokenizer.from_file("tokenizer.json")
tokenizer.encode_special_tokens = True

def load(name):
    return ort.InferenceSession(f"${path}", providers=["CPUExecutionProvider"])

def run(session, inputs):
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))

encoder, begin, step = load("encoder"), load("decoder_begin"), load("decoder")

def ids_of(text):
    # "</s>" in a text is text, or an unknown word, and not its end.
    return [token if token > END else UNKNOWN for token in tokenizer.encode(text).ids]

def encode(texts):
    """Means and log-variances of the texts' codes, [texts, latent] each."""
    rows = [ids_of(text)[:LONGEST] + [END] for text in texts]
    ids = np.full((len(rows), max(map(len, rows))), PADDING, np.int32)
    for row, tokens in zip(ids, rows):
        row[:len(tokens)] = tokens
    out = run(encoder, {"input_ids": ids})
    return out["mu"], out["logvar"]

def write(z):
    """The likeliest text for each z [texts, latent], token by token."""
    held = run(begin, {"z": z})
    token = np.full(len(z), START, np.int32)
    written, ended = [], np.zeros(len(z), bool)
    for _ in range(LONGEST):
        out = run(step, {"token": token, **held})
        logits = out.pop("logits")  # of the next token, [texts, vocabulary]
        held.update({name.replace("present.", "past."): value for name, value in out.items()})
        logits[:, [PADDING, START]] = -np.inf
        token = logits.argmax(1).astype(np.int32)  # or one that is drawn by softmax(logits)
        written.append(token)
        ended |= token == END
        if ended.all():
            break
    rows = [[*map(int, tokens), END] for tokens in zip(*written)]
    return [tokenizer.decode(row[:row.index(END)], skip_special_tokens=False) for row in rows]

mu, logvar = encode(["Here is a text.", "And here is another one."])
print(write(mu))
${draw.join("\n")}
print(write(z))`;
}
