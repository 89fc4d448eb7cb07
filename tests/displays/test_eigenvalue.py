"""`EigenvalueDisplay`: histograms against counts by hand."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs import EigenvalueDisplay
from sklearn_sparcs.nn import GrowingSpectralNetwork, SpectralNetwork

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def heights(bars):
    return [int(height) for height in bars.datavalues]


def test_histograms_by_hand():
    lam = [np.array([0.0, 0.0, -0.2, 1.0]), np.array([0.7, 0.0])]
    display = EigenvalueDisplay(lam, ["a", "b"]).plot(bins=5)
    a, b = display.bars_
    assert heights(a) == [2, 0, 1, 0, 0, 1]  # zeros, then [0, 0.2), … [0.8, 1]
    assert heights(b) == [1, 0, 0, 0, 1, 0]
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["a: 2 of 4 are zero", "b: 1 of 2 are zero"]
    assert display.ax_.get_xticklabels()[0].get_text() == "zero"
    starts = [bar.get_x() for bar in a]
    assert_allclose(np.diff(starts[1:]), 0.2)
    ends = [bar.get_x() + bar.get_width() for bar in b]
    assert starts[1] >= 0 and ends[-1] <= 1 and ends[0] < 0


def test_eigenvalues_of_an_estimator(shallow):
    model, *_ = shallow
    display = EigenvalueDisplay.from_estimator(model)
    n_live = model.active_architecture_.n_hidden
    assert display.labels == ["hidden 1"]
    (bars,) = display.bars_
    assert heights(bars)[0] == 20 - n_live
    assert sum(heights(bars)[1:]) == n_live
    both = EigenvalueDisplay.from_estimator(model, output=True)
    assert both.labels == ["hidden 1", "output"]
    zeros, *others = heights(both.bars_[1])
    assert (zeros, sorted(others)) == (0, [0] * 19 + [1])


def test_eigenvalues_of_a_cross_validation(cross_validated):
    display = EigenvalueDisplay.from_estimator(cross_validated)
    for shown, lam in zip(
        display.eigenvalues, cross_validated.eigenvalues_[1:-1], strict=True
    ):
        assert_array_equal(shown, lam)


def test_eigenvalues_of_a_network():
    network = SpectralNetwork(3, (4, 2), 2, input_eigenvalues=True)
    assert EigenvalueDisplay.from_network(network).labels == ["hidden 1", "hidden 2"]
    with torch.no_grad():
        network.input_lam[1] = 0.5
        network.lam[0].fill_(0.25)
    display = EigenvalueDisplay.from_network(network, bins=2)
    assert display.labels == ["input", "hidden 1", "hidden 2"]
    assert [heights(bars) for bars in display.bars_] == [
        [3, 0, 1],
        [0, 0, 4],
        [2, 0, 0],
    ]


def test_eigenvalues_of_a_network_that_grows():
    network = GrowingSpectralNetwork(3, (5,), 2)
    tensors = [torch.ones(2, 4), torch.ones(2, 6), torch.tensor([-1.0, 0.4])]
    network.restructure(tensors, [torch.tensor([3, 0])])
    display = EigenvalueDisplay.from_network(network, bins=2)
    assert_array_equal(display.eigenvalues[0], np.float32([0.4, 0, 0, -1, 0]))
    assert heights(display.bars_[0]) == [3, 1, 1]


def test_eigenvalues_bad_input():
    network = SpectralNetwork(3, (), 2)
    with pytest.raises(ValueError, match="output=True"):
        EigenvalueDisplay.from_network(network)
    assert EigenvalueDisplay.from_network(network, output=True).labels == ["output"]
    with pytest.raises(ValueError, match="bins must be a positive"):
        EigenvalueDisplay.from_network(network, output=True, bins=0)
