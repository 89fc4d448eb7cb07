"""Grow a head in processes that train together, each on its own batches.

    torchrun --nproc-per-node=2 examples/together/grow_head.py

In all processes the same neurons wake. As parameters have other shapes then,
DistributedDataParallel wraps the network anew.
"""

import os

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth

STEPS, BATCH = 400, 64


def batch_of(generator, device):
    x = torch.randn(BATCH, 5, generator=generator)
    y = x[:, :1].abs() + x[:, 1:2].relu()
    return x.to(device), y.to(device)


def main():
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    rank = distributed.get_rank()
    generator = torch.Generator().manual_seed(rank)
    body = nn.Linear(5, 6)
    net = nn.Sequential(body, GrowingSpectralNetwork(6, (8,), 1)).to(device)
    ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    wrapped = DistributedDataParallel(net)  # all begin as the first does
    ema.module.load_state_dict(net.state_dict())
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    options = {"alpha": 1e-3, "generator": generator}
    with Growth(net[1], optimizer, averages=[ema.module[1]], **options) as growth:
        for _ in range(STEPS):
            x, y = batch_of(generator, device)
            optimizer.zero_grad()
            loss = (wrapped(x) - y).square().mean()
            loss.backward()
            optimizer.step()
            growth.step()
            if growth.restructured:
                wrapped = DistributedDataParallel(net)
            ema.update_parameters(net)
    length = torch.cat([p.detach().ravel() for p in ema.parameters()]).norm()
    loss = loss.detach()
    print(
        f"process {rank}: {net[1].n_live} neurons, loss {loss:.3f} of its last batch, "
        f"averaged weights of length {length:.6f}",
        flush=True,
    )
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
