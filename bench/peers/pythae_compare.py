"""Pythae's VAE with our MLP 784-400-20 and cross-entropy, trained, saved, and sampled with both of its usual samplers.

    python pythae_compare.py IDX_FOLDER --out FOLDER [--epochs 10] [--threads 2] [--seed 0] [--samples 10000]

JSON lines: "saved" when its pipeline has saved the model (what a user waits for), "mixture" when its Gaussian mixture is
fitted, "done". FOLDER then holds weights.npz (our names and layout), normal.npz and mixture.npz (samples as bytes).
"""

import time

START = time.perf_counter()  # before the imports: they are part of the program

import argparse  # noqa: E402
import json  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from mnist import tensors  # noqa: E402
from pythae.models import VAE, VAEConfig  # noqa: E402
from pythae.models.base.base_utils import ModelOutput  # noqa: E402
from pythae.models.nn import BaseDecoder, BaseEncoder  # noqa: E402
from pythae.pipelines import TrainingPipeline  # noqa: E402
from pythae.samplers import GaussianMixtureSampler, NormalSampler  # noqa: E402
from pythae.trainers import BaseTrainerConfig  # noqa: E402
from torch import nn  # noqa: E402

PIXELS, HIDDEN, LATENT = 784, 400, 20
BATCH = 128
LEARNING_RATE = 1e-3  # as in Pythae's own examples; its default, 1e-4, is worse after ten epochs


class Encoder(BaseEncoder):
    """As Pythae's default MLP, with our width."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(PIXELS, HIDDEN)
        self.mu = nn.Linear(HIDDEN, LATENT)
        self.logvar = nn.Linear(HIDDEN, LATENT)

    def forward(self, x):
        h = torch.relu(self.hidden(x.reshape(len(x), -1)))
        return ModelOutput(embedding=self.mu(h), log_covariance=self.logvar(h))


class Decoder(BaseDecoder):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(LATENT, HIDDEN)
        self.image = nn.Linear(HIDDEN, PIXELS)

    def forward(self, z):
        x = torch.sigmoid(self.image(torch.relu(self.hidden(z))))
        return ModelOutput(reconstruction=x.reshape(len(z), 1, 28, 28))


NAMES = {
    "encoder.hidden1": "encoder.hidden",
    "posterior.z.mu": "encoder.mu",
    "posterior.z.logvar": "encoder.logvar",
    "decoder.hidden1": "decoder.hidden",
    "decoder.image": "decoder.image",
}


def say(event, **about):
    print(json.dumps({"event": event, "seconds": time.perf_counter() - START, **about}), flush=True)


def weights_of(model):
    """By our names, weights as [in, out]."""
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    weights = {f"{ours}.weight": state[f"{theirs}.weight"].T for ours, theirs in NAMES.items()}
    return weights | {f"{ours}.bias": state[f"{theirs}.bias"] for ours, theirs in NAMES.items()}


def save_samples(sampler, count, path):
    pictures = sampler.sample(num_samples=count, batch_size=500, return_gen=True).detach().cpu().numpy()
    pixels = np.rint(np.clip(pictures.reshape(count, 28, 28), 0, 1) * 255).astype(np.uint8)
    np.savez(path, images=pixels)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=10_000)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENT, reconstruction_loss="bce")
    model = VAE(config, encoder=Encoder(), decoder=Decoder())
    trainer = BaseTrainerConfig(
        output_dir=str(options.out / "pythae"),
        num_epochs=options.epochs,
        learning_rate=LEARNING_RATE,
        per_device_train_batch_size=BATCH,
        seed=options.seed,
        no_cuda=True,
    )
    pictures = tensors(options.folder, "train")
    TrainingPipeline(model=model, training_config=trainer)(train_data=pictures)
    say("saved")

    model.eval()
    np.savez(options.out / "weights.npz", **weights_of(model))
    save_samples(NormalSampler(model), options.samples, options.out / "normal.npz")
    start = time.perf_counter()
    sampler = GaussianMixtureSampler(model)
    sampler.fit(pictures)
    say("mixture", fit=time.perf_counter() - start)
    save_samples(sampler, options.samples, options.out / "mixture.npz")
    say("done")


if __name__ == "__main__":
    main()
