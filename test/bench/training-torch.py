"""One training step of the bench networks in PyTorch: prints JSON {milliseconds: [...], cpuMilliseconds, peakMegabytes}.

Usage: training-torch.py NETWORK SIDE BATCH THREADS STEPS    (called by training.ts)
"""
import json
import resource
import sys
import time

import torch
from torch import nn

network, side, batch, threads, steps = sys.argv[1], *map(int, sys.argv[2:6])
torch.set_num_threads(threads)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.way = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.way = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu_()))
        return (y + self.way(x)).relu_()


def resnet18():
    layers = [nn.Conv2d(1, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(True), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [Block(inputs, outputs, stride), Block(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 2))


def cnn4():
    layers, inputs = [], 1
    for outputs in (16, 32, 64, 64):
        layers += [nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True), nn.MaxPool2d(2)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 2))


def mlp():
    layers, sizes = [], [376, 512, 256, 128, 64]
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.Linear(64, 8))


net = {"resnet18": resnet18, "cnn4": cnn4, "mlp": mlp}[network]()
shape = (batch, 376) if network == "mlp" else (batch, 1, side, side)
x, y = torch.randn(shape), torch.randint(0, 2, (batch,))
optimiser = torch.optim.AdamW(net.parameters(), lr=1e-5, weight_decay=0.05)
milliseconds = []
for step in range(steps):
    if step == 2:
        cpu = time.process_time()
    start = time.perf_counter()
    optimiser.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    milliseconds.append(1000 * (time.perf_counter() - start))
cpu = 1000 * (time.process_time() - cpu) / (steps - 2)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"milliseconds": milliseconds, "cpuMilliseconds": cpu, "peakMegabytes": peak}))
