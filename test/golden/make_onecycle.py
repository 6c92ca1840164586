"""Writes onecycle.json: rates of PyTorch's OneCycleLR and CosineAnnealingLR at every step. Run: python make_onecycle.py"""

import json
import pathlib

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR


def rates(count, make):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.02)
    scheduler = make(optimizer)
    values = [optimizer.param_groups[0]["lr"]]
    for _ in range(count - 1):
        optimizer.step()
        scheduler.step()
        values.append(optimizer.param_groups[0]["lr"])
    return values


def onecycle(total, rise=0.3, start=25.0, end=1e4):
    options = {"max_lr": 0.004, "total_steps": total, "cycle_momentum": False}
    options |= {"pct_start": rise, "div_factor": start, "final_div_factor": end}
    return {
        "options": {"learningRate": 0.004, "riseShare": rise, "startDivisor": start, "endDivisor": end},
        "rates": rates(total, lambda optimizer: OneCycleLR(optimizer, **options)),
    }


golden = {
    "torch": torch.__version__,
    "onecycle": [onecycle(2), onecycle(7), onecycle(37), onecycle(100), onecycle(50, 0.1, 10.0, 100.0), onecycle(20, 1.0)],
    "cosine": {
        "options": {"learningRate": 0.02},
        "rates": rates(40, lambda optimizer: CosineAnnealingLR(optimizer, T_max=40)),
    },
}
pathlib.Path(__file__).with_name("onecycle.json").write_text(json.dumps(golden, indent=1) + "\n")
