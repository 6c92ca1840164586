/** train.py: trains with the exported step, in Python with numpy and onnxruntime alone. */

export const TRAIN_SCRIPT = String.raw`"""Trains this model with nothing but numpy and onnxruntime.

    pip install numpy onnxruntime
    python train.py pictures.npz --epochs 10 --out trained

PICTURES is an .npy file, or an .npz file (its array "images", "x_train" or "x", or --key NAME), of bytes 0..255 or floats
0..1, [count, height, width] or [count, height, width, channels]. The training step is one ONNX model, train_step.onnx:
loss, gradients and the update of the weights in one call. This script draws the noise, sets the learning rate, loops.
"""

import argparse
import hashlib
import json
import math
import os
import sys
import time

import numpy as np
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
STEP = os.path.join(HERE, "train_step.onnx")
MODELS = ["encoder.onnx", "decoder.onnx", "sampler.onnx", "score.onnx"]


# --- pictures --------------------------------------------------------------------------------------------------------


def load_pictures(path, key, shape):
    """The pictures as they are in the file, [count, height, width, channels]."""
    found = np.load(path, allow_pickle=False)
    if isinstance(found, np.lib.npyio.NpzFile):
        keys = [key] if key else ["images", "x_train", "x", found.files[0]]
        name = next((k for k in keys if k in found.files), None)
        if name is None:
            sys.exit(f"{path}: no array {key!r}; it has {', '.join(found.files)}")
        found = found[name]
    if found.ndim == 3:
        found = found[..., None]
    if found.shape[1:] != tuple(shape):
        sys.exit(f"{path}: pictures of {list(found.shape[1:])}, this model takes {list(shape)}")
    if found.dtype != np.uint8 and (found.min() < 0 or found.max() > 1):
        sys.exit(f"{path}: numbers {found.min()}..{found.max()}, expected bytes, or floats 0..1")
    return found


def as_floats(pictures):
    return pictures.astype(np.float32) / np.float32(255) if pictures.dtype == np.uint8 else pictures.astype(np.float32)


# --- weights ---------------------------------------------------------------------------------------------------------


def read_weights(path):
    """Arrays by name, from .safetensors or .npz."""
    if path.endswith(".npz"):
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    weights = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            weights[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return weights


def safetensors(weights):
    """The bytes of a safetensors file."""
    header, chunks, end = {"__metadata__": {"format": "vaekit"}}, [], 0
    for name, values in weights.items():
        chunks.append(np.ascontiguousarray(values, "<f4").tobytes())
        offsets = [end, end + len(chunks[-1])]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": offsets}
        end = offsets[1]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(chunks)


def fields(data, start, end):
    """Number, start and end of each length-delimited field of a protocol buffer; other fields are passed over."""

    def varint(at):
        value, shift = 0, 0
        while True:
            value |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 128:
                return value, at

    while start < end:
        tag, start = varint(start)
        kind = tag & 7
        if kind == 0:
            _, start = varint(start)
        elif kind == 2:
            length, start = varint(start)
            yield tag >> 3, start, start + length
            start += length
        else:
            start += 8 if kind == 1 else 4


def with_weights(path, weights):
    """The bytes of an ONNX model with other weights: graph = 7, initializer = 5, name = 8, raw_data = 9 in onnx.proto."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    for number, start, end in list(fields(data, 0, len(data))):
        if number != 7:
            continue
        for inner, a, b in list(fields(data, start, end)):
            if inner != 5:
                continue
            parts = {n: (x, y) for n, x, y in fields(data, a, b)}
            name = data[slice(*parts[8])].decode()
            if name in weights:
                data[slice(*parts[9])] = np.ascontiguousarray(weights[name], "<f4").tobytes()
    return bytes(data)


# --- training --------------------------------------------------------------------------------------------------------


def learning_rate(schedule, peak, step, total):
    """As vaekit's schedules: constant, cosine to 0, or one-cycle (up over 30 % of the steps, then down to almost 0)."""

    def cosine(a, b, share):
        return b + (a - b) / 2 * (1 + math.cos(math.pi * share))

    if schedule == "constant":
        return peak
    if schedule == "cosine":
        return cosine(peak, 0, min(1, step / total))
    top, last, start = 0.3 * total - 1, total - 1, peak / 25
    if step <= top and top > 0:
        return cosine(start, peak, step / top)
    return cosine(peak, start / 1e4, (step - top) / (last - top)) if last > top else peak


def sized(shape, batch):
    return [batch if size == "B" else size for size in shape]


def train(args, session, facts):
    """Yields the mean of loss and terms over each epoch; leaves the trained weights in the last."""
    (field,) = facts["fields"]
    pictures = load_pictures(args.pictures, args.key, field["shape"][1:])
    weights = dict(read_weights(args.start))
    missing = [p["name"] for p in facts["parameters"] if p["name"] not in weights]
    if missing:
        sys.exit(f"{args.start}: no weights {', '.join(missing)}")
    p = np.concatenate([np.ravel(weights[q["name"]]) for q in facts["parameters"]]).astype(np.float32)
    state = {"p": p, "m": np.zeros_like(p), "v": np.zeros_like(p)}
    for s in facts["states"]:
        state[s["name"]] = np.full(s["shape"], s["initial"], np.float32)

    inputs = {i.name for i in session.get_inputs()}
    outputs = [o.name for o in session.get_outputs()]
    shown = ["loss", *facts["terms"]]
    rng = np.random.default_rng(args.seed)
    batch = min(args.batch, len(pictures))
    per_epoch = math.ceil(len(pictures) / batch)
    total, step = per_epoch * args.epochs, 0
    for epoch in range(args.epochs):
        order, sums, began = rng.permutation(len(pictures)), dict.fromkeys(shown, 0.0), time.time()
        for at in range(0, len(pictures), batch):
            x = as_floats(pictures[np.sort(order[at : at + batch])])
            if facts["binarize"]:
                x = (rng.random(x.shape, np.float32) < x).astype(np.float32)
            feeds = {field["name"]: x, **state}
            for noise in facts["noise"]:
                draw = rng.standard_normal if noise["kind"] == "normal" else rng.random
                feeds[noise["name"]] = draw(sized(noise["shape"], len(x)), np.float32)
            warm = min(1.0, step / (args.warmup * per_epoch)) if args.warmup else 1.0
            scalars = {name: value * warm for name, value in facts["scalars"].items()}
            scalars["learning_rate"] = learning_rate(args.schedule, args.learning_rate, step, total)
            scalars["step"] = step + 1
            feeds.update({name: np.array(value, np.float32) for name, value in scalars.items()})
            out = dict(zip(outputs, session.run(outputs, {k: v for k, v in feeds.items() if k in inputs})))
            if not (np.isfinite(out["loss"]) and np.isfinite(out["gradient_norm"])):
                sys.exit(f"step {step + 1}: the loss or its gradient is not finite; try a smaller --learning-rate")
            state = {name[: -len("_next")]: out[name] for name in outputs if name.endswith("_next")}
            for name in shown:
                sums[name] += float(out[name]) * len(x)
            step += 1
        at = 0
        for q in facts["parameters"]:
            size = math.prod(q["shape"])
            weights[q["name"]] = state["p"][at : at + size].reshape(q["shape"])
            at += size
        means = {name: total_ / len(pictures) for name, total_ in sums.items()}
        yield epoch + 1, means, time.time() - began, weights


# --- results ---------------------------------------------------------------------------------------------------------


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".tmp", "wb") as file:
        file.write(content)
    os.replace(path + ".tmp", path)


def save(folder, weights):
    """The weights in two formats, and the models beside this script with them."""
    write(os.path.join(folder, "weights.safetensors"), safetensors(weights))
    np.savez(os.path.join(folder, "weights.npz"), **weights)
    for name in MODELS:
        write(os.path.join(folder, name), with_weights(os.path.join(HERE, name), weights))


def save_model(folder, source, weights):
    """A model folder that vaekit opens, made of the one that was exported."""

    def read(name):
        with open(os.path.join(source, *name.split("/")), "rb") as file:
            return file.read()

    config = json.loads(read("config.json"))
    config.pop("latents", None)
    config["metrics"] = {"trained": "in Python, by train.py"}
    files = {"model.safetensors": safetensors(weights)}
    for name in ["onnx/encoder_model.onnx", "onnx/decoder_model.onnx"]:
        files[name] = with_weights(os.path.join(source, *name.split("/")), weights)
    if os.path.exists(os.path.join(source, "preprocessor_config.json")):
        files["preprocessor_config.json"] = read("preprocessor_config.json")
    files["config.json"] = json.dumps(config, indent=2).encode()
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    for name, content in {"SHA256SUMS": sums.encode(), **files}.items():
        write(os.path.join(folder, *name.split("/")), content)


def main():
    session = onnxruntime.InferenceSession(STEP, providers=["CPUExecutionProvider"])
    facts = json.loads(session.get_modelmeta().custom_metadata_map["vaekit"])
    usual = facts["training"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", help=".npy or .npz")
    parser.add_argument("--key", help="array of the .npz file")
    parser.add_argument("--out", default="trained", help="folder for the results (default: trained)")
    parser.add_argument("--epochs", type=int, default=usual["epochs"], help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=usual["batchSize"], help="default: %(default)s")
    parser.add_argument("--learning-rate", type=float, default=usual["learningRate"], help="default: %(default)s")
    schedules = ["onecycle", "cosine", "constant"]
    parser.add_argument("--schedule", choices=schedules, default=usual["schedule"], help="default: %(default)s")
    parser.add_argument("--warmup", type=float, default=usual["warmup"], help="epochs over which beta rises from 0")
    parser.add_argument("--seed", type=int, default=0)
    start = os.path.join(HERE, "initial.safetensors")
    parser.add_argument("--start", default=start, help="weights to start from (default: initial.safetensors)")
    parser.add_argument("--model", help="vaekit model folder; --out then gets a folder 'model' that vaekit opens")
    args = parser.parse_args()
    if args.epochs < 1 or args.batch < 1:
        parser.error("--epochs and --batch are numbers from 1")
    for epoch, means, seconds, weights in train(args, session, facts):
        figures = "  ".join(f"{name} {value:.2f}" for name, value in means.items())
        print(f"epoch {epoch}/{args.epochs}  {figures}  {seconds:.1f} s", flush=True)
    save(args.out, weights)
    if args.model:
        save_model(os.path.join(args.out, "model"), args.model, weights)
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
`;
