"""Cross-validation of pieces is that of the whole, with the same folds."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.shared import (
    ClassesCVInPieces,
    CVInPieces,
    assert_same_choice,
    drawn_folds,
)
from numpy.testing import assert_allclose
from sklearn.datasets import make_friedman1
from sklearn.model_selection import KFold, PredefinedSplit

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressorCV
from sklearn_sparcs._growth.path import PathOptions
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._problems.problem import Units
from sklearn_sparcs._shared.shared_fold import SharedPart

CUTS = (70, 81, 200)
OPTIONS = {
    "hidden_layer_sizes": (3,),
    "n_alphas": 4,
    "eps": 1e-2,
    "cv": 2,
    "activation": "relu",
    "random_state": 0,
}


def both(X, y, weight=None, **options):
    options = OPTIONS | options
    found = CVInPieces(**options).fit_pieces(X, y, CUTS, weight)
    cv = PredefinedSplit(drawn_folds(y, CUTS, options["cv"]))
    one_place = SparcsRegressorCV(**options | {"cv": cv})
    return found, one_place.fit(X, y, weight)


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "auto", "cv": 3},
        {"hidden_layer_sizes": (2, 2), "activation": "tanh"},
        {"scoring": "neg_mean_squared_error", "prediction_margin": 0.0},
        {"alphas": [0.1, 0.01], "selection": "1se", "clip": 2.0},
        {"hidden_layer_sizes": ()},
    ],
    ids=["activations", "deep", "squared_error", "own_alphas", "linear"],
)
def test_pieces_are_the_whole(kinked, options):
    assert_same_choice(*both(*kinked, **options))


def test_several_targets_and_weights(kinked):
    X, y = kinked
    targets = np.column_stack([y, X[:, 0] ** 2])
    weight = np.random.default_rng(3).integers(1, 4, size=300).astype(float)
    assert_same_choice(*both(X, targets, weight))


def test_folds_at_a_time_change_nothing(kinked):
    one, two = (
        CVInPieces(**OPTIONS, n_jobs=n).fit_pieces(*kinked, CUTS) for n in (1, 2)
    )
    assert_same_choice(two, one, rtol=0)


def test_the_cut_is_chosen(kinked):
    X, y = kinked
    X = np.column_stack([X, np.random.default_rng(0).normal(size=300)])
    X[5, 1] = 1e4
    found, expected = both(X, y, hidden_layer_sizes=())
    assert expected.clip_ == 5.0
    assert_same_choice(found, expected)
    found, expected = both(X[:, [0, 2, 3]], y, hidden_layer_sizes=())
    assert expected.clip_ is None
    assert_same_choice(found, expected)


@pytest.fixture(scope="module")
def three(kinked):
    """Names of three classes, which the first two features tell apart."""
    X, _ = kinked
    score = np.abs(X[:, 0]) + 0.3 * X[:, 1]
    return np.array(["low", "mean", "top"])[np.digitize(score, [0.4, 1.2])]


def both_of_classes(X, labels, weight=None, **options):
    options = OPTIONS | options
    found = ClassesCVInPieces(**options).fit_pieces(X, labels, CUTS, weight)
    numbers = np.unique(labels, return_inverse=True)[1]
    cv = PredefinedSplit(drawn_folds(numbers, CUTS, options["cv"], by_class=True))
    one_place = SparcsClassifierCV(**options | {"cv": cv})
    return found, one_place.fit(X, labels, weight)


@pytest.mark.parametrize(
    ("n_classes", "scoring"), [(2, None), (2, "neg_log_loss"), (3, None)]
)
def test_classes(kinked, three, n_classes, scoring):
    labels = three if n_classes == 3 else three == "low"
    found, expected = both_of_classes(kinked[0], labels, scoring=scoring)
    given = found.predict_proba(kinked[0]), expected.predict_proba(kinked[0])
    assert_allclose(*given, rtol=1e-6, atol=1e-6)
    assert_same_choice(found, expected, rtol=1e-6)


def test_scores_do_not_count_weights_of_classes(kinked, three):
    weight = np.random.default_rng(3).uniform(1, 2, size=300)
    options = {"class_weight": {"low": 3.0, "top": 0.5}, "scoring": "neg_log_loss"}
    pair = both_of_classes(kinked[0], three, weight, **options)
    assert_same_choice(*pair, rtol=1e-6)


def test_scores_of_weighted_classes_count_all_rows_alike(kinked, three):
    options = {"class_weight": {"low": 3.0}, "hidden_layer_sizes": ()}
    pair = both_of_classes(kinked[0], three, **options)
    assert_same_choice(*pair, rtol=1e-6)


def test_the_path(kinked):
    X, y = kinked
    options = {"hidden_layer_sizes": (3,), "n_alphas": 4, "random_state": 0}
    model = CVInPieces(**options)
    found = model.path_of_pieces(X, y, CUTS, X_val=X[:50], y_val=y[:50])
    own = SparcsRegressorCV(**options).path(X, y, X_val=X[:50], y_val=y[:50])
    for name in ("alphas", "train_loss", "valid_loss", "alpha_max"):
        assert_allclose(getattr(found, name), getattr(own, name), rtol=1e-8)
    assert found.architectures == own.architectures
    assert vars(model) == vars(CVInPieces(**options))
    with pytest.raises(ValueError, match="X_val and y_val must be given together"):
        model.path_of_pieces(X, y, CUTS, X_val=X)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cv": KFold(3)}, r"'cv' .* an int in the range \[2, inf\) or None"),
        ({"cv": 1}, r"'cv' .* an int in the range \[2, inf\)"),
        ({"scoring": "max_error"}, "must be a str among {.*'r2'.*} or None"),
        ({"scoring": "accuracy"}, "'neg_mean_squared_error'"),
    ],
)
def test_what_is_no_sum_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        CVInPieces(**options)._validate_params()


def test_tables_that_are_too_small_are_refused(kinked):
    X, y = kinked
    with pytest.raises(ValueError, match=r"cv=5 folds; one has 4\. Repartition"):
        CVInPieces(()).fit_pieces(X, y, (4,))
    wide, target = make_friedman1(24, 17, random_state=0)
    with pytest.raises(ValueError, match="got 16 samples of 17 features"):
        CVInPieces((), cv=3).fit_pieces(wide, target, (12,))


def test_samples_are_scaled_once_for_all_activations(kinked):
    X, y = kinked
    model = CVInPieces((3,), alphas=[0.1], cv=2, random_state=0)
    samples, encoding, _ = model.given(X, y, CUTS)
    part = SharedPart(samples, encoding.loss, 1)
    units = Units(torch.device("cpu"))
    path_options = PathOptions((3,), BridgePenalty(0.0), units)
    first = part.problem(path_options)
    assert part.problem(replace(path_options)) is first
    cut = part.problem(replace(path_options, units=replace(units, clip=1.0)))
    assert cut.scaling.bounds is not None
