"""Golden values and input gradients of single ops, in our layout (see make_golden.py, which calls this).

ops.json is a list of cases:

    {"name": "conv-7x5-k3-s2-p1", "op": "conv", "attributes": {"kernel": 3, ...}, "inputs": ["x", "weight", "bias"]}

and ops.safetensors holds, for each case, `<name>/<input>`, `<name>/y` (the value), `<name>/dy` (a random gradient
with respect to y) and `<name>/d<input>` (the gradient of sum(y * dy) with respect to the input).
"""

import json

import torch
import torch.nn.functional as F
from layout import avg_pool, conv, conv_transpose, group_norm, save_tensors

# A case is (name, op, function, attributes, inputs); an input is a shape to fill at random, or a list of values.

# from the middle of the range to where a careless formula overflows
FAR = [-1e4, -100.0, -20.0, -3.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0, 20.0, 100.0, 1e4]


def conv_cases():
    for h, w, c, o, k, s, p in [
        (5, 6, 2, 3, 3, 1, 1),
        (7, 5, 2, 3, 3, 2, 1),
        (6, 8, 1, 4, 3, 2, 1),
        (8, 6, 3, 4, 4, 2, 1),
        (9, 7, 2, 3, 4, 2, 1),
        (4, 3, 3, 2, 1, 1, 0),
        (6, 6, 1, 2, 5, 1, 2),
        (6, 4, 2, 3, 2, 2, 0),
        (7, 8, 2, 2, 3, 3, 0),
    ]:
        yield (
            f"conv-{h}x{w}-k{k}-s{s}-p{p}",
            "conv",
            lambda x, weight, bias, k=k, s=s, p=p: conv(x, weight, bias, k, s, p),
            {"kernel": k, "stride": s, "padding": p},
            {"x": (2, h, w, c), "weight": (k * k * c, o), "bias": (o,)},
        )


def conv_transpose_cases():
    for h, w, c, o, k, s, p, extra in [
        (3, 4, 2, 3, 4, 2, 1, 0),
        (5, 3, 3, 1, 4, 2, 1, 0),
        (3, 4, 2, 3, 3, 1, 1, 0),
        (4, 3, 2, 3, 3, 2, 1, 1),
        (4, 3, 2, 3, 3, 2, 1, 0),
        (3, 2, 2, 2, 2, 2, 0, 0),
        (1, 1, 4, 2, 4, 1, 0, 0),
    ]:
        yield (
            f"conv-transpose-{h}x{w}-k{k}-s{s}-p{p}-o{extra}",
            "convTranspose",
            lambda x, weight, bias, k=k, s=s, p=p, e=extra: conv_transpose(x, weight, bias, k, s, p, e),
            {"kernel": k, "stride": s, "padding": p, "outputPadding": extra},
            {"x": (2, h, w, c), "weight": (k * k * c, o), "bias": (o,)},
        )


def norm_cases():
    for h, w, c, groups in [(3, 4, 8, 4), (5, 3, 6, 1), (2, 2, 4, 4)]:
        yield (
            f"group-norm-{h}x{w}x{c}-g{groups}",
            "groupNorm",
            lambda x, weight, bias, g=groups: group_norm(x, weight, bias, g),
            {"groups": groups, "epsilon": 1e-5},
            {"x": (2, h, w, c), "weight": (c,), "bias": (c,)},
        )
    for shape in [(5, 7), (2, 3, 8)]:
        yield (
            f"layer-norm-{'x'.join(map(str, shape))}",
            "layerNorm",
            lambda x, weight, bias: F.layer_norm(x, x.shape[-1:], weight, bias, 1e-5),
            {"epsilon": 1e-5},
            {"x": shape, "weight": shape[-1:], "bias": shape[-1:]},
        )


def elementwise_cases():
    yield "gelu-erf", "gelu", F.gelu, {"approximate": "none"}, {"x": FAR}
    yield "gelu-tanh", "gelu", lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"}, {"x": FAR}
    # torch's softplus turns linear above its threshold of 20; logaddexp has no such step
    yield "softplus", "softplus", lambda x: torch.logaddexp(x, torch.zeros_like(x)), {}, {"x": FAR}


def reduce_cases():
    yield "logsumexp-last", "logsumexp", lambda x: x.logsumexp(-1), {"axes": [1]}, {"x": (4, 5)}
    yield "logsumexp-first", "logsumexp", lambda x: x.logsumexp(0), {"axes": [0]}, {"x": (3, 2, 4)}
    rows = [[1e4, 1e4, 1e4], [-1e4, -1e4, -1e4], [-1e4, 0.0, 1e4], [3.0, 3.0, -50.0]]
    yield "logsumexp-far", "logsumexp", lambda x: x.logsumexp(-1), {"axes": [1]}, {"x": rows}
    for h, w, k, s in [(4, 6, 2, 2), (7, 5, 2, 2), (6, 6, 3, 3), (5, 5, 3, 1)]:
        yield (
            f"avg-pool-{h}x{w}-k{k}-s{s}",
            "avgPool",
            lambda x, k=k, s=s: avg_pool(x, k, s),
            {"kernel": k, "stride": s},
            {"x": (2, h, w, 3)},
        )


def save_ops(tensor_file, index_file, seed=11):
    generator = torch.Generator().manual_seed(seed)
    tensors, index = {}, []
    makers = (conv_cases, conv_transpose_cases, norm_cases, elementwise_cases, reduce_cases)
    for name, op, f, attributes, inputs in (case for maker in makers for case in maker()):
        leaves = {}
        for key, given in inputs.items():
            value = torch.randn(given, generator=generator) if isinstance(given, tuple) else torch.tensor(given)
            leaves[key] = value.double().requires_grad_()
        y = f(*leaves.values())
        dy = torch.randn(y.shape, generator=generator).double()
        (y * dy).sum().backward()
        case = leaves | {"y": y, "dy": dy} | {f"d{key}": leaf.grad for key, leaf in leaves.items()}
        tensors |= {f"{name}/{key}": value for key, value in case.items()}
        index.append({"name": name, "op": op, "attributes": attributes, "inputs": list(inputs)})
    lines = ",\n".join(f"  {json.dumps(case)}" for case in index)
    index_file.write_text(f"[\n{lines}\n]\n")
    save_tensors(tensor_file, tensors, {"cases": len(index), "seed": seed})
