"""How far float32 takes the values before each rectifier of a bench network from float64: called by training-rounding.ts.

Usage: training-rounding.py NETWORK SIDE BATCH DIRECTORY THREADS
Writes to DIRECTORY: weights and the batch x (f32), the exact values before rectifier K as K.values (f64), and result.json with PyTorch's
own distances (standard deviation of the difference over that of the values) and its names.
"""
import json
import os
import sys

import numpy as np
import torch
from torch import nn

network, side, batch, directory, threads = sys.argv[1:6]
sys.argv = [sys.argv[0], network, side, batch, threads, "0"]
exec(open(os.path.join(os.path.dirname(__file__), "training-torch.py")).read().split("milliseconds = []")[0])

x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
x.numpy().tofile(os.path.join(directory, "x"))
names = [[name, list(value.shape)] for name, value in net.state_dict().items() if "num_batches" not in name]
for name, _ in names:
    net.state_dict()[name].numpy().tofile(os.path.join(directory, "w." + name))

seen = []
rectify = torch.Tensor.relu_


def recording(values):
    seen.append(values.detach().double().numpy().copy())
    return rectify(values)


torch.Tensor.relu_ = recording
for module in net.modules():
    if isinstance(module, nn.ReLU):
        module.forward = recording


def before_rectifiers(data):
    seen.clear()
    with torch.no_grad():
        net(data)
    return list(seen)


start = {name: value.clone() for name, value in net.state_dict().items()}
single = before_rectifiers(x)
net.load_state_dict(start)
net.double()
exact = before_rectifiers(x.double())
for place, values in enumerate(exact):
    values.tofile(os.path.join(directory, f"{place}.values"))
distances = [float((a - b).std() / b.std()) for a, b in zip(single, exact)]
json.dump({"distances": distances, "names": names}, open(os.path.join(directory, "result.json"), "w"))
