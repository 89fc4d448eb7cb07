"""The group of torch.distributed, seen from one of its processes."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from torch import distributed

from sklearn_sparcs._losses import processes
from sklearn_sparcs._losses.processes import Processes, in_process_group


@pytest.fixture
def alone(tmp_path):
    """A group of one."""
    assert not in_process_group()
    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/group", rank=0, world_size=1
    )
    yield Processes()
    distributed.destroy_process_group()


def test_a_group_of_one(alone):
    assert in_process_group() and alone.leads and alone.size == 1
    assert alone.of_all("mine") == ["mine"]
    assert alone.from_first({"mine": 1}) == {"mine": 1}
    (found,) = alone.to_first(np.arange(3))
    assert_array_equal(found, np.arange(3))


def test_sums_leave_what_is_summed_alone(alone):
    given = torch.arange(6, dtype=torch.float64).reshape(2, 3).T, torch.tensor(2.0)
    found = alone.summed(given)
    for one, other in zip(found, given, strict=True):
        assert torch.equal(one, other) and one.dtype == other.dtype
        one.add_(1)
        assert not torch.equal(one, other)


def test_each_has_a_device_of_its_own():
    packed = processes._packed({"on": torch.device("cuda:1"), "at": torch.eye(2)})
    found = pickle.loads(packed)
    assert found["on"] == torch.device("cuda")
    assert torch.equal(found["at"], torch.eye(2))


def test_a_process_that_has_ended_is_named(alone, monkeypatch):
    def lost(*_):
        raise RuntimeError("Connection closed by peer")

    monkeypatch.setattr(distributed, "reduce", lost)
    with pytest.raises(ConnectionError, match="A process of the group has ended"):
        alone.summed((torch.ones(1),))
