"""A server that writes texts from latents by PyTorch, as one writes such a loop.

    python text_decode.py --by greedy|sampling [--batch 64] [--length 64] [--vocabulary 5000] [--hidden 256] [--latent 32]
                          [--threads 2]

A GRU cell is given the embedding of the token before and z, the state gives the logits of the next token, and that is the
likeliest or drawn by torch.multinomial from their softmax. One JSON line when ready; then `run N` on stdin writes N times
`batch` texts of `length` tokens, and answers {"ms": [per time]}.
"""

import argparse
import json
import sys
import time

import torch
import torch.nn.functional as F
from text_models import START
from torch import nn

EMBEDDING = 256


class Writer(nn.Module):
    def __init__(self, vocabulary, hidden, latent):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, EMBEDDING)
        self.initial = nn.Linear(latent, hidden)
        self.cell = nn.GRUCell(EMBEDDING + latent, hidden)
        self.out = nn.Linear(hidden, EMBEDDING)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    @torch.no_grad()
    def write(self, z, length, by):
        h = self.initial(z)
        token = torch.full((len(z),), START)
        tokens, log_probs = [], []
        for _ in range(length):
            h = self.cell(torch.cat((self.embed(token), z), dim=-1), h)
            probabilities = F.softmax(F.linear(self.out(h), self.embed.weight, self.bias), dim=-1)
            token = probabilities.argmax(-1) if by == "greedy" else torch.multinomial(probabilities, 1)[:, 0]
            tokens.append(token)
            log_probs.append(probabilities.gather(1, token[:, None])[:, 0].log())
        return torch.stack(tokens, dim=1).numpy(), torch.stack(log_probs, dim=1).numpy()


def say(message):
    print(json.dumps(message), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--by", choices=["greedy", "sampling"], required=True)
    for name, value in {"batch": 64, "length": 64, "vocabulary": 5000, "hidden": 256, "latent": 32, "threads": 2}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    writer = Writer(options.vocabulary, options.hidden, options.latent)
    z = torch.randn(options.batch, options.latent)
    writer.write(z, options.length, options.by)
    say({"tokens": options.batch * options.length})
    for line in sys.stdin:
        ms = []
        for _ in range(int(line.split()[1])):
            start = time.perf_counter()
            writer.write(z, options.length, options.by)
            ms.append((time.perf_counter() - start) * 1000)
        say({"ms": ms})


if __name__ == "__main__":
    main()
