"""Writes adam.json: parameters after each of 5 steps of PyTorch's Adam and AdamW. Run: python make_adam.py"""

import json
import pathlib

import torch

torch.manual_seed(7)
start = torch.tensor([0.0, 1.0, -1.0, 0.5, 1e-3, -2.5, 30.0, 1e-20, 7.0, -0.1])
gradients = torch.randn(5, 10)
gradients[:, 2] = 0  # a dead parameter
gradients[:, 6] *= 1e4
gradients[:, 7] *= 1e-12
settings = {"learningRate": 4e-3, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}


def run(optimizer, weight_decay):
    p = start.clone().requires_grad_()
    betas = (settings["beta1"], settings["beta2"])
    step = optimizer([p], settings["learningRate"], betas, settings["epsilon"], weight_decay, foreach=False)
    values = []
    for gradient in gradients:
        p.grad = gradient.clone()
        step.step()
        values.append(p.detach().tolist())
    state = step.state[p]
    return {"weightDecay": weight_decay, "values": values, "m": state["exp_avg"].tolist(), "v": state["exp_avg_sq"].tolist()}


golden = {
    "torch": torch.__version__,
    "settings": settings,
    "start": start.tolist(),
    "gradients": gradients.tolist(),
    "adam": run(torch.optim.Adam, 0.0),
    "adamw": run(torch.optim.AdamW, 0.01),
}
pathlib.Path(__file__).with_name("adam.json").write_text(json.dumps(golden, indent=1) + "\n")
