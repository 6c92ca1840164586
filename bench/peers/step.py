"""A server of PyTorch training steps, so that a harness can let blocks of ours and theirs take turns.

    python step.py --model mlp|conv|residual [--batch 128] [--threads 2] [--variant eager|fused]

One JSON line when ready. Then each line `run N` on stdin runs N steps (forward, backward, Adam at 1e-3, loss read) on
MNIST-like random batches made beforehand, and answers {"ms": [per step], "loss": last}. Ends with its stdin.
"""

import argparse
import json
import sys
import time

import torch
from models import MODELS

BATCHES = 16
INK = 0.19  # the share of MNIST's pixels that are not black


def random_pictures(batch):
    grey = torch.rand(batch, 1, 28, 28)
    return torch.where(torch.rand_like(grey) < INK, grey, torch.zeros(()))


def say(message):
    print(json.dumps(message), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=["mlp", "conv", "residual"], required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--variant", choices=["eager", "fused"], default="eager")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    batches = [random_pictures(options.batch) for _ in range(BATCHES)]
    model = MODELS[options.model]()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=options.variant == "fused")
    parameters = sum(p.numel() for p in model.parameters())
    say({"ready": vars(options), "parameters": parameters, "torch": torch.__version__})

    done = 0
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command != "run" or not argument.isdigit():
            say({"error": f"unknown command {line.strip()!r}: expected `run N`"})
            continue
        ms = []
        for _ in range(int(argument)):
            start = time.perf_counter()
            optimizer.zero_grad()
            loss = model.loss(batches[done % BATCHES])
            loss.backward()
            optimizer.step()
            value = loss.item()
            ms.append((time.perf_counter() - start) * 1000)
            done += 1
        say({"ms": ms, "loss": value if ms else None})


if __name__ == "__main__":
    main()
