"""Pythae's training pipeline as its documentation shows it: default MLP VAE and trainer, latent 16, batch 128.

    python pythae_vae.py MNIST_FOLDER [--epochs 1] [--threads 2] [--out FOLDER]

Its default loss is squared error, so it gives no -ELBO to compare; what counts here is the time of the whole program.
"""

import time

START = time.perf_counter()  # before the imports: they are part of the program

import argparse  # noqa: E402
import json  # noqa: E402
import tempfile  # noqa: E402

import torch  # noqa: E402
from mnist import tensors  # noqa: E402
from pythae.models import VAE, VAEConfig  # noqa: E402
from pythae.pipelines import TrainingPipeline  # noqa: E402
from pythae.trainers import BaseTrainerConfig  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    trainer = BaseTrainerConfig(
        output_dir=options.out or tempfile.mkdtemp(prefix="pythae-"),
        num_epochs=options.epochs,
        per_device_train_batch_size=128,
        no_cuda=True,
    )
    model = VAE(VAEConfig(input_dim=(1, 28, 28), latent_dim=16))
    TrainingPipeline(model=model, training_config=trainer)(train_data=tensors(options.folder, "train"))
    print(json.dumps({"event": "done", "seconds": time.perf_counter() - START}), flush=True)


if __name__ == "__main__":
    main()
