"""Makes gru.safetensors and transformer.safetensors: loss and gradients of bench/peers/text_models.py at tiny sizes.

    python test/golden/make_text.py            needs torch, safetensors (bench/peers/requirements.txt)

The very modules that the benchmarks time, in float64 from float32 weights. Tensors of a file: parameters under our names
(weights [in, out]), grad.<parameter>, tokens [B, T + 1] as floats, z, loss; "about" in the metadata has the sizes.
"""

import sys
from pathlib import Path

import torch
from layout import save_tensors

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "bench" / "peers"))
from text_models import GruDecoder, TransformerDecoder, random_text  # noqa: E402

BATCH, VOCABULARY, WIDTH, LATENT = 3, 11, 8, 4


def gru_names(get):
    weight = get("gru.weight_ih_l0").T
    return {
        "embed.weight": get("embed.weight"),
        "initial.weight": get("initial.weight").T,
        "initial.bias": get("initial.bias"),
        "gru.input.weight": weight[:WIDTH],
        "gru.latent.weight": weight[WIDTH:],
        "gru.input.bias": get("gru.bias_ih_l0"),
        "gru.state.weight": get("gru.weight_hh_l0").T,
        "gru.state.bias": get("gru.bias_hh_l0"),
        "out.weight": get("out.weight").T,
        "out.bias": get("out.bias"),
    }


BLOCK = {
    "attention.in": "self_attn.in_proj_",
    "attention.out": "self_attn.out_proj.",
    "norm1": "norm1.",
    "norm2": "norm2.",
    "hidden": "linear1.",
    "output": "linear2.",
}


def transformer_names(layers):
    affine = {"latent": "latent.", "norm": "blocks.norm.", "out": "out."}
    for i in range(layers):
        affine |= {f"block{i + 1}.{ours}": f"blocks.layers.{i}.{theirs}" for ours, theirs in BLOCK.items()}

    def names(get):
        named = {"embed.weight": get("embed.weight"), "place.weight": get("place.weight")}
        for ours, theirs in affine.items():
            named[f"{ours}.weight"] = get(f"{theirs}weight").T if get(f"{theirs}weight").dim() == 2 else get(f"{theirs}weight")
            named[f"{ours}.bias"] = get(f"{theirs}bias")
        return named

    return names


def save(file, make, names, length, seed, **about):
    torch.manual_seed(seed)
    model = make()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)  # no bias is 0, no gain 1, so that a forgotten one shows
    model = model.double()
    tokens, z = random_text(BATCH, length, VOCABULARY, LATENT)
    assert (tokens == 0).any(), "a row should have padding"
    loss = model.loss(tokens, z.double())
    loss.backward()
    parameters = dict(model.named_parameters())
    tensors = {"tokens": tokens, "z": z, "loss": loss}
    tensors |= names(lambda name: parameters[name])
    tensors |= {f"grad.{name}": value for name, value in names(lambda name: parameters[name].grad).items()}
    size = {"batch": BATCH, "length": length, "vocabulary": VOCABULARY, "width": WIDTH, "latent": LATENT}
    save_tensors(HERE / file, tensors, size | about | {"seed": seed})


if __name__ == "__main__":
    save("gru.safetensors", lambda: GruDecoder(VOCABULARY, WIDTH, LATENT), gru_names, 5, 1)
    layers, heads, hidden = 2, 2, 16
    save(
        "transformer.safetensors",
        lambda: TransformerDecoder(VOCABULARY, WIDTH, LATENT, 6, layers, heads, hidden),
        transformer_names(layers),
        6,
        2,
        layers=layers,
        heads=heads,
        hidden=hidden,
    )
