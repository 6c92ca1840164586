"""The usual PyTorch script: MNIST through a DataLoader, item by item, an MLP VAE 784-400-20, Adam 1e-3, test -ELBO.

    python vae_script.py MNIST_FOLDER [--epochs 1] [--recipe constant|onecycle] [--target NATS] [--workers 0]
                         [--threads 2] [--seed 0] [--out model.pt]

onecycle: the rate up to 4e-3 and down, Adam's betas .9 and .99, the output bias at the logit of the pixels' mean. With
--target the test -ELBO is taken after each epoch, too, and the script ends at the first that reaches it.

JSON lines: "first-step" when the first step is done, "epoch" after each, "done" with the test -ELBO; seconds count from
the script's start, `judging` are those that test passes between epochs took.
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


def constant(model, options, train):
    return torch.optim.Adam(model.parameters(), lr=1e-3), None


def onecycle(model, options, train):
    with torch.no_grad():
        mean = train.dataset.data.float().div(255).mean(dim=0).clamp(1e-3, 1 - 1e-3)
        model.decoder[2].bias.copy_(torch.logit(mean).flatten())
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    steps = options.epochs * len(train)
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, steps, cycle_momentum=False)


def negative_elbo(model, test):
    with torch.no_grad():
        return sum(model.loss(x).item() * len(x) for x in test) / len(test.dataset)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--recipe", choices=["constant", "onecycle"], default="constant")
    parser.add_argument("--target", type=float)
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
    optimizer, schedule = {"constant": constant, "onecycle": onecycle}[options.recipe](model, options, train)

    first, judging, result = True, 0.0, None
    for epoch in range(1, options.epochs + 1):
        for x in train:
            optimizer.zero_grad()
            loss = model.loss(x)
            loss.backward()
            optimizer.step()
            if schedule:
                schedule.step()
            if first:
                say("first-step")
                first = False
        if options.target is None:
            say("epoch", epoch=epoch)
            continue
        before = time.perf_counter()
        result = negative_elbo(model, test)
        judging += time.perf_counter() - before
        say("epoch", epoch=epoch, negativeElbo=result, judging=judging)
        if result <= options.target:
            break

    if options.target is None:
        result = negative_elbo(model, test)
    if options.out:
        torch.save(model.state_dict(), options.out)
    say("done", metrics={"negativeElbo": result})


if __name__ == "__main__":
    main()
