"""Prediction of the bench's ResNet-18 in PyTorch: prints JSON {milliseconds, cpuMilliseconds}, the least of its runs.

Usage: prediction-torch.py SIDE BATCH THREADS RUNS    (called by prediction.ts)
"""
import json
import os
import sys
import time

import torch

side, batch, threads, runs = map(int, sys.argv[1:5])
sys.argv = [sys.argv[0], "resnet18", str(side), str(batch), str(threads), "0"]
exec(open(os.path.join(os.path.dirname(__file__), "training-torch.py")).read().split("milliseconds = []")[0])
net.eval()
walls, cpus = [], []
with torch.inference_mode():
    for _ in range(runs):
        start, cpu = time.perf_counter(), time.process_time()
        net(x)
        walls.append(1000 * (time.perf_counter() - start))
        cpus.append(1000 * (time.process_time() - cpu))
print(json.dumps({"milliseconds": min(walls), "cpuMilliseconds": min(cpus)}))
