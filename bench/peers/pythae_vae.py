"""Pythae's training pipeline as its documentation shows it, its default MLP VAE, batch 128; or the test -ELBO of such a model.

    python pythae_vae.py MNIST_FOLDER [--epochs 1] [--threads 2] [--seed 0] --out FOLDER
    python pythae_vae.py MNIST_FOLDER --judge FOLDER

Latent 20, cross-entropy and 1e-3 (as its examples; its defaults are squared error, which has no -ELBO to compare, and
1e-4). JSON lines: "done" when the pipeline has saved the model, "judged" with the -ELBO in nats over the test pictures.
"""

import time

START = time.perf_counter()  # before the imports: they are part of the program

import argparse  # noqa: E402
import json  # noqa: E402
from pathlib import Path  # noqa: E402

import torch  # noqa: E402
from mnist import tensors  # noqa: E402
from pythae.data.datasets import DatasetOutput  # noqa: E402
from pythae.models import VAE, AutoModel, VAEConfig  # noqa: E402
from pythae.pipelines import TrainingPipeline  # noqa: E402
from pythae.trainers import BaseTrainerConfig  # noqa: E402


def say(event, **about):
    print(json.dumps({"event": event, "seconds": time.perf_counter() - START, **about}), flush=True)


def train(options):
    trainer = BaseTrainerConfig(
        output_dir=str(options.out),
        num_epochs=options.epochs,
        learning_rate=1e-3,
        per_device_train_batch_size=128,
        seed=options.seed,
        no_cuda=True,
    )
    model = VAE(VAEConfig(input_dim=(1, 28, 28), latent_dim=20, reconstruction_loss="bce"))
    TrainingPipeline(model=model, training_config=trainer)(train_data=tensors(options.folder, "train"))
    say("done")


def judge(options):
    (saved,) = options.judge.glob("*/final_model")
    model = AutoModel.load_from_folder(str(saved)).eval()
    test = tensors(options.folder, "test")
    with torch.no_grad():
        total = sum(model(DatasetOutput(data=x)).loss.item() * len(x) for x in test.split(500))
    say("judged", negativeElbo=total / len(test))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("--out", type=Path)
    to.add_argument("--judge", type=Path)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    (judge if options.judge else train)(options)


if __name__ == "__main__":
    main()
