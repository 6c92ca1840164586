"""MNIST and its kin from IDX files, plain or gzipped, with nothing but NumPy."""

import gzip
from pathlib import Path

import numpy as np

FILES = {"train": "train-images-idx3-ubyte", "test": "t10k-images-idx3-ubyte"}
HEADER = 16  # magic, count, height, width: four big-endian int32


def read_idx(folder, part):
    """Pictures as uint8 [N, H, W]."""
    path = Path(folder) / FILES[part]
    raw = path.read_bytes() if path.exists() else gzip.decompress(path.with_suffix(".gz").read_bytes())
    count, height, width = np.frombuffer(raw, ">i4", 3, offset=4)
    return np.frombuffer(raw, np.uint8, offset=HEADER).reshape(count, height, width)
