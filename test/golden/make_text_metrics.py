"""Writes text-metrics.json: texts, and what sacreBLEU, NLTK and jiwer say of them. Run:

    pip install sacrebleu==2.6.0 nltk==3.10.4 jiwer==4.0.0 && python make_text_metrics.py

BLEU is sacreBLEU's corpus score over 100, without its tokenizer. Self-BLEU is the mean of NLTK's sentence BLEU-4 with smoothing
method 1, all other texts being references. The error rate is jiwer's word error rate.
"""

import json
import random
from pathlib import Path

import jiwer
import sacrebleu
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

WORDS = "the a cat dog bird sat ran flew on under near mat tree house and then it was not there".split()
draw = random.Random(7)


def text(least, most):
    return [draw.choice(WORDS) for _ in range(draw.randint(least, most))]


def disturbed(tokens, share):
    """Tokens changed, left out or doubled, each with this chance in all."""
    out = []
    for token in tokens:
        kind = draw.random() / share
        out += [token] if kind >= 1 else [draw.choice(WORDS)] if kind < 0.5 else [] if kind < 0.75 else [token, token]
    return out


def corpus(count, share, least=4, most=14, references=1):
    originals = [text(least, most) for _ in range(count)]
    return {
        "texts": [disturbed(original, share) or ["the"] for original in originals],
        "references": [
            [original] + [disturbed(original, 0.3) or ["a"] for _ in range(draw.randrange(references))] for original in originals
        ],
    }


def bleu(texts, references):
    streams = [[" ".join(some[k]) if k < len(some) else None for some in references] for k in range(max(map(len, references)))]
    return sacrebleu.corpus_bleu([" ".join(tokens) for tokens in texts], streams, tokenize="none", force=True).score / 100


def self_bleu(texts):
    smoothing = SmoothingFunction().method1
    scores = [sentence_bleu(texts[:i] + texts[i + 1 :], tokens, smoothing_function=smoothing) for i, tokens in enumerate(texts)]
    return sum(scores) / len(scores)


long = corpus(10, 0.05, 8, 12)
corpora = {
    "close": corpus(20, 0.1),
    "several references": corpus(20, 0.3, references=4),
    "too short": {**long, "texts": [tokens[:5] for tokens in long["texts"]]},
    "no four tokens in common": {"texts": [["the", "cat", "sat", "a"]], "references": [[["the", "cat", "sat", "on", "mat"]]]},
    "no two tokens in common": {"texts": [["cat", "the", "mat", "on"]], "references": [[["the", "cat", "on", "a", "mat"]]]},
    "nothing in common": {"texts": [["cat", "dog"]], "references": [[["mat", "tree"]]]},
    "three tokens": {"texts": [["the", "cat", "sat"]], "references": [[["the", "cat", "sat"]]]},
    "equal": {"texts": [["the", "cat", "sat", "there"]], "references": [[["the", "cat", "sat", "there"]]]},
}
golden = {
    "bleu": [{"name": name, **some, "bleu": bleu(**some)} for name, some in corpora.items()],
    "selfBleu": [
        {"texts": texts, "selfBleu": self_bleu(texts)}
        for texts in (
            [text(4, 10) for _ in range(15)],
            [disturbed(WORDS[:12], 0.3) for _ in range(12)],
            [["cat"], ["cat", "sat"], ["the", "the", "the", "the", "the"], ["the", "dog"], ["tree"]],
        )
    ],
    "errorRate": jiwer.wer(
        [" ".join(some[0]) for some in corpora["several references"]["references"]],
        [" ".join(tokens) for tokens in corpora["several references"]["texts"]],
    ),
}
Path(__file__).with_name("text-metrics.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
