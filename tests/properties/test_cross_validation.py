"""Whatever the data, folds and weights: a network, or a clear ValueError."""

import numpy as np
from helpers.answers import assert_finite, fitted, unless_refused
from helpers.tables import ACTIVATIONS, LABELLED, MOSTLY_USABLE, TARGETS, tables
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, ShuffleSplit

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressorCV, sparcs_path

SMALL = tables(MOSTLY_USABLE, rows=(2, 16))
#: Splits of a few rows; some leave a class, or all rows that count, out.
SPLITS = {
    "two folds": 2,
    "three in order": KFold(3),
    "shuffled": KFold(2, shuffle=True, random_state=0),
    "one row each": LeaveOneOut(),
    "groups": GroupKFold(2),
    "one split": ShuffleSplit(1, random_state=0),
    "tests that overlap": [([0, 1, 2], [3, 1]), ([1, 2, 3], [0])],
}
FORMS = st.sampled_from(["array", "frame", "sparse"])
REAL_SCORES = st.sampled_from([None, "neg_mean_squared_error", "neg_max_error"])
CLASS_SCORES = st.sampled_from([None, "neg_log_loss", "roc_auc_ovr"])


@st.composite
def paths(draw):
    """Parameters of a path of alphas."""
    own = draw(st.sampled_from([None, [1.0, 0.0], [1e-3]]))
    return {
        "hidden_layer_sizes": draw(st.sampled_from([(), (1,), (2, 2)])),
        "n_alphas": draw(st.integers(1, 3)),
        "alphas": own,
        "activation": draw(st.sampled_from(["auto", *ACTIVATIONS])),
        "l1_ratio": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "linear_alpha": draw(st.sampled_from(["auto", 0.0])),
        "hidden_alpha": draw(st.sampled_from(["auto", 5.0])),
        "fit_intercept": draw(st.booleans()),
        "standardize": draw(st.booleans()),
        "clip": draw(st.sampled_from(["auto", None, 3.0])),
        "random_state": 0,
    }


@st.composite
def choices(draw):
    """Parameters of a path and of the choice among its networks."""
    cv = SPLITS[draw(st.sampled_from(sorted(SPLITS)))]
    selection = draw(st.sampled_from(["best", "1se", 0.25]))
    return {**draw(paths()), "cv": cv, "selection": selection}


def fitted_by_folds(model, X, y, weight):
    """The model, fitted; None where it is refused."""
    groups = np.arange(len(y)) // 2
    return fitted(model, X, y, sample_weight=weight, groups=groups)


def assert_chosen(model, X):
    """Both choices say something finite, and why."""
    assert_finite(model, X)
    assert np.isfinite([model.best_score_, model.alpha_, model.alpha_1se_]).all()
    assert_finite(model.estimator_1se_, X)
    assert isinstance(model.verdict_, str)


@given(SMALL, choices(), FORMS, st.sampled_from(sorted(TARGETS)), REAL_SCORES)
def test_a_regressor_chosen_by_folds(table, chosen, form, kind, scoring):
    X, y = table.in_form(form), TARGETS[kind](table.y)
    model = SparcsRegressorCV(**chosen, scoring=scoring)
    if fitted_by_folds(model, X, y, table.weight):
        assert_chosen(model, X)


@given(SMALL, choices(), FORMS, st.sampled_from(sorted(LABELLED)), CLASS_SCORES)
def test_a_classifier_chosen_by_folds(table, chosen, form, kind, scoring):
    X, y = table.in_form(form), LABELLED[kind](table.labels)
    model = SparcsClassifierCV(**chosen, scoring=scoring)
    if fitted_by_folds(model, X, y, table.weight):
        assert_chosen(model, X)


@given(SMALL, paths(), FORMS, st.sampled_from(["regression", "classification"]))
def test_a_path(table, chosen, form, task):
    X, y = table.in_form(form), table.y if task == "regression" else table.labels
    path = unless_refused(
        sparcs_path, X, y, task=task, sample_weight=table.weight, **chosen
    )
    if path is not None:
        assert np.isfinite(path.train_loss).all()
        assert (np.diff(path.alphas) <= 0).all()
        for model in path.estimators:
            assert_finite(model, X)
