"""Gradients and losses of the bench networks in PyTorch, float32 beside float64: called by training-correctness.ts.

Usage: training-correctness.py NETWORK SIDE BATCH DIRECTORY STEPS LEARNING_RATE THREADS SEED
Writes to DIRECTORY: weights (f32), inputs x and labels y, gradients of float64 (as f64), and result.json with PyTorch's
own global relative error in float32 and its losses over the steps.
"""
import json
import os
import sys

import numpy as np
import torch
from torch import nn

arguments = sys.argv[1:]
sys.argv = [sys.argv[0], sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[7], "0"]
exec(open(os.path.join(os.path.dirname(__file__), "training-torch.py")).read().split("milliseconds = []")[0])

directory, steps, rate = arguments[3], int(arguments[4]), float(arguments[5])
generator = torch.Generator().manual_seed(int(arguments[7]))
x = torch.randn(shape, generator=generator)
y = torch.randint(0, 8 if network == "mlp" else 2, (batch,), generator=generator)
for name, values in [("x", x.numpy()), ("y", y.numpy().astype(np.int32))]:
    values.tofile(os.path.join(directory, name))
names = [[name, list(value.shape)] for name, value in net.state_dict().items() if "num_batches" not in name]
for name, _ in names:
    net.state_dict()[name].numpy().tofile(os.path.join(directory, "w." + name))


def gradients(model, data):
    model.zero_grad()
    nn.functional.cross_entropy(model(data), y).backward()
    return {name: value.grad.detach().double().numpy().copy() for name, value in model.named_parameters()}


start = {name: value.clone() for name, value in net.state_dict().items()}
single = gradients(net, x)
net.load_state_dict(start)
net.double()
exact = gradients(net, x.double())
net.float()
net.load_state_dict(start)
for name, values in exact.items():
    values.tofile(os.path.join(directory, "g." + name))
difference = sum(((single[name] - exact[name]) ** 2).sum() for name in exact)
size = sum((values**2).sum() for values in exact.values())
optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.0)
losses = []
for _ in range(steps):
    optimiser.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    losses.append(loss.item())
json.dump({"error": float((difference / size) ** 0.5), "losses": losses, "names": names}, open(os.path.join(directory, "result.json"), "w"))
