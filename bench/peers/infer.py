"""A server of what a trained VAE is asked, by PyTorch or by onnxruntime, with a vaekit model's weights.

    python infer.py IDX_FOLDER --task encode|decode|score --by VARIANT --net mlp|conv --model FOLDER --onnx FOLDER
                    --latents FILE [--limit 10000] [--threads 2]

Encode: mu and logvar of the test pictures. Decode: the decoder's means for the latents of FILE (float32 [N, 20]). Score:
importance-weighted -log p(x) of 4 draws (Burda et al. 2016, eq. 8). Batches of 256. VARIANT is onnxruntime, which runs
vaekit's exported files, or words joined by +: no_grad, inference_mode, channels_last, compile. One JSON line when ready,
with the mean of the answers, or {"failed": why}; then `run N` on stdin does the task N times, and answers {"ms": [...]}.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
from idx import read_idx

BATCH, DRAWS, LATENT = 256, 4, 20


def batches(values):
    return [values[at : at + BATCH] for at in range(0, len(values), BATCH)]


def with_torch(options, pictures, latents):
    import torch
    import torch.nn.functional as F
    from our_weights import load

    words = set(options.by.split("+"))
    torch.set_num_threads(options.threads)
    model = load(options.net, options.model / "model.safetensors")
    layout = torch.channels_last if "channels_last" in words else torch.contiguous_format
    model = model.to(memory_format=layout)
    x = torch.from_numpy(pictures).unsqueeze(1).contiguous(memory_format=layout)
    z = torch.from_numpy(latents)

    def score(x):
        mu, logvar = model.encoder(x).chunk(2, dim=1)
        eps = torch.randn(DRAWS, *mu.shape)
        z = mu + torch.exp(0.5 * logvar) * eps
        logits = model.decoder(z.flatten(0, 1)).unflatten(0, (DRAWS, -1))
        reconstruction = F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").flatten(2).sum(2)
        log_ratio = 0.5 * (eps.square() + logvar - z.square()).sum(2)  # log p(z) - log q(z|x)
        return math.log(DRAWS) - torch.logsumexp(log_ratio - reconstruction, dim=0)

    step, given = {
        "encode": (lambda x: model.encoder(x).chunk(2, dim=1)[0], x),
        "decode": (lambda z: torch.sigmoid(model.decoder(z)), z),
        "score": (score, x),
    }[options.task]
    if "compile" in words:
        step = torch.compile(step)
    quiet = torch.inference_mode if "inference_mode" in words else torch.no_grad

    def run():
        with quiet():
            return torch.cat([step(batch) for batch in given.split(BATCH)]).numpy()

    return run


def with_onnxruntime(options, pictures, latents):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    name = {"encode": "encoder", "decode": "decoder", "score": "score"}[options.task]
    session = onnxruntime.InferenceSession(str(options.onnx / f"{name}.onnx"), settings, providers=["CPUExecutionProvider"])
    x = pictures[..., None]
    random = np.random.default_rng(0)

    def encode(x):
        return session.run(None, {"image": x})[0]

    def decode(z):
        return session.run(None, {"z": z})[0]

    def score(x):
        weights = []
        for _ in range(DRAWS):
            eps = random.standard_normal((len(x), LATENT), np.float32)
            weights.append(session.run(["log_weights"], {"image": x, "eps": eps})[0])
        return math.log(DRAWS) - np.logaddexp.reduce(weights, axis=0)

    step, given = {"encode": (encode, x), "decode": (decode, latents), "score": (score, x)}[options.task]
    return lambda: np.concatenate([step(batch) for batch in batches(given)])


def say(message):
    print(json.dumps(message), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--task", choices=["encode", "decode", "score"], required=True)
    parser.add_argument("--by", required=True)
    parser.add_argument("--net", choices=["mlp", "conv"], required=True)
    for name in ("model", "onnx", "latents"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    pictures = read_idx(options.folder, "test")[: options.limit].astype(np.float32) / 255
    latents = np.fromfile(options.latents, np.float32).reshape(-1, LATENT)
    run = (with_onnxruntime if options.by == "onnxruntime" else with_torch)(options, pictures, latents)
    try:
        answers = run()
    except Exception as error:
        if "compile" not in options.by:
            raise
        say({"failed": f"{type(error).__name__}: {error}".splitlines()[0]})  # no C++ compiler, for example
        return
    say({"mean": float(np.abs(answers).mean())})
    for line in sys.stdin:
        ms = []
        for _ in range(int(line.split()[1])):
            start = time.perf_counter()
            run()
            ms.append((time.perf_counter() - start) * 1000)
        say({"ms": ms})


if __name__ == "__main__":
    main()
