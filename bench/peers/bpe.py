"""A server of byte-level BPE by Hugging Face's tokenizers.

    python bpe.py TEXT --task train|encode [--vocabulary 8000] [--json FILE] [--batch]

Learns a vocabulary from the lines of TEXT, or encodes them by the tokenizer.json of FILE: one by one, or with --batch all in
one call, on as many threads as RAYON_NUM_THREADS says. One JSON line when ready, with a figure that must be the same whoever
computes it (the merges' CRC-32; the sum of all ids), or {"failed": why}; then `run N` on stdin does the task N times, each time
by a tokenizer that remembers no words yet, and answers {"ms": [...]}.
"""

import argparse
import json
import sys
import time
import zlib
from pathlib import Path

SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]


def say(message):
    print(json.dumps(message), flush=True)


def training(lines, vocabulary):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    options = {"special_tokens": SPECIAL, "initial_alphabet": pre_tokenizers.ByteLevel.alphabet(), "show_progress": False}
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, min_frequency=2, **options)

    def run():
        tokenizer.train_from_iterator(lines, trainer)
        merges = json.loads(tokenizer.to_str())["model"]["merges"]
        return zlib.crc32("\n".join(" ".join(pair) for pair in merges).encode())

    return run


def encoding(lines, path, batch):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.encode_special_tokens = True

    def run():
        found = tokenizer.encode_batch_fast(lines) if batch else map(tokenizer.encode, lines)
        return sum(sum(encoding.ids) for encoding in found)

    return run


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("text", type=Path)
    parser.add_argument("--task", choices=["train", "encode"], required=True)
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--batch", action="store_true")
    options = parser.parse_args()
    lines = options.text.read_bytes().decode().split("\n")
    if options.task == "train":
        prepare = lambda: training(lines, options.vocabulary)
    else:
        prepare = lambda: encoding(lines, options.json, options.batch)
    try:
        say({"figure": prepare()()})
    except ImportError as error:
        say({"failed": str(error)})
        return
    for line in sys.stdin:
        ms = []
        for _ in range(int(line.split()[1])):
            run = prepare()
            start = time.perf_counter()
            run()
            ms.append((time.perf_counter() - start) * 1000)
        say({"ms": ms})


if __name__ == "__main__":
    main()
