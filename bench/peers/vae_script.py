"""The usual PyTorch script: MNIST through a DataLoader, item by item, an MLP VAE 784-400-20, Adam 1e-3, test -ELBO.

    python vae_script.py MNIST_FOLDER [--epochs 1] [--workers 0] [--threads 2] [--seed 0] [--out model.pt]

JSON lines: "first-step" when the first step is done, "done" with the test -ELBO; seconds count from the script's start.
"""

import time

START = time.perf_counter()  # before the imports: they are part of the program

import argparse  # noqa: E402
import json  # noqa: E402

import torch  # noqa: E402
from mnist import Pictures  # noqa: E402
from models import mlp  # noqa: E402
from torch.utils.data import DataLoader  # noqa: E402


def say(event, **about):
    print(json.dumps({"event": event, "seconds": time.perf_counter() - START, **about}), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    train = DataLoader(Pictures(options.folder, "train"), 128, shuffle=True, num_workers=options.workers)
    test = DataLoader(Pictures(options.folder, "test"), 128, num_workers=options.workers)
    model = mlp()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    first = True
    for epoch in range(1, options.epochs + 1):
        for x in train:
            optimizer.zero_grad()
            loss = model.loss(x)
            loss.backward()
            optimizer.step()
            if first:
                say("first-step")
                first = False
        say("epoch", epoch=epoch)

    with torch.no_grad():
        total = sum(model.loss(x).item() * len(x) for x in test)
    if options.out:
        torch.save(model.state_dict(), options.out)
    say("done", metrics={"negativeElbo": total / len(test.dataset)})


if __name__ == "__main__":
    main()
