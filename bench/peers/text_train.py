"""Trains a text VAE the usual way: a vocabulary of the commonest words, shuffled batches padded to their longest text, Adam.

    python text_train.py FILE --model gru|transformer [--limit 6400] [--batch 64] [--vocabulary 10000] [--threads 2]

FILE has a text a line, plain or gzipped. The first `limit` texts are trained on once, in an order that follows from the seed.
Ends with one JSON line: how many tokens (ends among them, padding not), how many of them behind the first step and in how many
seconds, and the last loss.
"""

import argparse
import collections
import gzip
import json
import time

import torch
from text_models import END, FIRST_WORD, PADDING, GruVae, TransformerVae
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

UNKNOWN, LATENT = 3, 32


def read_texts(path):
    opened = gzip.open(path, "rt", encoding="utf8") if path.endswith(".gz") else open(path, encoding="utf8")
    with opened as lines:
        return [words for line in lines if (words := line.split())]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--model", choices=["gru", "transformer"], required=True)
    parser.add_argument("--limit", type=int, default=6400)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--vocabulary", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    texts = read_texts(options.file)
    counts = collections.Counter(word for words in texts for word in words if word != "<unk>")
    commonest = counts.most_common(options.vocabulary - FIRST_WORD)
    ids = {word: FIRST_WORD + at for at, (word, _) in enumerate(commonest)}
    coded = [torch.tensor([ids.get(word, UNKNOWN) for word in words] + [END]) for words in texts]
    places = max(map(len, coded))
    coded = coded[: options.limit]
    loader = DataLoader(coded, options.batch, shuffle=True, collate_fn=lambda batch: pad_sequence(batch, True, PADDING))
    if options.model == "gru":
        model = GruVae(options.vocabulary, latent=LATENT)
    else:
        model = TransformerVae(options.vocabulary, latent=LATENT, places=places)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    tokens = steady = 0
    started = None
    for batch in loader:
        optimizer.zero_grad()
        loss = model.loss(batch, torch.randn(len(batch), LATENT))
        loss.backward()
        optimizer.step()
        value = loss.item()
        count = int((batch != PADDING).sum())
        tokens += count
        steady += count if started else 0
        started = started or time.perf_counter()
    seconds = time.perf_counter() - started
    print(json.dumps({"event": "done", "tokens": tokens, "steady": steady, "seconds": seconds, "loss": value}))


if __name__ == "__main__":
    main()
