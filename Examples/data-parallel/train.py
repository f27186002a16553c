"""A small network, trained alone or data-parallel by as many processes as the environment names.

Each step takes the same 64 rows, shared out among the processes; their gradients are averaged. So the loss is that of one
process, whatever their number is, up to the order of sums.
"""

import os
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

ROWS, BATCH, STEPS = 2048, 64, 40
rank = int(os.environ.get("RANK", 0))
processes = int(os.environ.get("WORLD_SIZE", 1))
if processes > 1:
    # Where they meet stands in MASTER_ADDR and MASTER_PORT.
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
device = torch.device("cpu")
if torch.cuda.is_available():
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))

torch.manual_seed(7)
inputs = torch.randn(ROWS, 16)
targets = torch.tanh(inputs @ torch.randn(16, 1) / 4) + 0.1 * torch.randn(ROWS, 1)
model: nn.Module = nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, 1)).to(device)
if processes > 1:
    model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

if rank == 0:
    import mlflow

    mlflow.log_params({"processes": processes, "global_batch": BATCH})
for step in range(STEPS):
    rows = torch.arange(step * BATCH, (step + 1) * BATCH) % ROWS
    mine = rows[rank::processes]
    loss = nn.functional.mse_loss(model(inputs[mine].to(device)), targets[mine].to(device))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    mean = loss.detach().clone()
    if processes > 1:
        dist.all_reduce(mean)
        mean /= processes
    if rank == 0:
        mlflow.log_metric("loss", mean.item(), step=step)
print(f"process {rank} of {processes} is done")
if processes > 1:
    # Nobody leaves while another still waits for its part.
    dist.barrier()
    # Tearing the group down now and then aborts a process on CPUs (gloo's threads), when all is done.
    sys.stdout.flush()
    os._exit(0)
