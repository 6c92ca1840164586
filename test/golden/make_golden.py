"""Makes the golden files of this folder: what PyTorch computes for small nets and single ops.

    python test/golden/make_golden.py          needs torch, numpy, safetensors (bench/peers/requirements.txt)

Inputs and weights are float32; everything is computed in float64 from them and rounded once, so a stored value is
right to half a unit in its last place. Run again, the script gives the same bytes (fixed seeds; one PyTorch version).

Layout: ours, not PyTorch's. The leaf tensors below are in our layout and are permuted on their way into PyTorch, so
autograd returns gradients that are in our layout too.

    picture             [B, H, W, C]
    linear weight       [in, out]                   y = x W + b
    convolution         [k*k*C, O]                  row (ky*k + kx)*C + c; c of the input, O of the output
    its transpose       [k*k*C, O]                  the same: c of ITS input, O of ITS output, kernel not flipped
    flattened picture   [B, H*W*C]                  order h, w, c

Nets: one file each (mlp, conv-12x8x1, conv-8x8x3, conv-norm, residual .safetensors). Tensors of a file:

    <parameter>         the weights
    grad.<parameter>    d negativeElbo / d parameter
    x  eps              input [B, H, W, C] in 0..1 (grey targets), noise [B, latent] with z = mu + exp(logvar/2) eps
    mu logvar logits    posterior [B, latent]; decoder output [B, H, W, C]
    reconstruction      [] Bernoulli cross-entropy in nats, sum over a record's dimensions, mean over the batch
    kl                  [] KL(q(z|x) || N(0, I)) in nats, sum over latent dimensions, mean over the batch
    negativeElbo        [] reconstruction + kl

Parameters, each with .weight and .bias:

    all       posterior.z.mu  posterior.z.logvar
    mlp       encoder.hidden1  decoder.hidden1  decoder.image                                 ReLU after hidden1
    conv      encoder.conv1  encoder.conv2  decoder.project  decoder.deconv1  decoder.deconv2
              k4 s2 p1; ReLU after all but decoder.deconv2
    conv-norm the same with <layer>.norm and SiLU instead of ReLU, on pictures (project after it is unflattened)
    residual  encoder.stem  encoder.block1  encoder.down1  encoder.block2  encoder.down2
              decoder.project  decoder.block1  decoder.up1  decoder.block2  decoder.up2  decoder.image
              stem and image are k3 s1 p1, down and up are k4 s2 p1, no activation outside blocks
    block     <block>.norm1  <block>.conv1  <block>.norm2  <block>.conv2
              x + conv2(silu(norm2(conv1(silu(norm1(x)))))), k3 s1 p1, group norm with epsilon 1e-5

A file's metadata entry "about" (JSON: net, shape, seed, ...) says how it was made. Ops: see ops.py beside this file.
"""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from layout import conv, conv_transpose, flatten, group_norm, linear, save_tensors, unflatten
from ops import save_ops

HERE = Path(__file__).parent
GROUPS = 4
LATENT = 4


class Params:
    """Draws float32 parameters on first use, keeps them as float64 leaves; `at` adds a name scope."""

    def __init__(self, generator, store=None, scope=""):
        self.generator, self.store, self.scope = generator, {} if store is None else store, scope

    def at(self, name):
        return Params(self.generator, self.store, f"{self.scope}{name}.")

    def get(self, name, shape, scale, offset=0.0):
        key = self.scope + name
        if key not in self.store:
            value = torch.randn(shape, generator=self.generator) * scale + offset
            self.store[key] = value.double().requires_grad_()
        return self.store[key]

    def linear(self, inputs, units):
        """Weight and bias; biases are not zero, so that a forgotten one shows."""
        return self.get("weight", (inputs, units), 1 / math.sqrt(inputs)), self.get("bias", (units,), 0.1)

    def norm(self, channels):
        return self.get("weight", (channels,), 0.2, 1.0), self.get("bias", (channels,), 0.2)


def dense(p, name, x, units):
    return linear(x, *p.at(name).linear(x.shape[-1], units))


def conv_layer(p, name, x, channels, k, stride, padding=1):
    return conv(x, *p.at(name).linear(k * k * x.shape[-1], channels), k, stride, padding)


def deconv_layer(p, name, x, channels):
    return conv_transpose(x, *p.at(name).linear(16 * x.shape[-1], channels), 4, 2, 1)


def posterior(p, features):
    head = p.at("posterior.z")
    return dense(head, "mu", features, LATENT), dense(head, "logvar", features, LATENT)


def mlp(hidden):
    def encoder(p, x):
        return F.relu(dense(p, "hidden1", flatten(x), hidden))

    def decoder(p, z, shape):
        h, w, c = shape
        return unflatten(dense(p, "image", F.relu(dense(p, "hidden1", z, hidden)), h * w * c), h, w, c)

    return encoder, decoder


def convolutional(first, second):
    def encoder(p, x):
        h = F.relu(conv_layer(p, "conv1", x, first, 4, 2))
        return flatten(F.relu(conv_layer(p, "conv2", h, second, 4, 2)))

    def decoder(p, z, shape):
        h, w, c = shape
        y = F.relu(dense(p, "project", z, (h // 4) * (w // 4) * second))
        y = F.relu(deconv_layer(p, "deconv1", unflatten(y, h // 4, w // 4, second), first))
        return deconv_layer(p, "deconv2", y, c)

    return encoder, decoder


def convolutional_with_norm(first, second):
    def after(p, name, y):
        return F.silu(group_norm(y, *p.at(name).at("norm").norm(y.shape[-1]), GROUPS))

    def encoder(p, x):
        h = after(p, "conv1", conv_layer(p, "conv1", x, first, 4, 2))
        return flatten(after(p, "conv2", conv_layer(p, "conv2", h, second, 4, 2)))

    def decoder(p, z, shape):
        h, w, c = shape
        y = unflatten(dense(p, "project", z, (h // 4) * (w // 4) * second), h // 4, w // 4, second)
        y = after(p, "deconv1", deconv_layer(p, "deconv1", after(p, "project", y), first))
        return deconv_layer(p, "deconv2", y, c)

    return encoder, decoder


def residual(width):
    def block(p, name, x):
        s, c = p.at(name), x.shape[-1]
        y = F.silu(group_norm(x, *s.at("norm1").norm(c), GROUPS))
        y = conv_layer(s, "conv1", y, c, 3, 1)
        y = F.silu(group_norm(y, *s.at("norm2").norm(c), GROUPS))
        return x + conv_layer(s, "conv2", y, c, 3, 1)

    def encoder(p, x):
        y = block(p, "block1", conv_layer(p, "stem", x, width, 3, 1))
        y = block(p, "block2", conv_layer(p, "down1", y, width, 4, 2))
        return flatten(conv_layer(p, "down2", y, width, 4, 2))

    def decoder(p, z, shape):
        h, w, c = shape
        y = unflatten(dense(p, "project", z, (h // 4) * (w // 4) * width), h // 4, w // 4, width)
        y = deconv_layer(p, "up1", block(p, "block1", y), width)
        y = deconv_layer(p, "up2", block(p, "block2", y), width)
        return conv_layer(p, "image", y, c, 3, 1)

    return encoder, decoder


def save_net(file, parts, shape, batch, seed, **about):
    """One forward and backward pass of a VAE on random pictures, written to `file`."""
    generator = torch.Generator().manual_seed(seed)
    encoder, decoder = parts
    x = torch.rand((batch, *shape), generator=generator).double()
    eps = torch.randn((batch, LATENT), generator=generator).double()
    p = Params(generator)

    mu, logvar = posterior(p, encoder(p.at("encoder"), x))
    z = mu + torch.exp(0.5 * logvar) * eps
    logits = decoder(p.at("decoder"), z, shape)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / batch
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / batch
    loss = reconstruction + kl
    loss.backward()

    tensors = {"x": x, "eps": eps, "mu": mu, "logvar": logvar, "logits": logits}
    tensors |= {"reconstruction": reconstruction, "kl": kl, "negativeElbo": loss}
    tensors |= p.store | {f"grad.{name}": value.grad for name, value in p.store.items()}
    save_tensors(HERE / file, tensors, about | {"shape": shape, "latent": LATENT, "batch": batch, "seed": seed})


if __name__ == "__main__":
    save_net("mlp.safetensors", mlp(16), (6, 5, 1), 3, 1, net="mlp", hidden=16)
    save_net("conv-12x8x1.safetensors", convolutional(4, 8), (12, 8, 1), 2, 2, net="conv", channels=[4, 8])
    save_net("conv-8x8x3.safetensors", convolutional(4, 8), (8, 8, 3), 3, 3, net="conv", channels=[4, 8])
    norm = convolutional_with_norm(8, 8)
    save_net("conv-norm.safetensors", norm, (8, 8, 3), 3, 5, net="conv", channels=[8, 8], groups=GROUPS)
    save_net("residual.safetensors", residual(8), (8, 8, 1), 2, 4, net="residual", channels=[8, 8], groups=GROUPS)
    save_ops(HERE / "ops.safetensors", HERE / "ops.json")
