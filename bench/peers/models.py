"""The nets of the benchmarks as one writes them in PyTorch: default initialisation, pictures [B, C, H, W].

Each is a VAE, with latent 20 on 28x28 pictures where nothing else is said:

    mlp              784-400-(mu, logvar); 20-400-784; ReLU
    conv             C-32-64 (k4 s2 p1), ReLU, linear 3136-(mu, logvar); linear 20-3136, transposed 64-32-C (k4 s2 p1)
    conv64           the same for 64x64x3 pictures: 3-32-64-128-256, latent 64
    residual         conv3x3 C-32, block 32, down 32-64, block 64, down 64-64, linear 3136-(mu, logvar);
                     linear 20-3136, block 64, up 64-64, block 64, up 64-32, conv3x3 32-C.
                     Down and up are (transposed) convolutions k4 s2 p1, no activation outside the blocks. A block is
                     x + conv3x3(silu(norm(conv3x3(silu(norm(x)))))), norm = GroupNorm(8 groups, eps 1e-5)
    textbook         the class of many tutorials: Dense(2 x 20, ReLU) encoder, Dense(784, sigmoid) decoder. The ReLU
                     stands on mu and logvar too, so sigma is at least 1
    textbook-linear  the same without that ReLU
"""

import torch
import torch.nn.functional as F
from torch import nn

LATENT = 20
SIDE = 28


class Vae(nn.Module):
    """encoder: [B, C, H, W] -> [B, 2 * latent], mu then logvar; decoder: [B, latent] -> logits [B, C, H, W]."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        return self.decoder(z), mu, logvar

    def loss(self, x):
        """Negative ELBO in nats: sum over a record's dimensions, mean over the batch."""
        logits, mu, logvar = self(x)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
        return (reconstruction + kl) / x.shape[0]


class Heads(nn.Module):
    """Two linear layers side by side: mu and logvar."""

    def __init__(self, features, latent=LATENT):
        super().__init__()
        self.mu, self.logvar = nn.Linear(features, latent), nn.Linear(features, latent)

    def forward(self, h):
        return torch.cat((self.mu(h), self.logvar(h)), dim=1)


class Block(nn.Module):
    def __init__(self, channels, groups=8):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(groups, channels), nn.GroupNorm(groups, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, 1, 1)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1)

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        return x + self.conv2(F.silu(self.norm2(h)))


def down(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 4, 2, 1)


def up(inputs, outputs):
    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)


def mlp(channels=1, hidden=400):
    pixels = channels * SIDE * SIDE
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, hidden), nn.ReLU(), Heads(hidden))
    decoder = nn.Sequential(
        nn.Linear(LATENT, hidden), nn.ReLU(), nn.Linear(hidden, pixels), nn.Unflatten(1, (channels, SIDE, SIDE))
    )
    return Vae(encoder, decoder)


def conv(channels=1, side=SIDE, widths=(32, 64), latent=LATENT):
    sizes = (channels, *widths)
    end = side // 2 ** len(widths)
    features = widths[-1] * end * end
    encoder, decoder = nn.Sequential(), nn.Sequential()
    for inputs, outputs in zip(sizes, widths):
        encoder.extend((down(inputs, outputs), nn.ReLU()))
    encoder.extend((nn.Flatten(), Heads(features, latent)))
    decoder.extend((nn.Linear(latent, features), nn.ReLU(), nn.Unflatten(1, (widths[-1], end, end))))
    for inputs, outputs in zip(sizes[:0:-1], sizes[-2::-1]):
        decoder.extend((up(inputs, outputs), nn.ReLU()))
    return Vae(encoder, decoder[:-1])  # the last gives logits


def residual(channels=1):
    encoder = nn.Sequential(
        nn.Conv2d(channels, 32, 3, 1, 1),
        Block(32),
        down(32, 64),
        Block(64),
        down(64, 64),
        nn.Flatten(),
        Heads(64 * 7 * 7),
    )
    decoder = nn.Sequential(
        nn.Linear(LATENT, 64 * 7 * 7),
        nn.Unflatten(1, (64, 7, 7)),
        Block(64),
        up(64, 64),
        Block(64),
        up(64, 32),
        nn.Conv2d(32, channels, 3, 1, 1),
    )
    return Vae(encoder, decoder)


def textbook(channels=1, head=nn.ReLU):
    pixels = channels * SIDE * SIDE
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, 2 * LATENT), head())
    decoder = nn.Sequential(nn.Linear(LATENT, pixels), nn.Unflatten(1, (channels, SIDE, SIDE)))
    return Vae(encoder, decoder)


MODELS = {
    "mlp": mlp,
    "conv": conv,
    "conv64": lambda: conv(3, 64, (32, 64, 128, 256), 64),
    "residual": residual,
    "textbook": textbook,
    "textbook-linear": lambda: textbook(head=nn.Identity),
}
