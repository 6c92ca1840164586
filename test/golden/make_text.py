"""Makes gru.safetensors and transformer.safetensors: the loss of bench/peers/text_models.py and its gradients at tiny sizes.

    python test/golden/make_text.py            needs torch, safetensors (bench/peers/requirements.txt)

The very modules that the benchmarks time, in float64 from float32 weights. Tensors of a file: parameters under our names
(weights [in, out]), grad.<parameter>, tokens [B, T] as floats, eps, reconstruction, kl, negativeElbo; z and logits [B, T, V], what
is written with that z; "about" in the metadata has the sizes.
"""

import sys
from pathlib import Path

import torch
from layout import save_tensors

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "bench" / "peers"))
from text_models import GruVae, TransformerVae, random_texts  # noqa: E402

BATCH, LENGTH, VOCABULARY, LATENT = 3, 6, 11, 4
ENCODER, DECODER = "encoder.text.", "decoder.text."
HEADS = {"posterior.z.mu.": "mu.", "posterior.z.logvar.": "logvar."}
EMBEDDINGS = {ENCODER + "embed.": "read_embed.", DECODER + "embed.": "embed."}
PLACES = {ENCODER + "place.": "read_place.", DECODER + "place.": "place."}
BLOCK = {
    "attention.in.": "self_attn.in_proj_",
    "attention.out.": "self_attn.out_proj.",
    "norm1.": "norm1.",
    "norm2.": "norm2.",
    "hidden.": "linear1.",
    "output.": "linear2.",
}


def affine(get, names):
    """Weights and biases of linear layers and norms, by our prefix and PyTorch's."""
    named = {}
    for ours, theirs in names.items():
        weight = get(f"{theirs}weight")
        named[f"{ours}weight"] = weight.T if weight.dim() == 2 else weight
        named[f"{ours}bias"] = get(f"{theirs}bias")
    return named


def embeddings(get, names):
    return {f"{ours}weight": get(f"{theirs}weight") for ours, theirs in names.items()}


def gru_names(get):
    named = embeddings(get, EMBEDDINGS) | affine(get, HEADS | {DECODER + "initial.": "initial.", DECODER + "out.": "out."})
    named[DECODER + "tokens.bias"] = get("bias")
    for ours, theirs in {
        ENCODER + "forward.": "reader.{}_l0",
        ENCODER + "backward.": "reader.{}_l0_reverse",
        DECODER: "writer.{}_l0",
    }.items():
        named[f"{ours}input.weight"] = get(theirs.format("weight_ih")).T
        named[f"{ours}input.bias"] = get(theirs.format("bias_ih"))
        named[f"{ours}state.weight"] = get(theirs.format("weight_hh")).T
        named[f"{ours}state.bias"] = get(theirs.format("bias_hh"))
    # The writer's input is [word, z]; ours are two products.
    both, width = named[DECODER + "input.weight"], get("embed.weight").shape[1]
    named[DECODER + "input.weight"], named[DECODER + "latent.weight"] = both[:width], both[width:]
    named[DECODER + "latent.bias"] = named.pop(DECODER + "input.bias")
    return named


def transformer_names(get, layers):
    names = HEADS | {DECODER + "latent.": "latent."}
    for side, module in {ENCODER: "reader.", DECODER: "writer."}.items():
        names[side + "norm."] = f"{module}norm."
        for i in range(layers):
            names |= {f"{side}block{i + 1}.{ours}": f"{module}layers.{i}.{theirs}" for ours, theirs in BLOCK.items()}
    named = embeddings(get, EMBEDDINGS | PLACES) | affine(get, names)
    return named | {DECODER + "tokens.bias": get("bias")}


def save(net, make, names, seed, **sizes):
    torch.manual_seed(seed)
    model = make()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)  # no bias is 0, no gain 1, so that a forgotten one shows
    model = model.double()
    tokens, eps = random_texts(BATCH, LENGTH, VOCABULARY, LATENT)
    tokens[0, -1] = 2  # one text is as long as the batch,
    tokens[0, :-1] = tokens[0, :-1].clamp(min=4)
    tokens[1] = torch.tensor([2] + [0] * (LENGTH - 1))  # one has nothing but an end
    reconstruction, kl = model.terms(tokens, eps.double())
    loss = reconstruction + kl
    loss.backward()
    z = torch.randn(BATCH, LATENT)
    parameters = dict(model.named_parameters())
    tensors = {"tokens": tokens, "eps": eps, "reconstruction": reconstruction, "kl": kl, "negativeElbo": loss}
    tensors |= {"z": z, "logits": model.logits(tokens, z.double())}
    tensors |= names(lambda name: parameters[name])
    tensors |= {f"grad.{name}": value for name, value in names(lambda name: parameters[name].grad).items()}
    about = {"net": {"name": net, **sizes}, "latent": LATENT, "vocabulary": VOCABULARY, "places": LENGTH + 1}
    save_tensors(HERE / f"{net}.safetensors", tensors, about | {"seed": seed})


if __name__ == "__main__":
    sizes = {"hidden": 8, "embedding": 6, "reader": 5}
    save("gru", lambda: GruVae(VOCABULARY, latent=LATENT, **sizes), gru_names, 1, **sizes)
    sizes = {"hidden": 8, "layers": 2, "heads": 2, "inner": 16}
    save(
        "transformer",
        lambda: TransformerVae(VOCABULARY, latent=LATENT, places=LENGTH + 1, **sizes),  # a place more than there are tokens
        lambda get: transformer_names(get, sizes["layers"]),
        2,
        **sizes,
    )
