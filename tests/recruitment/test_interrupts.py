"""Ctrl-C at any line of `Growth`: what trains goes on training afterwards."""

import pytest
import torch
from helpers.interrupts import InterruptedAt
from torch.optim.swa_utils import AveragedModel

from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth


class Training:
    """A network in which every third step wakes neurons, or takes some out."""

    def __init__(self):
        generator = torch.Generator().manual_seed(0)
        self.x = torch.randn(64, 3, generator=generator)
        self.y = self.x[:, :2].abs().sum(dim=1, keepdim=True)
        self.net = GrowingSpectralNetwork(3, (6, 5), 1, generator=generator)
        self.ema = AveragedModel(self.net)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=0.03)
        self.growth = Growth(
            self.net,
            self.optimizer,
            alpha=0.15,
            interval=3,
            min_significance=0,
            averages=[self.ema.module],
            generator=generator,
        )

    def steps(self, n):
        for _ in range(n):
            self.optimizer.zero_grad()
            (self.net(self.x) - self.y).square().mean().backward()
            self.optimizer.step()
            self.growth.step()
            self.ema.update_parameters(self.net)

    def agrees(self):
        """Whether optimiser and average are of the network as it is."""
        parameters = self.net.structure()
        average = [p.shape for p in self.ema.module.structure()]
        return average == [p.shape for p in parameters] and all(
            kept.shape == p.shape
            for p in parameters
            for kept in self.optimizer.state.get(p, {}).values()
            if kept.ndim
        )


@pytest.mark.parametrize("before", [0, 3], ids=["waking", "leaving"])
def test_training_goes_on(before):
    whole = Training()
    whole.steps(before)
    with InterruptedAt(0) as lines:
        whole.steps(3)
    n_lines = -lines.left
    for k in range(n_lines, 0, -n_lines // 25):
        training = Training()
        training.steps(before)
        with pytest.raises(KeyboardInterrupt), InterruptedAt(k):
            training.steps(3)
        assert training.agrees()
        torch.set_grad_enabled(True)  # torch's own blocks may be cut short as well
        training.steps(4)
        assert training.agrees()
        assert training.net(training.x).isfinite().all()
