"""Decoders of text as one writes them in PyTorch, each with a latent z [B, latent] and tokens [B, T + 1], 0 is padding.

    gru          embedding and state of 256 units; z gives the initial state and stands beside every word
    transformer  2 pre-norm layers of width 256, 4 heads, feed-forward 1024, GELU, causal, no dropout; z is added to every word

The loss is -log p in nats of the next token, summed over a row's tokens that are no padding, mean over the batch.
"""

import torch
import torch.nn.functional as F
from torch import nn

PADDING = 0


class TextDecoder(nn.Module):
    def loss(self, tokens, z):
        logits = self(tokens[:, :-1], z)
        targets = tokens[:, 1:].flatten()
        total = F.cross_entropy(logits.flatten(0, 1), targets, ignore_index=PADDING, reduction="sum")
        return total / tokens.shape[0]


class GruDecoder(TextDecoder):
    def __init__(self, vocabulary=5000, width=256, latent=32):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.initial = nn.Linear(latent, width)
        self.gru = nn.GRU(width + latent, width, batch_first=True)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, tokens, z):
        beside = z[:, None].expand(-1, tokens.shape[1], -1)
        states, _ = self.gru(torch.cat((self.embed(tokens), beside), dim=-1), self.initial(z)[None])
        return self.out(states)


class TransformerDecoder(TextDecoder):
    def __init__(self, vocabulary=5000, width=256, latent=32, length=64, layers=2, heads=4, hidden=1024):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.place = nn.Embedding(length, width)
        self.latent = nn.Linear(latent, width)
        layer = nn.TransformerEncoderLayer(
            width, heads, hidden, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        self.out = nn.Linear(width, vocabulary)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(length))

    def forward(self, tokens, z):
        x = self.embed(tokens) + self.place.weight + self.latent(z)[:, None]
        return self.out(self.blocks(x, mask=self.mask, is_causal=True))


def random_text(batch, length, vocabulary, latent):
    """Rows of random words, half as long to full, the first token a start; and latents."""
    tokens = torch.randint(2, vocabulary, (batch, length + 1))
    tokens[:, 0] = 1
    words = torch.randint(length - length // 2 + 1, length + 1, (batch, 1))
    tokens[torch.arange(length + 1) > words] = PADDING
    return tokens, torch.randn(batch, latent)
