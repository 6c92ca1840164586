"""MNIST and its kin for PyTorch: whole as tensors, or picture by picture as torchvision gives it."""

import numpy as np
import torch
from idx import read_idx
from PIL import Image


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
