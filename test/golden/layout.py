"""PyTorch's layers called with our layout: pictures [B, H, W, C], weights [in, out] and [k*k*C, O]; the writer.

The permutations stand between our leaf tensors and PyTorch, so autograd gives gradients in our layout.
"""

import json

import torch
import torch.nn.functional as F
from safetensors.torch import save_file


def channels_first(x):
    return x.permute(0, 3, 1, 2).contiguous()


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def flatten(x):
    """[B, H, W, C] -> [B, H*W*C]."""
    return x.reshape(x.shape[0], -1)


def unflatten(x, h, w, c):
    """[B, H*W*C] -> [B, H, W, C]."""
    return x.reshape(x.shape[0], h, w, c)


def linear(x, weight, bias):
    return x @ weight + bias


def conv(x, weight, bias, k, stride, padding):
    """Convolution with weight [k*k*C, O]; PyTorch wants [O, C, k, k]."""
    w = weight.reshape(k, k, x.shape[-1], -1).permute(3, 2, 0, 1).contiguous()
    return channels_last(F.conv2d(channels_first(x), w, bias, stride, padding))


def conv_transpose(x, weight, bias, k, stride, padding, output_padding=0):
    """Transposed convolution with weight [k*k*C, O]; PyTorch wants [C, O, k, k]."""
    w = weight.reshape(k, k, x.shape[-1], -1).permute(2, 3, 0, 1).contiguous()
    return channels_last(F.conv_transpose2d(channels_first(x), w, bias, stride, padding, output_padding))


def group_norm(x, weight, bias, groups, epsilon=1e-5):
    return channels_last(F.group_norm(channels_first(x), groups, weight, bias, epsilon))


def avg_pool(x, k, stride):
    """Windows that reach over the edge are dropped, as in PyTorch's default (no padding, floor)."""
    return channels_last(F.avg_pool2d(channels_first(x), k, stride))


def save_tensors(file, tensors, about):
    """Rounds to float32 and writes; one metadata entry, "about", because the order of several is not fixed."""
    rounded = {name: value.detach().float().contiguous() for name, value in tensors.items()}
    save_file(rounded, file, {"about": json.dumps(about | {"torch": torch.__version__.split("+")[0]})})
    file.chmod(0o644)
    print(f"{file.name:26} {len(tensors)} tensors  {file.stat().st_size} bytes")
