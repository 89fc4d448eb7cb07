"""
A head that grows on a network of your own
==========================================

The classifier at the end of a convolutional network is usually a linear layer. A
:class:`~sklearn_sparcs.nn.GrowingSpectralNetwork` in its place starts as that layer and
wakes hidden neurons only if the loss asks for them. Here skorch trains the whole, and
:class:`~sklearn_sparcs.nn.GrowthCallback` sees to the rest.
"""

# %%
# A small convolutional network for 8 × 8 digits, its head apart.

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from skorch import NeuralNetClassifier
from torch import nn

from sklearn_sparcs.nn import GrowingSpectralNetwork, GrowthCallback


class Digits(nn.Module):
    """One convolution of two channels, then a head that is linear, or may grow."""

    def __init__(self, grows=False):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()
        )
        self.head = (
            GrowingSpectralNetwork(32, (100,), 10) if grows else nn.Linear(32, 10)
        )

    def forward(self, x):
        """Scores of the ten digits."""
        return self.head(self.features(x))


X, y = load_digits(return_X_y=True)
X = (X / 8 - 1).reshape(-1, 1, 8, 8).astype("float32")
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

# %%
# The same training with either head. ``alpha`` is the price of a neuron in units of the
# loss, so the callback's is the only parameter to choose.


def trained(seed, *callbacks, **parameters):
    """A fitted skorch classifier."""
    torch.manual_seed(seed)
    net = NeuralNetClassifier(
        Digits,
        **parameters,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.005,
        max_epochs=40,
        batch_size=100,
        train_split=None,
        callbacks=list(callbacks),
        verbose=0,
    )
    return net.fit(X_train, y_train)


linear = [trained(seed) for seed in range(3)]
growing = [
    trained(
        seed,
        GrowthCallback("head", alpha=1e-3, random_state=seed),
        module__grows=True,
    )
    for seed in range(3)
]
for name, nets in (("linear", linear), ("SPARCS", growing)):
    scores = [net.score(X_test, y_test) for net in nets]
    print(f"{name} head: accuracy", " ".join(f"{score:.3f}" for score in scores))
print("live neurons:", [net.history[-1, "n_live"] for net in growing])

# %%
# Neurons wake while the rest of the network learns.

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
for name, color, nets in (("linear", "C0", linear), ("SPARCS", "C1", growing)):
    loss = np.mean([net.history[:, "train_loss"] for net in nets], axis=0)
    axes.plot(loss, label=f"loss, {name} head", color=color)
axes.set(xlabel="epoch", ylabel="training loss", yscale="log")
neurons = axes.twinx()
n_live = np.mean([net.history[:, "n_live"] for net in growing], axis=0)
neurons.plot(n_live, ":", color="C1", label="live neurons")
neurons.set_ylabel("live hidden neurons")
figure.legend(loc="outside upper center", ncols=3)
plt.show()

# %%
# What is kept is an ordinary module, with a weight of its own on every link.

small = growing[0].module_.head.to_direct()
print(sorted(small.coefs), sum(p.numel() for p in small.parameters()), "weights")
