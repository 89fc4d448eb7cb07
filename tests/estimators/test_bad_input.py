"""Bad input is refused in words, or taken with a finite result."""

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning

from sklearn_sparcs import (
    CompactClassifier,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._first_order.skorch_net import SparcsNet
from sklearn_sparcs.datasets import make_teacher_student

X = np.random.default_rng(0).normal(size=(60, 3))
Y = np.abs(X[:, 0]) + X[:, 1]
LABELS = np.where(X[:, 0] > 0, "a", "b")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_values(value):
    spoilt = X.copy()
    spoilt[3, 1] = value
    name = "NaN" if np.isnan(value) else "infinity"
    with pytest.raises(ValueError, match=name):
        SparcsRegressor().fit(spoilt, Y)
    with pytest.raises(ValueError, match=name):
        SparcsRegressor().fit(X, np.r_[value, Y[1:]])
    with pytest.raises(ValueError, match=name):
        SparcsClassifier().fit(spoilt, LABELS)
    with pytest.raises(ValueError, match=name):
        SparcsRegressor(alpha=1.0).fit(X, Y).predict(spoilt)


def test_one_class():
    with pytest.raises(ValueError, match=r"at least 2 classes; .* only one class: a"):
        SparcsClassifier().fit(X, np.full(60, "a"))


def test_one_class_so_far_in_a_stream():
    """The error says how to name those to come."""
    with pytest.raises(ValueError, match="partial_fit takes all of them as its class"):
        SparcsClassifier().partial_fit(X, np.full(60, "a"))


def test_one_class_named_for_a_stream():
    with pytest.raises(ValueError, match="classes holds only one class: 0"):
        SparcsClassifier().partial_fit([[0.0], [1.0]], [0, 1], classes=[0])


def test_classes_of_a_stream_may_be_a_set():
    weights = {"b": 1.0, "a": 2.0, "c": 1.0}
    model = SparcsClassifier().partial_fit(X, LABELS, classes=weights.keys())
    model.partial_fit(X, LABELS, classes={"c", "b", "a"})
    assert model.classes_.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize("Model", [SparcsClassifier, CompactClassifier])
@pytest.mark.parametrize("labels", [LABELS, np.where(X[:, 1] > 1, "c", LABELS)])
def test_one_class_that_has_weight(Model, labels):
    """As in a draw of bagging's: it is certain, and the others are known."""
    weight = (labels == "b").astype(float)
    model = Model((3,), random_state=0).fit(X, labels, sample_weight=weight)
    assert model.classes_.tolist() == sorted(set(labels))
    assert (model.predict(X) == "b").all()
    assert_allclose(model.predict_proba(X)[:, 1], 1, atol=1e-4)


@pytest.mark.parametrize("Model", [SparcsClassifier, CompactClassifier])
def test_a_class_that_no_row_with_weight_has(Model):
    """As bagging makes them; it is known, and as good as never predicted."""
    labels = np.where(X[:, 1] > 1, "rare", LABELS)
    weight = (labels != "rare").astype(float)
    model = Model((3,), random_state=0).fit(X, labels, sample_weight=weight)
    assert model.classes_.tolist() == ["a", "b", "rare"]
    probability = model.predict_proba(X)
    assert_allclose(probability.sum(axis=1), 1)
    assert probability[:, 2].max() < 0.01
    kept = weight > 0
    without = Model((3,), random_state=0).fit(X[kept], labels[kept])
    assert (
        model.score(X[kept], labels[kept]) > without.score(X[kept], labels[kept]) - 0.1
    )


def test_bagging_leaves_rare_classes_out():
    labels = LABELS.copy()
    labels[:2] = "rare"
    model = SparcsClassifier((3,), max_iter=5, random_state=0)
    bag = BaggingClassifier(model, n_estimators=5, random_state=0).fit(X, labels)
    assert bag.predict_proba(X).shape == (60, 3)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["alone", *LABELS[1:]]),
        np.array(["alone", "lonely", *LABELS[2:]]),
        np.r_[np.arange(30), np.arange(30)],
        np.arange(12),
    ],
    ids=["one alone", "two alone", "more classes than places", "all alone"],
)
def test_early_stopping_with_rare_classes(labels):
    """They are trained on, as nothing of them can be set aside."""
    model = SparcsClassifier((2,), early_stopping=True, max_iter=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X[: len(labels)], labels)
    assert model.classes_.tolist() == sorted(set(labels.tolist()))
    assert_allclose(model.predict_proba(X).sum(axis=1), 1)


def test_more_features_at_predict():
    model = SparcsRegressor(alpha=1.0).fit(X, Y)
    with pytest.raises(ValueError, match=r"4 features.*3 features"):
        model.predict(np.c_[X, Y])
    with pytest.raises(ValueError, match=r"4 features.*3 features"):
        model.pruned_estimator_.predict(np.c_[X, Y])


@pytest.mark.parametrize("sizes", [0, -3, (10, 0), (2.5,), (10, -1), "ab"])
def test_hidden_layer_sizes(sizes):
    with pytest.raises(ValueError, match="hidden_layer_sizes"):
        SparcsRegressor(sizes).fit(X, Y)


@pytest.mark.parametrize(
    "parameter",
    [
        {"alpha": -1e-3},
        {"l1_ratio": 1.5},
        {"l1_ratio": -0.1},
        {"depth_factor": 0},
        {"min_significance": -1},
        {"activation": "sine"},
        {"solver": "lbfgs"},
        {"init": "zero"},
        {"learning_rate_init": 0},
        {"batch_size": 0},
        {"max_iter": 0},
        {"tol": -1e-4},
        {"validation_fraction": 1.0},
        {"prune_tol": -0.1},
        {"callbacks": "EarlyStopping"},
        {"clip": True},
        {"hidden_clip": True},
        {"hidden_layer_sizes": True},
        {"hidden_layer_sizes": (True,)},
        {"alpha": np.True_},
    ],
)
@pytest.mark.parametrize("estimator", [SparcsRegressor, SparcsClassifier])
def test_parameters_out_of_range(estimator, parameter):
    y = Y if estimator is SparcsRegressor else LABELS
    with pytest.raises(ValueError, match=next(iter(parameter))):
        estimator(**parameter).fit(X, y)


@pytest.mark.parametrize("estimator", [SparcsRegressor, SparcsClassifier])
def test_growth_has_no_eigenvalues_at_the_input(estimator):
    y = Y if estimator is SparcsRegressor else LABELS
    with pytest.raises(ValueError, match=r'needs solver="adam"; got solver=\'growth'):
        estimator(input_eigenvalues=True).fit(X, y)


def test_devices():
    with pytest.raises(ValueError, match="'abacus' is no device"):
        SparcsRegressor(device="abacus").fit(X, Y)
    many = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(ValueError, match=f"'{many}' was asked for, but torch sees"):
        SparcsRegressor(device=many).fit(X, Y)
    SparcsRegressor(device="auto", alpha=1.0).fit(X, Y)


@pytest.mark.parametrize("estimator", [SparcsRegressor, SparcsClassifier])
def test_sample_weights(estimator):
    model, y = estimator(), Y if estimator is SparcsRegressor else LABELS
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        model.fit(X, y, sample_weight=np.r_[-1.0, np.ones(59)])
    with pytest.raises(ValueError, match="at least one non-zero"):
        model.fit(X, y, sample_weight=np.zeros(60))
    with pytest.raises(ValueError, match="shape"):
        model.fit(X, y, sample_weight=np.ones(59))
    with pytest.raises(ValueError, match="at least one non-zero"):
        model.partial_fit(X, y, sample_weight=np.zeros(60))


@pytest.mark.parametrize("made", [np.asarray, list, pd.Series, pa.array])
@pytest.mark.parametrize("unit", ["datetime64[s]", "timedelta64[s]"])
def test_dates_are_no_weights(unit, made):
    weight = made(np.arange(1, 61).astype(unit))
    for model in (SparcsRegressor(), SparcsRegressorCV()):
        with pytest.raises(ValueError, match="sample_weight holds dates or durations"):
            model.fit(X, Y, sample_weight=weight)


@pytest.mark.parametrize("size", [1e150, 1e-150])
def test_weights_too_large_or_small_to_compute_with(size):
    with pytest.raises(ValueError, match=r"sample_weight holds 1e.150; weights that"):
        SparcsRegressor().fit(X, Y, sample_weight=np.full(60, size))


def test_large_whole_weights_are_no_counts():
    """Above 2⁵³ every float is a whole number."""
    weight = np.random.default_rng(0).uniform(1, 2, 60)
    fits = [
        SparcsRegressor(random_state=0).fit(X, Y, sample_weight=weight * size)
        for size in (1.0, 2.0**60)
    ]
    assert fits[0].active_architecture_.n_hidden > 0
    assert_allclose(*(fit.predict(X) for fit in fits), atol=0)


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({"a": -1.0}, "of class 'a' it is -1.0"),
        ({"a": np.nan}, "of class 'a' it is nan"),
        ({"a": np.inf}, "of class 'a' it is inf"),
        ({"b": "x"}, "of class 'b' it is 'x'"),
        ({"a": 1e150}, r"class_weight holds 1e\+150"),
        ({"a": 0, "b": 0}, "No sample has a weight above zero"),
        ({"c": 1, 2: 1}, r"class_weight names \['c', 2\], which are not"),
    ],
)
def test_weights_of_classes(weights, why):
    with pytest.raises(ValueError, match=why):
        SparcsClassifier(class_weight=weights).fit(X, LABELS)


def test_without_standardising_nothing_is_cut():
    for model in (SparcsRegressor((), clip=0.5), SparcsRegressorCV((), clip=0.5)):
        assert model.set_params(standardize=False).fit(X, Y).clip_ is None
        assert_allclose(
            model.predict(X), clone(model).set_params(clip=None).fit(X, Y).predict(X)
        )


def test_a_validation_part_that_cannot_be():
    with pytest.raises(ValueError, match="sets 1 of 1 samples aside"):
        SparcsRegressor(early_stopping=True).fit(X[:1], Y[:1])


def test_teacher_student_arguments():
    with pytest.raises(ValueError, match=r"n_hidden_layers must be .* got -1"):
        make_teacher_student(10, n_hidden_layers=-1)


FINITE = {
    "constant columns": (np.c_[X, np.ones(60), np.zeros(60)], Y),
    "constant y": (X, np.full(60, 3.0)),
    "fewer rows than features": (np.hstack([X] * 30)[:20] + X[:20, :1] ** 2, Y[:20]),
    "exact duplicates": (np.repeat(X[:6], 10, axis=0), np.repeat(Y[:6], 10)),
    "columns of 1e12 and 1e-12": (X * [1e12, 1e-12, 1.0], Y),
    "one column": (X[:, :1], Y),
    "two rows": (X[:2], Y[:2]),
    "huge targets": (X, 1e12 * Y),
    "tiny targets": (X, 1e-12 * Y),
}


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("case", FINITE)
@pytest.mark.parametrize("solver", ["second_order", "first_order"])
def test_finite_and_sensible_regression(case, solver):
    X, y = FINITE[case]
    model = SparcsRegressor(solver=solver, max_iter=50, random_state=0).fit(X, y)
    predicted = model.predict(X)
    assert np.isfinite(predicted).all()
    assert np.mean((predicted - y) ** 2) <= np.var(y) * (1 + 1e-9) + 1e-18
    if case == "constant y":
        assert_allclose(predicted, 3.0)


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("n", [2, 60])
@pytest.mark.parametrize("solver", ["second_order", "first_order"])
def test_finite_and_sensible_classification(n, solver):
    # one row a class; columns of very different size; a constant column
    X_odd = np.c_[X * [1e12, 1e-12, 1.0], np.ones(60)][:n]
    labels = np.arange(n) % 3 if n > 2 else np.arange(n)
    options = {"solver": solver, "max_iter": 50, "random_state": 0}
    model = SparcsClassifier(**options).fit(X_odd, labels)
    assert np.isfinite(model.predict_proba(X_odd)).all()
    one_each = SparcsClassifier(**options).fit(X[:5], ["p", "q", "r", "s", "t"])
    assert one_each.predict(X[:5]).tolist() == ["p", "q", "r", "s", "t"]


def test_columns_of_any_size_fit_as_well():
    plain = SparcsRegressor(alpha=1.0).fit(X, Y).score(X, Y)
    scaled = X * [1e12, 1e-12, 1.0]
    assert SparcsRegressor(alpha=1.0).fit(scaled, Y).score(scaled, Y) == pytest.approx(
        plain
    )


def test_a_diverging_loss_keeps_the_best_iterate():
    options = {"alpha": 1e-6, "min_significance": 0, "random_state": 0}
    model = SparcsRegressor(
        (20,), solver="first_order", learning_rate_init=1e200, **options
    )
    with pytest.warns(ConvergenceWarning, match="finite.*learning_rate_init"):
        model.fit(X, Y)
    assert np.isfinite(model.predict(X)).all()
    linear = SparcsRegressor(alpha=10.0).fit(X, Y)
    assert model.score(X, Y) >= linear.score(X, Y) - 1e-12


def test_ctrl_c_keeps_the_best_iterate(monkeypatch):
    train = SparcsNet._train

    def interrupted(self, data):
        train(self, data)
        if len(self.history) == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr(SparcsNet, "_train", interrupted)
    with pytest.warns(ConvergenceWarning, match="interrupted"):
        model = SparcsRegressor(solver="first_order", random_state=0).fit(X, Y)
    assert model.n_iter_ == 7 and len(model.loss_curve_) == 7
    assert model.score(X, Y) > SparcsRegressor(alpha=10.0).fit(X, Y).score(X, Y)


def test_max_iter_reached():
    with pytest.warns(ConvergenceWarning, match="max_iter=2 .*raise max_iter"):
        SparcsRegressor(solver="first_order", max_iter=2, random_state=0).fit(X, Y)
