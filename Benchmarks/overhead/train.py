"""A training of a small network, as one writes it; prints its seconds.

The rows are made here. Time counts from the first step to the last, after one epoch that warms up.
"""

import json
import sys
import time

import torch

torch.manual_seed(1)
torch.set_num_threads(2)
rows, features = 20_000, 64
x = torch.randn(rows, features)
y = torch.sin(x @ torch.randn(features, 1)) + 0.1 * torch.randn(rows, 1)
network = torch.nn.Sequential(
    torch.nn.Linear(features, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256), torch.nn.ReLU(),
    torch.nn.Linear(256, 1))
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)


def epoch():
    order = torch.randperm(rows)
    total = 0.0
    for batch in order.split(200):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(network(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / rows


epoch()
started = time.perf_counter()
losses = []
for number in range(int(sys.argv[1])):
    losses.append(epoch())
    print(f"epoch {number} loss {losses[-1]:.5f}", flush=True)
print(json.dumps({"seconds": time.perf_counter() - started, "loss": losses[-1]}), flush=True)
