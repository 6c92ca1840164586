"""Variational autoencoders of texts as one writes them in PyTorch. Texts are tokens [B, T], each with an end, 0 is padding.

    gru          read by a bidirectional GRU; z gives the writer's initial state and stands beside every word
    transformer  read by a pre-norm transformer, mean over the words; z is added to every word of a causal one (GELU, no dropout)

The output layer has the rows of the writer's embedding. The loss is the negative evidence lower bound in nats: -log p of a text's tokens, padding left out, plus KL(q(z|x) || N(0, I)),
mean over the batch. Sizes are those that vaekit's nets have by default.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

PADDING, START, END, FIRST_WORD = 0, 1, 2, 4
DEVIATION = 0.05


class TextVae(nn.Module):
    """Needs `read` (tokens -> features) and `write` (words before, z -> a vector of an embedding's width per place)."""

    def __init__(self, vocabulary, width, features, latent):
        super().__init__()
        self.read_embed, self.embed = nn.Embedding(vocabulary, width), nn.Embedding(vocabulary, width)
        for embed in (self.read_embed, self.embed):
            nn.init.normal_(embed.weight, std=DEVIATION)  # rows of the output layer too: from N(0, 1) logits start huge
        self.mu = nn.Linear(features, latent)
        self.logvar = nn.Linear(features, latent)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def terms(self, tokens, eps):
        """Reconstruction and KL, nats per text."""
        features = self.read(tokens)
        mu, logvar = self.mu(features), self.logvar(features)
        z = mu + torch.exp(0.5 * logvar) * eps
        logits = self.logits(tokens, z)
        total = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), ignore_index=PADDING, reduction="sum")
        kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
        return total / len(tokens), kl / len(tokens)

    def logits(self, tokens, z):
        """[B, T, V], each from the tokens before it."""
        before = F.pad(tokens[:, :-1], (1, 0), value=START)
        return F.linear(self.write(before, z), self.embed.weight, self.bias)

    def loss(self, tokens, eps):
        return sum(self.terms(tokens, eps))


class GruVae(TextVae):
    def __init__(self, vocabulary=10_000, hidden=256, embedding=256, reader=256, latent=32):
        super().__init__(vocabulary, embedding, 2 * reader, latent)
        self.reader = nn.GRU(embedding, reader, batch_first=True, bidirectional=True)
        self.initial = nn.Linear(latent, hidden)
        self.writer = nn.GRU(embedding + latent, hidden, batch_first=True)
        self.out = nn.Linear(hidden, embedding)

    def read(self, tokens):
        lengths = (tokens != PADDING).sum(1).cpu()
        packed = pack_padded_sequence(self.read_embed(tokens), lengths, batch_first=True, enforce_sorted=False)
        _, last = self.reader(packed)
        return torch.cat((last[0], last[1]), dim=-1)

    def write(self, before, z):
        beside = z[:, None].expand(-1, before.shape[1], -1)
        states, _ = self.writer(torch.cat((self.embed(before), beside), dim=-1), self.initial(z)[None])
        return self.out(states)


def blocks(width, heads, inner, layers):
    layer = nn.TransformerEncoderLayer(
        width, heads, inner, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    return nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(width), enable_nested_tensor=False)


class TransformerVae(TextVae):
    """`places`: tokens of the longest text, its end among them."""

    def __init__(self, vocabulary=10_000, hidden=256, layers=2, heads=4, inner=1024, latent=32, places=64):
        super().__init__(vocabulary, hidden, hidden, latent)
        self.read_place, self.place = nn.Embedding(places, hidden), nn.Embedding(places, hidden)
        self.latent = nn.Linear(latent, hidden)
        self.reader = blocks(hidden, heads, inner, layers)
        self.writer = blocks(hidden, heads, inner, layers)

    def read(self, tokens):
        x = self.read_embed(tokens) + self.read_place.weight[: tokens.shape[1]]
        absent = tokens == PADDING
        there = (~absent).to(x.dtype)[:, :, None]
        return (self.reader(x, src_key_padding_mask=absent) * there).sum(1) / there.sum(1)

    def write(self, before, z):
        length = before.shape[1]
        x = self.embed(before) + self.place.weight[:length] + self.latent(z)[:, None]
        mask = nn.Transformer.generate_square_subsequent_mask(length, dtype=x.dtype)
        return self.writer(x, mask=mask, is_causal=True)


def random_texts(batch, length, vocabulary, latent):
    """Texts of random words, half as long to full, each with an end; and noise."""
    tokens = torch.randint(FIRST_WORD, vocabulary, (batch, length))
    last = torch.randint((length - 1) // 2, length, (batch, 1))
    at = torch.arange(length)
    tokens[at == last] = END
    tokens[at > last] = PADDING
    return tokens, torch.randn(batch, latent)
