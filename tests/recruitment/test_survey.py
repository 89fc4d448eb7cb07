"""A survey: who is credited with what, who pays, and who is significant."""

import numpy as np
import torch
from helpers.networks import random_network
from numpy.testing import assert_allclose

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._recruitment.survey import _drawn, survey


def test_whole_number_weights_are_repeated_samples():
    net, _ = random_network((20,), (2,))
    generator = torch.Generator().manual_seed(5)
    draw = {"generator": generator, "dtype": torch.float64}
    x = torch.randn(60, 3, **draw)
    data = TrainingData(x, torch.randn(60, 2, **draw) + x[:, :2].abs(), None)
    counts = torch.randint(1, 4, (60,), generator=torch.Generator().manual_seed(1))
    index = torch.arange(60).repeat_interleave(counts)
    repeated = TrainingData(data.x[index], data.y[index], None)
    mean = float(counts.double().mean())
    weighted = TrainingData(data.x, data.y, counts.double() / mean, mean)
    found, expected = (
        survey(net, d, SquaredError(), [0], torch.Generator().manual_seed(0))[0]
        for d in (weighted, repeated)
    )
    for o in range(2):
        assert_allclose(found.gains[o], expected.gains[o], atol=1e-12)
        assert_allclose(found.noise[o], expected.noise[o], rtol=1e-9)


def test_only_what_pays_and_is_significant_wakes():
    generator = torch.Generator().manual_seed(0)
    net, _ = random_network((50,), (0,), n_outputs=1)
    x = torch.randn(500, 3, generator=generator, dtype=torch.float64)
    net.start_at(torch.zeros(1, 4, dtype=torch.float64))

    def recruits(y, alpha, n_errors):
        (found,) = survey(
            net,
            TrainingData(x, y, None),
            SquaredError(),
            [0],
            torch.Generator().manual_seed(0),
        )
        return found.best(SparseGroupPenalty(alpha), n_errors)

    signal = x[:, :1].abs() - x[:, :1].abs().mean()
    noise = torch.randn(500, 1, generator=generator, dtype=torch.float64)
    noise -= (
        torch.from_numpy(np.column_stack([x, np.ones(500)]))
        @ torch.linalg.lstsq(
            torch.nn.functional.pad(x, (0, 1), value=1.0), noise
        ).solution
    )
    assert recruits(signal, 0.01, 2.0) is not None
    assert recruits(signal, 10.0, 0.0) is None  # does not pay
    assert recruits(noise, 0.001, 0.0) is not None  # pays on these samples …
    assert recruits(noise, 0.001, 2.0) is None  # … by chance
    best = recruits(signal, 0.01, 2.0)
    assert len(best.indices) == 2 and best.rates[0] >= best.rates[1]
    assert_allclose(torch.cat(best.outgoing).norm(dim=0), 1.0)


def test_samples_are_drawn_as_often_as_they_count():
    count = torch.tensor([1.0, 3.0, 0.5, 1.5])
    found = _drawn(60_000, count, 4, torch.Generator().manual_seed(0))
    assert_allclose(found.bincount() / 10_000, count, rtol=0.03)
    found = _drawn(60_000, 1.0, 4, torch.Generator().manual_seed(0))
    assert_allclose(found.bincount() / 15_000, 1.0, rtol=0.03)
