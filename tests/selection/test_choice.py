"""Which network is chosen, of curves whose scores are known."""

from dataclasses import dataclass

import numpy as np
import pytest

from sklearn_sparcs._direct.architecture import Architecture
from sklearn_sparcs._selection.choice import Choice, Point, choose, standard_error
from sklearn_sparcs._selection.race import Curve


@dataclass
class FakePath:
    """A fold's path: scores, and numbers of neurons."""

    scores: list
    sizes: list

    @property
    def architectures(self):
        return [Architecture((2, k, 1), ((),), (1,), (), 0) for k in self.sizes]


def curve(means, sizes, spread=0.1, name="relu"):
    """Three folds that differ by a spread, at each alpha alike but for the first."""
    shifts = np.array([-1, 0, 1]) * spread
    paths = [FakePath([m + shift for m in means], sizes) for shift in shifts]
    return Curve(1, name, tuple(paths))


#: A standard error is 0.1 / √3 = 0.058.
ONE = curve([0.5, 0.70, 0.78, 0.80, 0.75], [0, 1, 4, 9, 12])
OTHER = curve([0.5, 0.76, 0.79], [0, 3, 5], name="tanh")


@pytest.mark.parametrize(
    ("slack", "chosen"),
    [(0.0, Point(0, 3)), (0.5, Point(0, 2)), (1.0, Point(1, 1)), (2.0, Point(0, 1))],
)
def test_the_simplest_that_costs_no_more_standard_errors(slack, chosen):
    found = choose([ONE, OTHER], slack, significance=9.0)
    assert found == Choice(Point(0, 3), chosen, Point(1, 1))


def test_of_equally_simple_ones_the_better_is_chosen():
    found = choose([ONE, curve([0.5, 0.77, 0.79], [0, 4, 4])], 1.0, significance=9.0)
    assert found.chosen == Point(1, 2)


def test_the_linear_model_stays_where_folds_do_not_lead_for_certain():
    alike = curve([0.5, 0.5, 0.4], [0, 1, 2])
    alike.paths[0].scores[1] += 0.01
    linear = Point(0, 0)
    assert choose([alike], 1.0, significance=9.0) == Choice(Point(0, 1), linear, linear)
    assert choose([alike], 0.0, significance=9.0).chosen == Point(0, 1)


def test_the_standard_error_of_a_mean():
    scores = np.array([0.1, 0.4, 0.7, 0.2])
    expected = np.sqrt(((scores - scores.mean()) ** 2).sum() / 3 / 4)
    assert standard_error(scores) == pytest.approx(expected)
    assert standard_error(scores[:1]) == 0.0
