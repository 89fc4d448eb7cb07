"""The running mean of a vector, by hand."""

import pytest
import torch
from numpy.testing import assert_allclose

from sklearn_sparcs._growth.running_mean import DECAY, RunningMean


def test_it_moves_by_a_share_of_the_way():
    mean = RunningMean(torch.tensor([1.0, 2.0]))
    for present in ([2.0, 2.0], [2.0, 0.0]):
        mean.update(torch.tensor(present))
    rest = DECAY**2
    assert_allclose(mean.value, [2 - rest, 2 * DECAY], rtol=1e-6)


def test_it_starts_as_a_copy():
    start = torch.ones(2)
    mean = RunningMean(start)
    start.zero_()
    assert_allclose(mean.value, 1)


def test_it_lends_itself_and_gives_back_whatever_happens():
    mean, present = RunningMean(torch.ones(2)), torch.tensor([3.0, 4.0])
    with pytest.raises(KeyboardInterrupt), mean.in_place_of(present):
        assert_allclose(present, 1)
        raise KeyboardInterrupt
    assert_allclose(present, [3, 4])


def test_it_follows_a_change_of_shapes():
    tensors = [torch.zeros(2, 2), torch.zeros(3)]
    mean = RunningMean(torch.arange(7.0))
    mean.rewrite(lambda parts: [parts[0][:, 1:], parts[1]], tensors)
    assert_allclose(mean.value, [1, 3, 4, 5, 6])
