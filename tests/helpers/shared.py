"""Samples cut into pieces, all of them here."""

import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sklearn_sparcs import SparcsClassifier, SparcsRegressor
from sklearn_sparcs._data.parts import Listed, Placed
from sklearn_sparcs._data.samples import Samples
from sklearn_sparcs._data.shared_samples import SharedSamples
from sklearn_sparcs._estimators.encoding import ClassEncoding, RealEncoding
from sklearn_sparcs._estimators.shared_fit import FitsShared


class Sent(Listed):
    """Pieces of which questions and answers could travel: all are pickled."""

    def mapped(self, of, *args):
        of, args = pickle.loads(pickle.dumps((of, args)))
        return Sent(super().mapped(of, *args)._pieces)

    def folded(self, join):
        return pickle.loads(pickle.dumps(super().folded(join)))


def shared(X, y, cuts, weight=None):
    """Samples with ``y`` (n, outputs), cut before each of the given rows."""
    whole = Samples.of(X, y, weight)
    edges = [0, *cuts, len(whole)]
    pieces = [Placed(a, cut(whole, slice(a, b))) for a, b in pairwise(edges)]
    shape = len(whole), X.shape[1], X.dtype
    weighted = whole.weight is not None
    return SharedSamples(Sent(pieces), *shape, weighted, whole.mean_count)


def cut(samples, rows):
    """Some of the samples, with the weights that they have."""
    weight = None if samples.weight is None else samples.weight[rows]
    return replace(samples, X=samples.X[rows], y=samples.y[rows], weight=weight)


class InPieces(FitsShared, SparcsRegressor):
    """The regressor, fitted to pieces."""

    def fit_pieces(self, X, y, cuts, weight=None):
        targets = y.reshape(len(y), -1).astype(X.dtype)
        counting = targets if weight is None else targets[weight > 0]
        encoding = RealEncoding.of(y).having_seen(counting, self.prediction_margin)
        return self._fit_shared(shared(X, targets, cuts, weight), encoding, X[:0])


class ClassesInPieces(FitsShared, SparcsClassifier):
    """The classifier, fitted to pieces."""

    def fit_pieces(self, X, y, cuts, weight=None):
        encoding = ClassEncoding.of(y)
        pieces = shared(X, encoding.encode(y), cuts, weight)
        return self._fit_shared(pieces, encoding, X[:0])


def assert_same_fit(found, expected, rtol=1e-8):
    """Every number that a fit leaves behind."""
    for name, value in vars(expected).items():
        other = getattr(found, name)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            np.testing.assert_allclose(other, value, rtol, 1e-10, err_msg=name)
        elif isinstance(value, float):
            np.testing.assert_allclose(other, value, rtol, err_msg=name)
        elif name in ("eigenvalues_", "eigenvectors_"):
            for one, own in zip(other, value, strict=True):
                np.testing.assert_allclose(one, own, rtol, 1e-9, err_msg=name)
    rows, own = found.history_, expected.history_
    assert len(rows) == len(own)
    for row, other in zip(rows, own, strict=True):
        assert list(row) == list(other)
        np.testing.assert_allclose([*row.values()], [*other.values()], rtol)
    assert found.active_architecture_ == expected.active_architecture_
    pruned = found.pruned_estimator_, expected.pruned_estimator_
    assert pruned[0].active_architecture_ == pruned[1].active_architecture_


def assert_same_classes(found, expected, X):
    """What a classifier says, and all that it says of itself, eigenvectors aside.

    Softmax leaves a direction of its outputs open, and what there is along it is
    rounding; so is what eigenvectors make of it.
    """
    for said in ("predict_proba", "decision_function"):
        given = getattr(found, said)(X), getattr(expected, said)(X)
        np.testing.assert_allclose(*given, rtol=1e-6, atol=1e-6, err_msg=said)
    for name in ("loss_curve_", "feature_importances_", "linear_alpha_", "alpha_max_"):
        given = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(*given, rtol=1e-6, atol=1e-10, err_msg=name)
    assert found.linear_p_value_ == expected.linear_p_value_
    assert found.label_smoothing_ == expected.label_smoothing_
    assert found.active_architecture_ == expected.active_architecture_
    pruned = found.pruned_estimator_, expected.pruned_estimator_
    assert pruned[0].active_architecture_ == pruned[1].active_architecture_
