"""Samples cut into pieces, all of them here."""

import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._data.parts import Listed, Placed
from sklearn_sparcs._data.samples import Samples
from sklearn_sparcs._data.shared_folds import FoldAssignment
from sklearn_sparcs._data.shared_samples import SharedSamples
from sklearn_sparcs._fitted.encoding import ClassEncoding, RealEncoding
from sklearn_sparcs._numerics.randomness import seeds
from sklearn_sparcs._shared.shared_cv import FitsSharedCV, constraints_of
from sklearn_sparcs._shared.shared_fit import FitsShared
from sklearn_sparcs._shared.shared_scores import OF_CLASSES, OF_TARGETS

#: A small cross-validation, to be compared with that of one machine.
SMALL_CV = {
    "hidden_layer_sizes": (2,),
    "alphas": [0.3, 0.03],
    "activation": "relu",
    "cv": 2,
    "random_state": 0,
}


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


class CVInPieces(FitsSharedCV, SparcsRegressorCV):
    """The cross-validated regressor, fitted to pieces."""

    _parameter_constraints = constraints_of(SparcsRegressorCV, OF_TARGETS)

    def given(self, X, y, cuts, weight=None):
        targets = y.reshape(len(y), -1).astype(X.dtype)
        encoding = RealEncoding.of(y).having_seen(targets, self.prediction_margin)
        return shared(X, targets, cuts, weight), encoding, X[:0]

    def fit_pieces(self, *given):
        return self._fit_shared(*self.given(*given))

    def path_of_pieces(self, *given, X_val=None, y_val=None):
        return self._path_shared(*self.given(*given), X_val, y_val)


class ClassesCVInPieces(FitsSharedCV, SparcsClassifierCV):
    """The cross-validated classifier, fitted to pieces."""

    _parameter_constraints = constraints_of(SparcsClassifierCV, OF_CLASSES)

    def fit_pieces(self, X, y, cuts, weight=None):
        encoding, class_weights = ClassEncoding.of(y), None
        numbers = encoding.encode(y)
        if self.class_weight is not None:
            counts = np.unique(y, return_counts=True)[1]
            class_weights = encoding.weights_of_classes(self.class_weight, counts)
            of_rows = class_weights[numbers.ravel().astype(int)]
            weight = of_rows if weight is None else of_rows * weight
        given = shared(X, numbers, cuts, weight), encoding, X[:0]
        return self._fit_shared(*given, class_weights)


def folds_of(assignment, y, cuts):
    """The fold (n,) of each row of a table cut like that."""
    edges, X = [0, *cuts, len(y)], np.zeros((len(y), 1))
    pieces = [Placed(a, Samples(X[a:b], y[a:b], None)) for a, b in pairwise(edges)]
    return np.concatenate([assignment.folds(piece) for piece in pieces])


def drawn_folds(y, cuts, n_folds, by_class=False):
    """The folds (n,) that ``random_state=0`` draws of a table cut like that."""
    own = seeds(np.random.RandomState(0), n_folds)
    return folds_of(FoldAssignment(n_folds, tuple(own), by_class), y, cuts)


def assert_same_choice(found, expected, rtol=1e-8):
    """Every number that cross-validation leaves behind."""
    assert found.cv_curves_ == expected.cv_curves_
    assert found.cv_architectures_path_ == expected.cv_architectures_path_
    assert found.fold_architectures_ == expected.fold_architectures_
    assert found.active_architecture_ == expected.active_architecture_
    assert found.verdict_ == expected.verdict_
    for name, value in vars(expected).items():
        if isinstance(value, np.ndarray | float) and not name.startswith("_"):
            given = getattr(found, name), value
            np.testing.assert_allclose(*given, rtol, 1e-10, err_msg=name)
    for name in ("pruned_estimator_", "estimator_1se_"):
        small = getattr(found, name), getattr(expected, name)
        assert small[0].active_architecture_ == small[1].active_architecture_
    np.testing.assert_allclose(
        found.path_.train_loss, expected.path_.train_loss, rtol=rtol
    )
