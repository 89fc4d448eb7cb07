"""Fit one table whose rows lie in several processes, and compare with one machine.

    torchrun --nproc-per-node=2 examples/together/fit_table.py

Each process makes rows of its own. With GPUs each takes one, and sums travel by NCCL.
"""

import os

import numpy as np
import torch
from sklearn.datasets import make_friedman1
from torch import distributed

from sklearn_sparcs import SparcsRegressor as OneMachine
from sklearn_sparcs.distributed import SparcsRegressor

ROWS = 300
OPTIONS = {"hidden_layer_sizes": (8,), "alpha": 0.02, "random_state": 0}


def rows_of(rank):
    """The part of the table that a process has."""
    return make_friedman1(ROWS, noise=1.0, random_state=rank)


def main():
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    rank, size = distributed.get_rank(), distributed.get_world_size()
    X, y = rows_of(rank)
    model = SparcsRegressor(**OPTIONS, device=device).fit(X, y)
    everything = [rows_of(k) for k in range(size)]
    whole = [np.concatenate(each) for each in zip(*everything, strict=True)]
    apart = np.abs(model.predict(X) - OneMachine(**OPTIONS).fit(*whole).predict(X))
    found, score = model.active_architecture_, model.score(X, y)
    print(
        f"process {rank} of {size}: {found}, R² {score:.3f} of its own rows, "
        f"{apart.max():.0e} apart from one machine",
        flush=True,
    )
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
