"""CIFAR-10: a minimal CNN with three heads (appendix F.1, figures 16, 17, table 1).

The same convolutions, seeds, batches and epochs, with a linear head; with the paper's
own, a spectral one whose 526 hidden neurons are there from the start, ℓ1 on their
eigenvalues in the loss, the input's fixed at zero, the output's trained; and with a
head that grows, of at most 526.

The paper trains for 300 epochs on a GPU, to 68.2 and 73.9 %; this runs fewer, on one
core. For all heads images are mirrored at random, and batches shifted by up to four
pixels, which the paper does not mention: else the larger model learns the training
images by heart in ten epochs. Each model has a process of its own, so that its peak
memory is its own.
"""

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from multiprocessing import get_context

import numpy as np
import torch
from common import Report, command_line
from images import HELP, load
from torch import nn
from torch.nn import functional as F

from sklearn_sparcs import EigenvalueDisplay
from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth, SpectralNetwork

EPOCHS, SEEDS, BATCH, LEARNING_RATE, SHIFT = 10, (0,), 128, 1e-3, 4
ALPHA, MAX_NEURONS, CHANNELS = 1e-4, 526, (16, 32)
#: The heads, and how they are drawn.
HEADS = {"linear": "tab:blue", "paper's": "tab:green", "growing": "tab:orange"}
#: From here on an eigenvalue counts, as in the authors' notebook.
ACTIVE = 1e-3


def features():
    """Convolution, batch normalisation, ReLU and max pooling, per stage."""
    layers, n_in, side = [], 3, 32
    for n_out in CHANNELS:
        layers += [
            nn.Conv2d(n_in, n_out, 3, padding=1),
            nn.BatchNorm2d(n_out),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        n_in, side = n_out, side // 2
    return nn.Sequential(*layers, nn.Flatten()), n_in * side**2


def model(head, seed):
    """The network, its head apart; the same features for every head."""
    torch.manual_seed(seed)
    body, n_features = features()
    if head == "linear":
        return body, nn.Linear(n_features, 10)
    kind = SpectralNetwork if head == "paper's" else GrowingSpectralNetwork
    return body, kind(n_features, (MAX_NEURONS,), 10)


def scaled(images):
    """From bytes to about −2 … 2."""
    return (images.float() / 255 - 0.5) / 0.25


def varied(images, generator):
    """Every second image or so mirrored; all shifted alike, by up to four pixels."""
    draw = {"generator": generator}
    mirrored = torch.rand(len(images), **draw) < 0.5
    images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    down, right = torch.randint(2 * SHIFT + 1, (2,), **draw).tolist()
    padded = F.pad(images, (SHIFT,) * 4, mode="reflect")
    return padded[:, :, down : down + 32, right : right + 32]


@torch.no_grad()
def accuracies(body, heads, images, labels):
    """Share of images that are classified right with each of the heads."""
    body.eval()
    right = np.zeros(len(heads))
    for x, y in zip(images.split(BATCH), labels.split(BATCH), strict=True):
        signals = body(scaled(x))
        right += [int((head(signals).argmax(dim=1) == y).sum()) for head in heads]
    body.train()
    return (right / len(labels)).tolist()


def cut(head):
    """A copy whose hidden neurons are all asleep (the paper's red curve)."""
    copy = deepcopy(head)
    copy.prune(float("inf"))
    return copy


def eigenvalues(head):
    """Of the hidden layer, the neurons that a growing head does not hold at zero."""
    lam = head.lam[0].detach().numpy()
    return np.pad(lam, (0, MAX_NEURONS - len(lam)))


def tested(body, head, test):
    """A row of an epoch: what the network can do, and what its neurons are."""
    if isinstance(head, nn.Linear):
        return {"accuracy": accuracies(body, [head], *test)[0]}
    whole, without = accuracies(body, [head, cut(head)], *test)
    active = int((np.abs(eigenvalues(head)) >= ACTIVE).sum())
    return {"accuracy": whole, "cut": without, "active": active}


def peak_memory():
    """Of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(name, seed, n_epochs, n_images, data):
    """Train one model; a row an epoch, and what it cost."""
    torch.set_num_threads(1)
    train, test = (load(data, part, n_images) for part in ("train", "test"))
    body, head = model(name, seed)
    network = nn.Sequential(body, head).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    order = torch.Generator().manual_seed(seed)
    growing = isinstance(head, GrowingSpectralNetwork)
    growth = Growth(head, optimizer, alpha=ALPHA) if growing else None
    before, seconds, epochs = peak_memory(), 0.0, []
    for epoch in range(n_epochs):
        started = time.process_time()
        loss = train_epoch(network, optimizer, growth, train, order)
        seconds += time.process_time() - started
        epochs.append({"epoch": epoch + 1, "loss": loss, **tested(body, head, test)})
        print(f"{name} {seed}: {epochs[-1]} after {seconds:.0f} s", flush=True)
    linear = isinstance(head, nn.Linear)
    return {
        "head": name,
        "seed": seed,
        "epochs": epochs,
        "seconds": seconds,
        "megabytes": peak_memory() - before,
        "n_parameters": sum(p.numel() for p in network.parameters()),
        "eigenvalues": [] if linear else eigenvalues(head).tolist(),
        "output eigenvalues": [] if linear else head.spectrum()[0][-1].tolist(),
    }


def train_epoch(network, optimizer, growth, train, generator):
    """Every image once; the mean data loss."""
    images, labels = train
    losses = []
    for rows in torch.randperm(len(labels), generator=generator).split(BATCH):
        x = varied(scaled(images[rows]), generator)
        x = x.contiguous(memory_format=torch.channels_last)
        loss = F.cross_entropy(network(x), labels[rows])
        optimizer.zero_grad()
        (loss + penalty(network[-1])).backward()
        optimizer.step()
        if growth is not None:
            growth.step()
        losses.append(loss.detach())
    return float(torch.stack(losses).mean())


def penalty(head):
    """ρ Σ|λ| of the paper's head; a growing one gets it from `Growth`."""
    if not isinstance(head, SpectralNetwork):
        return 0.0
    return ALPHA * sum(lam.abs().sum() for lam in head.penalized_eigenvalues())


def curves(runs):
    """Accuracy against epochs, as figure 16 has it, and neurons that count."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for head, color in HEADS.items():
        lines = [("accuracy", left, "-"), ("cut", left, ":"), ("active", right, "-")]
        for column, ax, style in lines if head != "linear" else lines[:1]:
            label = f"{head}, neurons cut" if column == "cut" else f"{head} head"
            mean = series(runs, head, column).mean(axis=0)
            epochs = np.arange(1, len(mean) + 1)
            ax.plot(epochs, mean, style, color=color, label=label)
    left.set(xlabel="epoch", ylabel="accuracy on test images")
    right.set(xlabel="epoch", ylabel=f"neurons of {MAX_NEURONS}: |λ| ≥ {ACTIVE}")
    for ax in (left, right):
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def histograms(runs):
    """Eigenvalues of the hidden layer and of the output (figures 17a and 17b)."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    spectral = [r for r in runs if r["eigenvalues"]]
    labels = [f"{r['head']}, seed {r['seed']}" for r in spectral]
    panels = {"eigenvalues": "hidden layer", "output eigenvalues": "output"}
    for ax, (which, title) in zip(axes, panels.items(), strict=True):
        shown = [np.array(r[which]) for r in spectral]
        EigenvalueDisplay(shown, labels).plot(ax)
        ax.set_title(title)
    return figure


def series(runs, head, column):
    """(runs, epochs) of one column."""
    return np.array(
        [[row[column] for row in r["epochs"]] for r in runs if r["head"] == head]
    )


def ask(report, runs):
    """Hold the heads against what the paper says of them."""
    final = {head: series(runs, head, "accuracy")[:, -1].mean() for head in HEADS}
    for head in ("paper's", "growing"):
        gain = float(final[head] - final["linear"])
        report.ask(f"{head} head: better than the linear one", gain, gain > 0)
        share = float(series(runs, head, "active")[:, -1].mean() / MAX_NEURONS)
        report.ask(f"{head} head: less than half its neurons", share, share < 0.5)
        first = series(runs, head, "accuracy")[:, 0] - series(runs, head, "cut")[:, 0]
        apart = float(first.mean())
        report.ask(f"{head} head: no worse cut, first epoch", apart, apart < 0.02)


def main():
    arguments = command_line(__doc__, data=HELP)
    report = Report("cifar10", arguments)
    n_epochs, seeds, n_images = EPOCHS, SEEDS, None
    if arguments.quick:
        n_epochs, seeds, n_images = 2, SEEDS[:1], 2000
    # a fresh process each, so that its peak memory is the model's own
    processes = ProcessPoolExecutor(
        arguments.jobs, get_context("spawn"), max_tasks_per_child=1
    )
    with processes:
        started = [
            processes.submit(run, head, seed, n_epochs, n_images, arguments.data)
            for seed in seeds
            for head in HEADS
        ]
        runs = [future.result() for future in started]
    columns = ["head", "seed", "accuracy", "n_parameters", "seconds", "megabytes"]
    report.table(columns, [{**r["epochs"][-1], **r} for r in runs])
    ask(report, runs)
    report.picture(curves(runs), "curves")
    report.picture(histograms(runs), "eigenvalues")
    report.write(runs=runs, n_epochs=n_epochs)


if __name__ == "__main__":
    main()
