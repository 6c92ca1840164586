"""Writes tokenizers.json: vocabularies, merges and ids of Hugging Face's tokenizers. Run: python make_tokenizers.py"""

import collections
import json
import pathlib
import random

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]

TEXTS = [
    "Shall I compare thee to a summer's day?",
    "Thou art more lovely and more temperate:",
    "Rough winds do shake the darling buds of May,",
    "And summer's lease hath all too short a date:",
    "Sometime too hot the eye of heaven shines,",
    "And often is his gold complexion dimm'd;",
    "And every fair from fair sometime declines,",
    "By chance or nature's changing course untrimm'd;",
    "But thy eternal summer shall not fade,",
    "Nor lose possession of that fair thou ow'st;",
    "Nor shall Death brag thou wander'st in his shade,",
    "When in eternal lines to time thou grow'st:",
    "So long as men can breathe or eyes can see,",
    "So long lives this, and this gives life to thee.",
    "    for (let i = 0; i < ids.length; i++) {",
    "        if (ids[i] === undefined) continue;",
    "        sum += values[ids[i]] * weights[i];",
    "    }",
    "\treturn sum / ids.length; // 0.5 <= sum <= 12345.678",
    "四時運灰琯，一夕變冬春。送寒餘雪盡，迎歲早梅新。",
    "燄聽風來動，花開不待春。鎮下千行淚，非是爲思人。",
    "Ich weiß nicht, was soll es bedeuten, daß ich so traurig bin;",
    "the <unk> said N years ago that <unk> would rise to N N",
]

PROBES = [
    *TEXTS,
    "",
    " ",
    "  two  blanks   three ",
    "a\n\n\tb \r\n",
    "I'll we've they're don't IT'S 'tis",
    "literal <s> and </s>, <pad><unk> and <0x41> are text",
    "NUL \0, emoji 😀👩‍👩‍👧, combining e\u0301, flags 🇫🇷",
    "blanks that differ: \u0085x\ufeffy\u00a0z\u2028w\u3000v\u180eu",
    "\ufeffa byte order mark stays",
    "²½ Ⅷ x1y2 ١٢٣ नमस्ते สวัสดี",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
]


def specials(tokenizer):
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def by_count(counts, minimum):
    return [piece for piece, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= minimum]


def numbered(tokens):
    return {token: i for i, token in enumerate(tokens)}


def characters():
    learnt = by_count(collections.Counter("".join(TEXTS)), 2)
    model = models.BPE(vocab=numbered(SPECIAL + BYTES + learnt), merges=[], byte_fallback=True)
    tokenizer = Tokenizer(model)
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return specials(tokenizer)


def words():
    counts = collections.Counter(word for text in TEXTS for word in text.split())
    learnt = [word for word in by_count(counts, 1) if word not in SPECIAL]
    tokenizer = Tokenizer(models.WordLevel(vocab=numbered(SPECIAL + learnt), unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return specials(tokenizer)


def bpe(texts, vocabulary, minimum):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=minimum,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def kind(name, tokenizer, options):
    tokenizer.encode_special_tokens = True
    return {
        "kind": name,
        "options": options,
        "json": json.loads(tokenizer.to_str()),
        "ids": [tokenizer.encode(text).ids for text in PROBES],
    }


def ties(seed):
    """Long words of few letters: nearly every count is tied, and tokens come about in more than one way."""
    draw = random.Random(seed)
    texts = ["".join(draw.choices("ab", k=draw.randint(1, 30))) for _ in range(40)]
    merges = json.loads(bpe(texts, 400, 1).to_str())["model"]["merges"]
    return {"texts": texts, "options": {"vocabulary": 400, "minCount": 1}, "merges": merges}


golden = {
    "tokenizers": tokenizers.__version__,
    "texts": TEXTS,
    "probes": PROBES,
    "kinds": [
        kind("characters", characters(), {}),
        kind("words", words(), {"minCount": 1}),
        kind("bpe", bpe(TEXTS, 360, 2), {"vocabulary": 360}),
    ],
    "ties": [ties(seed) for seed in range(3)],
}
pathlib.Path(__file__).with_name("tokenizers.json").write_text(json.dumps(golden, ensure_ascii=True) + "\n")
