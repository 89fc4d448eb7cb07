"""Steps by hand."""

import pytest

from sklearn_sparcs._first_order.step_sizes import (
    eigenvalue_rate,
    learning_rate,
    quietness,
)


@pytest.mark.parametrize(
    ("n_samples", "quiet", "step", "rate"),
    [
        (200, 1.0, 0.01, 1.0),
        (400, 1.0, 0.01, 1.0),
        (401, 2 / 3, 0.02 / 3, 4 / 9),
        (800, 0.5, 0.005, 0.3),
        (10**6, 2 / 5000, 0.005, 0.3),
    ],
)
def test_more_batches_make_shorter_steps(n_samples, quiet, step, rate):
    found = quietness(n_samples, 200)
    assert found == pytest.approx(quiet)
    assert learning_rate("auto", found) == pytest.approx(step)
    assert eigenvalue_rate(found) == pytest.approx(rate)


def test_a_step_of_ones_own_is_left_alone():
    assert learning_rate(0.1, quietness(10**6, 200)) == 0.1
