"""A server of PyTorch training steps, so that a harness can let blocks of ours and theirs take turns.

    python step.py --model mlp|conv|conv64|residual|gru|transformer [--batch 128] [--threads 2] [--variant eager]

A variant is "eager" or words joined by +: fused (Adam as one kernel), channels_last (model and pictures), compile
(torch.compile of forward and backward). One JSON line when ready, {"failed": why} where it cannot compile. Then each line
`run N` on stdin runs N steps (forward, backward, Adam at 1e-3, loss read) on random batches made beforehand, and answers
{"ms": [per step], "loss": last}. Ends with its stdin.
"""

import argparse
import json
import sys
import time

import torch
from models import MODELS
from text_models import GruVae, TransformerVae, random_texts

BATCHES = 16
INK = 0.19  # the share of MNIST's pixels that are not black
VOCABULARY, LATENT = 5000, 32
LAYOUT = torch.channels_last


def random_pictures(batch, channels, side):
    grey = torch.rand(batch, channels, side, side)
    return (torch.where(torch.rand_like(grey) < INK, grey, torch.zeros(())),)


def pictures(name, channels=1, side=28):
    return MODELS[name], lambda batch: random_pictures(batch, channels, side)


def texts(make, length, **sizes):
    return lambda: make(VOCABULARY, latent=LATENT, **sizes), lambda batch: random_texts(batch, length, VOCABULARY, LATENT)


# name -> the model and its random batches, which its loss takes
PROBLEMS = {
    "mlp": pictures("mlp"),
    "conv": pictures("conv"),
    "conv64": pictures("conv64", 3, 64),
    "residual": pictures("residual"),
    "gru": texts(GruVae, 40),
    "transformer": texts(TransformerVae, 64, places=64),
}


def say(message):
    print(json.dumps(message), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=list(PROBLEMS), required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--variant", default="eager")
    options = parser.parse_args()
    words = set(options.variant.split("+"))
    if unknown := words - {"eager", "fused", "channels_last", "compile"}:
        parser.error(f"unknown variant {', '.join(unknown)}")

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    make, batch_of = PROBLEMS[options.model]
    batches = [batch_of(options.batch) for _ in range(BATCHES)]
    model = make()
    if "channels_last" in words:
        model = model.to(memory_format=LAYOUT)
        batches = [tuple(tensor.contiguous(memory_format=LAYOUT) for tensor in batch) for batch in batches]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused="fused" in words)
    loss_of = torch.compile(model.loss) if "compile" in words else model.loss

    def step(batch):
        optimizer.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        optimizer.step()
        return loss.item()

    if "compile" in words:
        try:
            step(batches[0])
        except Exception as error:  # no C++ compiler, or a net it does not take
            say({"failed": f"{type(error).__name__}: {error}".splitlines()[0]})
            return
    parameters = sum(p.numel() for p in model.parameters())
    say({"ready": vars(options), "parameters": parameters, "torch": torch.__version__})

    done = 0
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command != "run" or not argument.isdigit():
            say({"error": f"unknown command {line.strip()!r}: expected `run N`"})
            continue
        ms, value = [], None
        for _ in range(int(argument)):
            start = time.perf_counter()
            value = step(batches[done % BATCHES])
            ms.append((time.perf_counter() - start) * 1000)
            done += 1
        say({"ms": ms, "loss": value})


if __name__ == "__main__":
    main()
