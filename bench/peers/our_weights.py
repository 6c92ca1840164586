"""A PyTorch net of models.py with the weights of a vaekit model: ours are [in, out], [k*k*C, O], pictures [H, W, C]."""

import torch
from models import conv, mlp
from safetensors.torch import load_file

SIDE = 7  # of the conv net's smallest picture


def set_linear(layer, weights, name):
    layer.weight.copy_(weights[f"{name}.weight"].reshape(layer.in_features, layer.out_features).T)
    layer.bias.copy_(weights[f"{name}.bias"].reshape(-1))


def set_heads(heads, weights):
    set_linear(heads.mu, weights, "posterior.z.mu")
    set_linear(heads.logvar, weights, "posterior.z.logvar")


def set_mlp(model, weights):
    set_linear(model.encoder[1], weights, "encoder.hidden1")
    set_heads(model.encoder[3], weights)
    set_linear(model.decoder[0], weights, "decoder.hidden1")
    set_linear(model.decoder[2], weights, "decoder.image")


def kernel(weights, name, channels, order):
    return weights[f"{name}.weight"].reshape(4, 4, channels, -1).permute(*order)


def channels_first(values, axis):
    """An axis of [SIDE, SIDE, C] values as one of [C, SIDE, SIDE]."""
    shape = list(values.shape)
    apart = values.reshape(*shape[:axis], SIDE, SIDE, -1, *shape[axis + 1 :])
    return apart.movedim(axis + 2, axis).reshape(shape)


def set_conv(model, weights):
    for layer, name in ((model.encoder[0], "encoder.conv1"), (model.encoder[2], "encoder.conv2")):
        layer.weight.copy_(kernel(weights, name, layer.in_channels, (3, 2, 0, 1)))
        layer.bias.copy_(weights[f"{name}.bias"].reshape(-1))
    for layer, name in ((model.decoder[3], "decoder.deconv1"), (model.decoder[5], "decoder.deconv2")):
        layer.weight.copy_(kernel(weights, name, layer.in_channels, (2, 3, 0, 1)))
        layer.bias.copy_(weights[f"{name}.bias"].reshape(-1))
    moved = dict(weights)
    for head in ("mu", "logvar"):
        moved[f"posterior.z.{head}.weight"] = channels_first(weights[f"posterior.z.{head}.weight"], 0)
    moved["decoder.project.weight"] = channels_first(weights["decoder.project.weight"], 1)
    moved["decoder.project.bias"] = channels_first(weights["decoder.project.bias"].reshape(-1), 0)
    set_heads(model.encoder[5], moved)
    set_linear(model.decoder[0], moved, "decoder.project")


def load(net, path):
    make, fill = {"mlp": (mlp, set_mlp), "conv": (conv, set_conv)}[net]
    model = make()
    with torch.no_grad():
        fill(model, load_file(path))
    return model.eval()
