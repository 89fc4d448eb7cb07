"""`SparcsClassifier`: two classes, several, labels; weights, streams."""

import numpy as np
import pytest
from helpers.models import EVERY_CLASSIFIER
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax
from sklearn.datasets import load_iris, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import KFold, cross_val_score
from sklearn.utils.class_weight import compute_sample_weight

from sklearn_sparcs import SparcsClassifier


@pytest.mark.filterwarnings("ignore:max_iter")  # separable: the loss falls for ever
def test_finds_a_ring_that_no_line_separates(rings):
    X, y = rings
    model = SparcsClassifier(random_state=0).fit(X, y)
    assert LogisticRegression().fit(X, y).score(X, y) < 0.7
    assert model.score(X, y) > 0.95
    assert not model.active_architecture_.is_linear
    assert model.classes_.tolist() == ["inner", "outer"]
    proba = model.predict_proba(X)
    assert proba.shape == (300, 2)
    assert_allclose(proba.sum(axis=1), 1)
    assert_allclose(np.exp(model.predict_log_proba(X)), proba, rtol=1e-9, atol=1e-300)
    assert np.all(model.predict(X) == model.classes_[proba.argmax(axis=1)])


@pytest.mark.parametrize("n_classes", [2, 3])
def test_at_alpha_max_it_is_logistic_regression(n_classes):
    X, y = make_classification(
        200, 6, n_informative=4, n_classes=n_classes, random_state=0
    )
    model = SparcsClassifier(alpha=10.0, linear_alpha=1e-3).fit(X, y)
    Z = (X - X.mean(0)) / X.std(0)
    logistic = LogisticRegression(C=1 / (200 * 1e-3), tol=1e-10).fit(Z, y)
    assert model.active_architecture_.is_linear
    assert_allclose(model.predict_proba(X), logistic.predict_proba(Z), atol=1e-5)


def test_several_classes_of_any_type():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"], dtype=object)[y]
    model = SparcsClassifier(random_state=0).fit(X, names)
    assert model.score(X, names) > 0.95
    assert model.predict_proba(X).shape == (150, 3)
    assert set(model.predict(X)) == set(names)


@pytest.mark.filterwarnings("ignore:max_iter")
def test_several_labels(rings):
    X, y = rings
    Y = np.c_[y == "inner", X[:, 0] > 0, np.zeros(300)].astype(int)
    model = SparcsClassifier(random_state=0, alpha=1e-3).fit(X, Y)
    predicted = model.predict(X)
    assert predicted.shape == (300, 3) and set(np.unique(predicted)) == {0, 1}
    assert model.predict_proba(X).shape == (300, 3)
    assert model.score(X, Y) == accuracy_score(Y, predicted) > 0.9
    assert predicted[:, 2].sum() == 0


def test_class_weight_is_the_sample_weight_of_the_class(rings):
    X, y = rings
    options = {"random_state": 0}
    given = {"inner": 3.0, "outer": 0.5}
    for class_weight in ("balanced", given):
        model = SparcsClassifier(class_weight=class_weight, **options).fit(X, y)
        weight = compute_sample_weight(class_weight, y)
        twin = SparcsClassifier(**options).fit(X, y, sample_weight=weight)
        assert_allclose(model.predict_proba(X), twin.predict_proba(X))
    with pytest.raises(ValueError, match=r"names \['middle'\]"):
        SparcsClassifier(class_weight={"middle": 1.0}).fit(X, y)


def test_partial_fit_needs_every_class_in_the_first_call(rings):
    X, y = rings
    model = SparcsClassifier(random_state=0)
    model.partial_fit(X[y == "inner"][:5], y[y == "inner"][:5], ["inner", "outer"])
    for _ in range(40):
        for part in range(3):
            model.partial_fit(X[part::3], y[part::3])
    assert model.score(X, y) > LogisticRegression().fit(X, y).score(X, y) + 0.1
    with pytest.raises(ValueError, match="elsewhere"):
        model.partial_fit(X[:2], ["inner", "elsewhere"])


@pytest.mark.parametrize("shares", [(0.7, 0.3), (0.5, 0.3, 0.2)])
def test_early_stopping_is_stratified(shares):
    """Features that say nothing: the accuracy is the share of the largest class."""
    y = np.repeat(np.arange(len(shares)), np.multiply(shares, 100).round().astype(int))
    X = np.zeros((100, 1))
    for seed in range(5):
        model = SparcsClassifier(early_stopping=True, random_state=seed).fit(X, y)
        assert_allclose(model.validation_scores_, shares[0])
        assert len(model.validation_scores_) == model.n_iter_


def test_separable_classes_have_a_finite_start():
    X = np.r_[np.full((20, 1), -1.0), np.full((20, 1), 1.0)]
    model = SparcsClassifier().fit(X, np.repeat([0, 1], 20))
    assert model.score(X, np.repeat([0, 1], 20)) == 1.0
    assert np.isfinite(model.predict_log_proba(X)).all()
    assert model.predict_proba(X).max() < 1


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("targets", ["two", "three", "labels"])
@EVERY_CLASSIFIER
def test_scores_are_what_probabilities_and_predictions_are_made_of(model, targets):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 2))
    labels = (np.c_[X[:, 0], X.sum(axis=1) + 0.3 * X[:, 1] ** 2] > 0.2).astype(int)
    y = {
        "two": np.array(["no", "yes"])[labels[:, 0]],
        "three": labels.sum(axis=1) + 5,
        "labels": labels,
    }[targets]
    model.fit(X, y)
    scores, proba = model.decision_function(X), model.predict_proba(X)
    if targets == "two":
        assert scores.shape == (90,)
        assert_allclose(proba, np.c_[expit(-scores), expit(scores)], atol=1e-15)
        assert_array_equal(model.predict(X), np.where(scores > 0, "yes", "no"))
        return
    assert scores.shape == proba.shape == (90, model.n_outputs_)
    if targets == "labels":
        assert_allclose(proba, expit(scores))
        assert_array_equal(model.predict(X), proba > 0.5)
    else:
        assert_allclose(proba, softmax(scores, axis=1))
        assert_allclose(scores.sum(axis=1), np.zeros(90), atol=1e-12)
        assert_array_equal(model.predict(X), model.classes_[proba.argmax(axis=1)])


def test_certain_scores_are_still_told_apart():
    """Where probabilities are one to rounding, scores, and so ranks, are not alike."""
    X = np.linspace(-1, 1, 60)[:, None]
    model = SparcsClassifier((), linear_alpha=1e-9).fit(X, X[:, 0] > 0)
    far = 1e3 * X
    assert len(np.unique(model.predict_proba(far)[:, 1])) < 10
    assert_allclose(np.diff(model.decision_function(far)) > 0, True)


def test_scikit_learn_ranks_by_scores(rings):
    X, y = rings
    model = SparcsClassifier(random_state=0).fit(X, y)
    area = roc_auc_score(y, model.decision_function(X))
    assert area == pytest.approx(roc_auc_score(y, model.predict_proba(X)[:, 1]))
    assert cross_val_score(model, X, y, scoring="roc_auc", cv=3).min() > 0.9


@pytest.mark.parametrize("dtype", [int, bool])
def test_labels_that_are_objects_are_scored_as_they_are_learned(rings, dtype):
    X, y = rings[0], (rings[1] == "outer").astype(dtype)
    model = SparcsClassifier((), random_state=0).fit(X, y.astype(object))
    assert model.score(X, y.astype(object)) == model.score(X, y)
    folds = {"cv": KFold(2), "error_score": "raise"}
    found = cross_val_score(model, X, y.astype(object), **folds)
    assert_array_equal(found, cross_val_score(model, X, y, **folds))
