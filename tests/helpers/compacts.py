"""Fitted networks of random weights, for every kind of target; nothing is trained."""

import numpy as np

from sklearn_sparcs import CompactClassifier, CompactRegressor, DirectForm
from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._fitted.encoding import ClassEncoding, RealEncoding

#: How outputs become predictions, by the kind of target.
ENCODINGS = {
    "one target": RealEncoding(1, True),
    "one column": RealEncoding(1, False),
    "several targets": RealEncoding(3, False),
    "within a margin": RealEncoding(2, False, (np.full(2, -1.0), np.ones(2)), 0.1),
    "two classes": ClassEncoding(np.array([3, 8]), False),
    "yes or no": ClassEncoding(np.array([False, True]), False),
    "two words": ClassEncoding(np.array(["no", "yes"]), False),
    "several classes": ClassEncoding(np.array([1, 5, 7]), False),
    "several words": ClassEncoding(np.array(["a", "b", "c"]), False),
    "several labels": ClassEncoding(np.arange(3), True),
}

#: Networks that differ in depth, activation, links, intercepts and bounds.
SHAPES = {
    "linear": {"hidden": ()},
    **{name: {"activation": name} for name in ACTIVATIONS},
    "no intercepts": {"bias": False, "hidden": (3, 2)},
    "hidden neurons hear less": {"hidden_bounds": True},
    "bounded": {"bounds": True},
    "three layers, doubly bounded": {
        "hidden": (4, 3, 2),
        "bounds": True,
        "hidden_bounds": True,
    },
    "no link past the hidden layers": {
        "hidden": (4, 3),
        "links": [(2, 1), (3, 2), (4, 3)],
    },
}

#: Means and standard deviations of the features.
MEAN, SCALE = np.array([0.0, 300.0, -2.0, 1e-3]), np.array([1.0, 20.0, 0.1, 1e-4])


def features(n=200, dtype=np.float64, seed=1):
    """Samples in raw units, some of them far out."""
    rng = np.random.default_rng(seed)
    return (MEAN + SCALE * 2 * rng.normal(size=(n, len(MEAN)))).astype(dtype)


def compact(
    kind="one target",
    *,
    hidden=(4,),
    activation="relu",
    bias=True,
    links=None,
    bounds=False,
    hidden_bounds=False,
    seed=0,
    names=None,
):
    """A fitted estimator whose network has random weights, in raw units."""
    encoding, rng = ENCODINGS[kind], np.random.default_rng(seed)
    sizes = [len(MEAN), *hidden, encoding.n_outputs]
    coefs = {
        (i, j): rng.normal(size=(sizes[i - 1], sizes[j - 1])) / np.sqrt(sizes[j - 1])
        for i in range(2, len(sizes) + 1)
        for j in range(1, i)
        if links is None or (i, j) in links
    }
    intercepts = {
        i: bias * rng.normal(size=n) for i, n in enumerate(sizes[1:], start=2)
    }
    form = DirectForm(
        coefs,
        intercepts,
        activation,
        tuple(range(1, len(hidden) + 1)),
        tuple(np.arange(n) for n in hidden),
        bounds=(np.full(4, -2.0), np.full(4, 2.5)) if bounds else None,
        hidden_bounds=(np.full(4, -1.0), np.full(4, 1.5)) if hidden_bounds else None,
    )
    if bias:  # else there is nothing to hold the means
        form = form.rescaled(MEAN, SCALE, 0.0, 1.0)
    regression = isinstance(encoding, RealEncoding)
    cls = CompactRegressor if regression else CompactClassifier
    margin = {"prediction_margin": encoding.margin} if regression else {}
    return cls.from_form(form, encoding, feature_names=names, **margin)
