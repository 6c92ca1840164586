"""Reference curves: test -ELBO by epoch of plain PyTorch nets on MNIST, for ours to be laid beside.

    python reference_curves.py MNIST_FOLDER --model mlp|conv|residual|textbook|textbook-linear
                               [--targets grey|binarised] [--epochs 10] [--seed 0] [--threads 2]

Batch 128, Adam 1e-3, default initialisation, all 60,000 training pictures, last batch kept. The -ELBO is in nats, one
sample of z per picture, all 10,000 test pictures. Targets: grey (pixels as probabilities in a cross-entropy), or
binarised: training pictures are drawn anew each step, test pictures once (seed 0, whatever --seed is).
`active` counts latent dimensions whose mu varies over the test set (Burda et al. 2016, section 5.2: variance > 0.01).
"""

import argparse
import json
import time

import torch
from mnist import tensors
from models import MODELS

BATCH = 128
TEST_SEED = 0


def evaluate(model, test):
    """Mean -ELBO in nats over the test set, and the number of active latent dimensions."""
    total, means = 0.0, []
    with torch.no_grad():
        for x in test.split(500):
            total += model.loss(x).item() * len(x)
            means.append(model.encoder(x).chunk(2, dim=1)[0])
    active = int((torch.cat(means).var(dim=0) > 0.01).sum())
    return total / len(test), active


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--model", choices=list(MODELS), default="mlp")
    parser.add_argument("--targets", choices=["grey", "binarised"], default="grey")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    binarised = options.targets == "binarised"
    train, test = tensors(options.folder, "train"), tensors(options.folder, "test")
    if binarised:
        test = torch.bernoulli(test, generator=torch.Generator().manual_seed(TEST_SEED))
    torch.manual_seed(options.seed)
    model = MODELS[options.model]()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    start = time.perf_counter()
    for epoch in range(1, options.epochs + 1):
        for rows in torch.randperm(len(train)).split(BATCH):
            x = train[rows]
            optimizer.zero_grad()
            model.loss(torch.bernoulli(x) if binarised else x).backward()
            optimizer.step()
        value, active = evaluate(model, test)
        seconds = time.perf_counter() - start
        print(json.dumps({"epoch": epoch, "negativeElbo": value, "active": active, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
