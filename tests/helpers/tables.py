"""Tables of every kind, drawn by hypothesis: what users' data may look like."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from scipy import sparse

#: How a column is made of a generator, the number of rows and the columns before it.
COLUMNS = {
    "normal": lambda rng, n, before: rng.normal(size=n),
    "uniform": lambda rng, n, before: rng.random(n),
    "heavy": lambda rng, n, before: rng.standard_t(1.1, size=n),
    "far": lambda rng, n, before: 1e6 + rng.normal(size=n),
    "binary": lambda rng, n, before: rng.integers(0, 2, n).astype(float),
    "constant": lambda rng, n, before: np.full(n, rng.normal()),
    "zero": lambda rng, n, before: np.zeros(n),
    "duplicate": lambda rng, n, before: before[-1] if before else rng.normal(size=n),
    "sum": lambda rng, n, before: np.sum(before, axis=0) if before else np.ones(n),
}
LABELS = {
    "bool": lambda k: k > 0,
    "int": lambda k: 7 * k - 3,
    "float": lambda k: k.astype(float),
    "str": lambda k: np.array(["no", "yes $x_1^2$", "\u03b1\n"])[k],
    "object": lambda k: np.array(["b", "a", "c"], dtype=object)[k],
}
ACTIVATIONS = ("relu", "tanh", "logistic", "identity")
#: Real targets of every shape, of one target.
TARGETS = {
    "flat": lambda y: y,
    "column": lambda y: y[:, None],
    "single": lambda y: np.abs(y).clip(1e-37, 1e37).astype(np.float32),
    "whole": lambda y: y.clip(-1e9, 1e9).astype(int),
    "several": lambda y: np.column_stack([y, y**0, y / 2 + np.abs(y) / 4]),
    "twice": lambda y: np.column_stack([y, y]),
    "frame": lambda y: pd.DataFrame({"a": y, "b": y[::-1]}),
    "series": lambda y: pd.Series(y, index=range(7, 7 + len(y))),
    "nullable": lambda y: pd.Series(y, dtype="Float64"),
    "arrow": lambda y: pd.Series(y, dtype="double[pyarrow]"),
    "list": lambda y: y.tolist(),
}
#: Labels as they are given, several a sample besides.
LABELLED = {
    "array": lambda labels: labels,
    "list": lambda labels: labels.tolist(),
    "series": lambda labels: pd.Series(labels, index=range(7, 7 + len(labels))),
    "categories": lambda labels: pd.Series(labels).astype("category"),
    "column": lambda labels: labels[:, None],
    "several": lambda labels: np.column_stack(
        [labels == labels[0], labels == labels[-1], labels != labels]
    ).astype(int),
}


@dataclass(frozen=True)
class Table:
    """Features, a real target, labels, and weights or None."""

    X: np.ndarray
    y: np.ndarray
    labels: np.ndarray
    weight: np.ndarray | None

    def in_form(self, form):
        """X as an array, a frame or a sparse matrix."""
        if form == "frame":
            return pd.DataFrame(self.X, columns=[f"x{j}" for j in range(len(self.X.T))])
        return sparse.csr_array(self.X) if form == "sparse" else self.X


#: Every column as it is; or of scales from 1e-300 to 1e300, given by exponents.
UNSCALED = st.just(0)
EXPONENTS = st.sampled_from([-300, -150, -30, -8, -3, 0, 0, 0, 3, 8, 30, 150, 300])
#: Scales that fits take, in single precision and unscaled, too: all, those that people
#: have, and all with one now and then that is refused.
USABLE = st.sampled_from([-28, -12, -8, -3, 0, 0, 0, 3, 8, 11])
MODERATE = st.sampled_from([-8, -3, 0, 0, 0, 3, 8])
MOSTLY_USABLE = st.one_of(*[USABLE] * 9, EXPONENTS)


@st.composite
def tables(draw, exponents=UNSCALED, dtypes=(np.float64, np.float32), rows=(2, 40)):
    """A table whose columns have scales of ten to the ``exponents``."""
    n = draw(st.integers(*rows))
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    dtype = draw(st.sampled_from(dtypes))
    columns = []
    for kind in kinds:
        columns.append(COLUMNS[kind](rng, n, columns))
    with np.errstate(all="ignore"):
        scales = [10.0 ** draw(exponents) for _ in columns]
        largest = np.finfo(dtype).max  # what is infinite is refused by scikit-learn
        X = (np.column_stack(columns) * scales).clip(-largest, largest).astype(dtype)
        signal = np.abs(columns[0]) + columns[-1] + 0.1 * rng.normal(size=n)
        y = (signal * 10.0 ** draw(exponents)).clip(-1e308, 1e308)
    n_classes = draw(st.integers(2, 3))
    classes = np.r_[np.arange(n_classes), rng.integers(0, n_classes, n)][:n]
    labels = LABELS[draw(st.sampled_from(sorted(LABELS)))]
    labels = labels(classes if n_classes == 2 or n > 2 else classes % 2)
    weighted = draw(st.sampled_from(["none", "real", "counts", "zeros"]))
    weight = {
        "none": None,
        "real": rng.random(n) + 0.01,
        "counts": rng.integers(1, 4, n).astype(float),
        "zeros": rng.integers(0, 3, n).astype(float),
    }[weighted]
    return Table(X, y, labels, weight)


@st.composite
def options(draw):
    """Parameters of a search: depth, activation, solver and what else there is."""
    sizes = draw(st.lists(st.integers(1, 3), max_size=4))
    solver = draw(st.sampled_from(["growth", "second_order", "first_order", "adam"]))
    return {
        "hidden_layer_sizes": tuple(sizes),
        "activation": draw(st.sampled_from(ACTIVATIONS)),
        "solver": solver,
        "alpha": draw(st.sampled_from(["auto", 0.0, 1e-3, 1.0])),
        "linear_alpha": draw(st.sampled_from(["auto", 0.0, 0.1])),
        "hidden_alpha": draw(st.sampled_from(["auto", 1e-3, 10.0])),
        "fit_intercept": draw(st.booleans()),
        "standardize": draw(st.booleans()),
        "clip": draw(st.sampled_from([None, 3.0])),
        "min_significance": draw(st.sampled_from([0.0, 2.5])),
        "max_iter": draw(st.sampled_from([1, 5])),
        "random_state": 0,
    }
