"""MNIST and its kin from IDX files, plain or gzipped: whole as tensors, or picture by picture as torchvision gives it."""

import gzip
from pathlib import Path

import numpy as np
import torch
from PIL import Image

FILES = {"train": "train-images-idx3-ubyte", "test": "t10k-images-idx3-ubyte"}
HEADER = 16  # magic, count, height, width: four big-endian int32


def read_idx(folder, part):
    """Pictures as uint8 [N, H, W]."""
    path = Path(folder) / FILES[part]
    raw = path.read_bytes() if path.exists() else gzip.decompress(path.with_suffix(".gz").read_bytes())
    count, height, width = np.frombuffer(raw, ">i4", 3, offset=4)
    return np.frombuffer(raw, np.uint8, offset=HEADER).reshape(count, height, width)


def tensors(folder, part):
    """Pictures as float32 [N, 1, H, W] in 0..1."""
    return torch.from_numpy(read_idx(folder, part).astype(np.float32) / 255).unsqueeze(1)


class Pictures(torch.utils.data.Dataset):
    """torchvision.datasets.MNIST with transforms.ToTensor(), labels left out: per item, array -> PIL -> tensor."""

    def __init__(self, folder, part):
        self.data = torch.from_numpy(read_idx(folder, part).copy())

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return to_tensor(Image.fromarray(self.data[index].numpy()))


def to_tensor(picture):
    """What torchvision's ToTensor does with an 8-bit PIL picture: [1, H, W] in 0..1."""
    array = np.array(picture, np.uint8, copy=True)
    tensor = torch.from_numpy(array).view(picture.size[1], picture.size[0], len(picture.getbands()))
    return tensor.permute(2, 0, 1).contiguous().to(torch.float32).div(255)
