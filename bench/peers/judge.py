"""Judges an MLP VAE 784-400-20 by its weights alone, whoever trained it: -ELBO and importance-weighted NLL in nats.

    python judge.py IDX_FOLDER WEIGHTS [--samples 200] [--pictures 1000] [--seed 0]

WEIGHTS is a .npz or .safetensors with weights [in, out] under vaekit's names. Targets are grey levels in 0..1, the prior
is N(0, I), and the noise is the same for every model. -ELBO over all test pictures, with 4 draws each and the closed
form of the KL divergence; NLL (Burda et al. 2016, eq. 8) over the first pictures of a seeded order. NumPy only.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from idx import read_idx
from safetensors.numpy import load_file

LATENT = 20
ELBO_DRAWS = 4
BATCH = 50


def load(path):
    return load_file(path) if path.suffix == ".safetensors" else dict(np.load(path))


def affine(weights, name, x):
    return x @ weights[f"{name}.weight"].reshape(x.shape[-1], -1) + weights[f"{name}.bias"]


def encode(weights, x):
    h = np.maximum(affine(weights, "encoder.hidden1", x), 0)
    return affine(weights, "posterior.z.mu", h), affine(weights, "posterior.z.logvar", h)


def log_likelihood(weights, x, z):
    """log p(x|z), [B, K], of pictures x [B, 784] and latents z [B, K, 20]: minus the cross-entropy of grey levels."""
    y = affine(weights, "decoder.image", np.maximum(affine(weights, "decoder.hidden1", z), 0))
    softplus = np.maximum(y, 0) + np.log1p(np.exp(-np.abs(y)))
    return np.einsum("bp,bkp->bk", x, y) - softplus.sum(-1, dtype=np.float64)


def negative_elbo(weights, pictures, random):
    total = 0.0
    for x in np.array_split(pictures, len(pictures) // 500):
        mu, logvar = encode(weights, x)
        eps = random.standard_normal((len(x), ELBO_DRAWS, LATENT), np.float32)
        z = mu[:, None] + np.exp(0.5 * logvar)[:, None] * eps
        kl = 0.5 * (mu**2 + np.exp(logvar) - logvar - 1).sum(-1, dtype=np.float64)
        total += (kl - log_likelihood(weights, x, z).mean(1)).sum()
    return total / len(pictures)


def importance_weighted_nll(weights, pictures, samples, random):
    total = 0.0
    for start in range(0, len(pictures), BATCH):
        x = pictures[start : start + BATCH]
        mu, logvar = encode(weights, x)
        eps = random.standard_normal((len(x), samples, LATENT), np.float32)
        z = mu[:, None] + np.exp(0.5 * logvar)[:, None] * eps
        log_p = -0.5 * (z**2).sum(-1, dtype=np.float64)
        log_q = -0.5 * (eps**2 + logvar[:, None]).sum(-1, dtype=np.float64)
        weight = log_likelihood(weights, x, z) + log_p - log_q
        peak = weight.max(1, keepdims=True)
        total -= (peak[:, 0] + np.log(np.exp(weight - peak).mean(1))).sum()
    return total / len(pictures)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    weights = load(options.weights)
    test = read_idx(options.folder, "test").reshape(-1, 784).astype(np.float32) / 255
    order = np.random.default_rng(options.seed).permutation(len(test))
    elbo = negative_elbo(weights, test, np.random.default_rng(options.seed))
    some = test[order[: options.pictures]]
    nll = importance_weighted_nll(weights, some, options.samples, np.random.default_rng(options.seed))
    print(json.dumps({"event": "judged", "negativeElbo": elbo, "nll": nll}), flush=True)


if __name__ == "__main__":
    main()
