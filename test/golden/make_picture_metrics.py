"""Writes picture-metrics.json: two sets of features and what independent programs say of them.

    pip install numpy scipy scikit-learn prdc==0.2 && python make_picture_metrics.py

Frechet distance with scipy.linalg.sqrtm as in pytorch-fid, kernel distance by scikit-learn's polynomial kernel, precision,
recall, density and coverage by prdc (Naeem et al. 2020), k = 5.
"""

import json
from pathlib import Path

import numpy as np
from prdc import compute_prdc
from scipy.linalg import sqrtm
from sklearn.metrics.pairwise import polynomial_kernel

COUNT, WIDTH, NEIGHBOURS = 100, 6, 5


def frechet(a, b):
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    shift = a.mean(0) - b.mean(0)
    return shift @ shift + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real)


def kernel(a, b):
    n = len(a)
    aa, bb, ab = (polynomial_kernel(x, y, degree=3, gamma=1 / WIDTH, coef0=1) for x, y in [(a, a), (b, b), (a, b)])
    off_diagonal = [(m.sum() - np.trace(m)) / (n * (n - 1)) for m in (aa, bb)]
    return sum(off_diagonal) - 2 * ab.mean()


def main():
    random = np.random.default_rng(4)
    mix = 0.3 * random.normal(size=(WIDTH, WIDTH))
    real = np.round(random.normal(size=(COUNT, WIDTH)) @ mix, 3)
    # nearer together, shifted, flat in one direction, and a few outliers
    generated = random.normal(size=(COUNT, WIDTH)) @ mix * 0.7 + 0.3
    generated[:, 2] = 0.25
    generated[:5] *= 2
    generated = np.round(generated, 3)
    real, generated = real.astype(np.float32).astype(float), generated.astype(np.float32).astype(float)
    expected = {"frechet": frechet(real, generated), "kernel": kernel(real, generated)}
    expected |= {k: float(v) for k, v in compute_prdc(real, generated, NEIGHBOURS).items()}
    out = {"width": WIDTH, "real": real.round(3).ravel().tolist(), "generated": generated.round(3).ravel().tolist()}
    path = Path(__file__).with_name("picture-metrics.json")
    path.write_text(json.dumps(out | {"expected": expected}) + "\n")
    print(expected)


if __name__ == "__main__":
    main()
