"""Tables whose truth is linear, or nothing: a neuron there is a false alarm.

A split is a fresh draw, so that many splits say how often, and `TEST_ROWS` rows tell
R² to the third digit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from tables import standardised

TEST_ROWS = 4000

#: Weights of the first features; the others have none.
WEIGHTS = np.array([1.0, 2.0, -1.0])

Drawn = tuple[pd.DataFrame, np.ndarray]


@dataclass(frozen=True)
class Constructed:
    """A task that is drawn anew for every split."""

    name: str
    n_rows: int
    draw: Callable[[Generator, int], Drawn]
    classes: bool = False
    constructed: ClassVar[bool] = True

    def split(self, seed: int):
        """``X, X_test, y, y_test`` of draw ``seed``, numeric."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        n = self.n_rows
        X, y = self.draw(rng, n + TEST_ROWS)
        return *standardised(X[:n], X[n:]), y[:n], y[n:]


def frame(X: np.ndarray) -> pd.DataFrame:
    """Named columns."""
    return pd.DataFrame(X).add_prefix("x")


def weighed(X: np.ndarray) -> np.ndarray:
    """What `WEIGHTS` make of the first features."""
    return X[:, : len(WEIGHTS)] @ WEIGHTS


def noise(rng: Generator, n: int, n_features: int, tails=np.inf) -> Drawn:
    """A target that is independent of the features, normal or Student's."""
    X = rng.normal(size=(n, n_features))
    y = rng.normal(size=n) if np.isinf(tails) else rng.standard_t(tails, n)
    return frame(X), y


def noise_classes(rng: Generator, n: int, n_features: int) -> Drawn:
    """Two classes that the features say nothing of."""
    return frame(rng.normal(size=(n, n_features))), rng.choice(["no", "yes"], n)


def linear(rng: Generator, n: int, n_features: int, sd: float, tails=np.inf) -> Drawn:
    """A weighted sum of normal features, and noise of spread ``sd``."""
    X = rng.normal(size=(n, n_features))
    errors = rng.normal(size=n) if np.isinf(tails) else rng.standard_t(tails, n)
    return frame(X), weighed(X) + sd * errors


def linear_classes(rng: Generator, n: int, n_features: int) -> Drawn:
    """Two classes whose log odds are a weighted sum."""
    X = rng.normal(size=(n, n_features))
    yes = rng.random(n) < 1 / (1 + np.exp(-weighed(X)))
    return frame(X), np.where(yes, "yes", "no")


def lognormal(rng: Generator, n: int, sigma: float) -> Drawn:
    """Skewed features, whose extremes carry the signal."""
    X = rng.lognormal(sigma=sigma, size=(n, 3))
    signal = weighed(X)
    return frame(X), signal + 0.07 * signal.std() * rng.normal(size=n)


def heavy_tails(rng: Generator, n: int) -> Drawn:
    """Student's features with three degrees of freedom."""
    X = rng.standard_t(3, size=(n, 5))
    return frame(X), weighed(X) + rng.normal(size=n)


def rare_dummies(rng: Generator, n: int) -> Drawn:
    """Three numbers, and flags that are set in 20 % down to 0.5 % of the rows."""
    shares = np.array([0.2, 0.1, 0.05, 0.02, 0.01, 0.005])
    X = rng.normal(size=(n, 3))
    flags = (rng.random((n, len(shares))) < shares).astype(float)
    y = weighed(X) + 5.0 * flags.sum(axis=1) + rng.normal(size=n)
    return frame(np.column_stack([X, flags])), y


def many_dummies(rng: Generator, n: int, n_levels: int = 480) -> Drawn:
    """Three numbers and a text column of many levels, each with an effect."""
    X = rng.normal(size=(n, 3))
    level = rng.integers(n_levels, size=n)
    effects = rng.normal(size=n_levels)
    table = frame(X).assign(level=[f"l{k}" for k in level])
    return table, weighed(X) + effects[level] + rng.normal(size=n)


def wide(rng: Generator, n: int, n_features: int) -> Drawn:
    """More features than rows to train on, each with a weight."""
    X = rng.normal(size=(n, n_features))
    return frame(X), X @ rng.normal(size=n_features) + 5.0 * rng.normal(size=n)


CONSTRUCTED = [
    Constructed("noise_5", 200, partial(noise, n_features=5)),
    Constructed("noise_10", 500, partial(noise, n_features=10)),
    Constructed("noise_30", 500, partial(noise, n_features=30)),
    Constructed("noise_t3", 500, partial(noise, n_features=10, tails=3)),
    Constructed(
        "noise_classes", 500, partial(noise_classes, n_features=10), classes=True
    ),
    Constructed("linear_strong", 500, partial(linear, n_features=10, sd=0.5)),
    Constructed("linear_noisy", 500, partial(linear, n_features=10, sd=2.5)),
    Constructed("linear_weak", 1000, partial(linear, n_features=20, sd=7.0)),
    Constructed("linear_t3", 500, partial(linear, n_features=10, sd=1.0, tails=3)),
    Constructed(
        "linear_classes", 1000, partial(linear_classes, n_features=10), classes=True
    ),
    Constructed("lognormal_0.5", 1000, partial(lognormal, sigma=0.5)),
    Constructed("lognormal_1", 1000, partial(lognormal, sigma=1.0)),
    Constructed("lognormal_2", 1000, partial(lognormal, sigma=2.0)),
    Constructed("heavy_tails", 1000, heavy_tails),
    Constructed("rare_dummies", 2000, rare_dummies),
    Constructed("many_dummies", 1200, many_dummies),
    Constructed("wide", 150, partial(wide, n_features=300)),
]
