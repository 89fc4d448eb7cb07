"""Cross-validation along the path: what is chosen, and what is said of it."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.datasets import make_friedman1
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.linear_model import LinearRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressor, SparcsRegressorCV
from sklearn_sparcs._direct.stability import _standardised
from sklearn_sparcs._estimators import base_cv
from sklearn_sparcs._selection.folds import FoldPath
from sklearn_sparcs._sklearn import told_of_classes

SMALL = {"n_alphas": 8, "cv": 3, "random_state": 0}


@pytest.fixture(scope="module")
def linear_data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    return X, X @ [1.0, -2.0, 0.5, 0.0] + rng.normal(size=200)


@pytest.fixture(scope="module")
def chosen(kinked):
    """Chosen by cross-validation on kinked data."""
    return SparcsRegressorCV((10, 10), **SMALL).fit(*kinked)


def test_linear_data_get_a_linear_verdict(linear_data):
    X, y = linear_data
    model = SparcsRegressorCV((10, 10), **SMALL).fit(X, y)
    assert model.linear_suffices_
    assert "linear model suffices" in model.verdict_
    simple = model.estimator_1se_
    assert_allclose(simple.predict(X), LinearRegression().fit(X, y).predict(X))
    chosen = SparcsRegressorCV((10, 10), selection="1se", **SMALL).fit(X, y)
    assert chosen.active_architecture_.is_linear
    assert chosen.hidden_share_ == 0
    assert chosen.alpha_ == chosen.alpha_1se_ == model.alpha_1se_
    assert chosen.neuron_stability_.shape == (0,)


def test_kinked_data_get_neurons(kinked, chosen):
    (X, y), model = kinked, chosen
    assert not model.linear_suffices_
    assert "does not suffice" in model.verdict_
    assert model.score(X, y) > 0.98
    assert model.pruned_estimator_.score(X, y) > 0.98
    simple = model.estimator_1se_.active_architecture_
    assert 0 < simple.n_hidden <= model.active_architecture_.n_hidden
    output = model.predict(X)
    linear = LinearRegression().fit(X, output).score(X, output)
    assert model.hidden_share_ == pytest.approx(1 - linear)
    assert model.path_.architectures[-1] == model.active_architecture_
    assert model.alpha_ == model.path_.alphas[-1] == model.alphas_[model.n_iter_ - 1]
    assert len(model.neuron_stability_) == model.active_architecture_.n_hidden
    assert 0 < model.neuron_stability_.max() <= 1  # a kink may be seen from either side
    assert 0 <= model.depth_stability_ <= 1
    assert len(model.fold_architectures_) == 3


def test_choice_by_the_definition(kinked):
    X, y = kinked
    y = y + np.random.default_rng(1).normal(size=len(y))
    model = SparcsRegressorCV((10, 10), **SMALL).fit(X, y)
    scores, curves = model.cv_scores_path_, model.cv_curves_
    assert scores.shape == (len(curves), 8, 3)
    met = {  # every mean score, where the folds came
        (c, k): scores[c, k].mean()
        for c, folds in enumerate(model.cv_architectures_path_)
        for k in range(len(folds[0]))
    }
    place = max(met, key=met.get)
    assert model.best_score_ == pytest.approx(met[place])
    error = scores[place].std(ddof=1) / np.sqrt(3)
    assert model.best_score_error_ == pytest.approx(error)

    def simplest(slack):
        return min(
            (
                np.mean([f[k].n_hidden for f in model.cv_architectures_path_[c]]),
                -mean,
                c,
                k,
            )
            for (c, k), mean in met.items()
            if mean >= met[place] - slack * error
        )

    *_, c, k = simplest(0.25)
    assert (model.depth_, model.activation_) == curves[c]
    assert model.alpha_ == model.alphas_[k]
    assert model.alpha_1se_ == model.alphas_[simplest(1.0)[-1]]
    best = SparcsRegressorCV((10, 10), selection="best", **SMALL).fit(X, y)
    assert best.alpha_ == best.alphas_[place[1]]
    assert (best.depth_, best.activation_) == best.cv_curves_[place[0]]


def test_folds_scores_are_those_of_models_fitted_to_the_other_folds(linear_data):
    X, y = linear_data
    model = SparcsRegressorCV(5, alphas=[10.0, 1e-2], cv=KFold(4)).fit(X, y)
    for k, (train, test) in enumerate(KFold(4).split(X)):
        linear = LinearRegression().fit(X[train], y[train])
        score = linear.score(X[test], y[test])
        assert model.cv_scores_path_[0, 0, k] == pytest.approx(score)


def test_processes_change_nothing(kinked):
    options = {"alphas": [0.05, 0.005], "cv": 2, "random_state": 0}
    one = SparcsRegressorCV(6, **options).fit(*kinked)
    two = SparcsRegressorCV(6, n_jobs=2, **options).fit(*kinked)
    assert one.active_architecture_.n_hidden > 0
    assert one.cv_scores_path_.tolist() == two.cv_scores_path_.tolist()
    assert_allclose(one.predict(kinked[0]), two.predict(kinked[0]), atol=0)


def test_groups_and_weights(kinked):
    X, y = kinked
    groups = np.arange(len(y)) % 4
    model = SparcsRegressorCV(4, n_alphas=3, cv=GroupKFold(4), random_state=0)
    model.fit(X, y, groups=groups, sample_weight=np.ones(len(y)))
    assert model.cv_scores_path_.shape == (2, 3, 4)
    assert model.cv_curves_ == [(1, "relu"), (1, "tanh")]
    with pytest.raises(ValueError, match="groups"):
        model.fit(X, y)
    weight = np.where(groups == 0, 5.0, 1.0)
    weighted = SparcsRegressorCV(4, n_alphas=1, cv=3, random_state=0)
    weighted.fit(X, y, sample_weight=weight)
    linear = LinearRegression().fit(X, y, weight)
    assert_allclose(weighted.predict(X), linear.predict(X))


def test_classes_and_scoring(rings):
    X, y = rings
    model = SparcsClassifierCV(10, scoring="neg_log_loss", **SMALL).fit(X, y)
    assert not model.linear_suffices_
    assert model.best_score_ < 0
    assert model.score(X, y) > 0.93
    assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.pruned_estimator_.classes_.tolist() == ["inner", "outer"]


@pytest.mark.parametrize("labels", [["a", "b"], [2, 5, 9]])
@pytest.mark.parametrize(
    "scoring", ["neg_log_loss", "neg_brier_score", "d2_log_loss_score"]
)
def test_folds_may_lack_a_class(rings, scoring, labels):
    X, y = rings[0][:60], np.array(labels)[np.arange(60) % len(labels)]
    whole, some = np.arange(60), np.flatnonzero(y != labels[1])
    splits = [(whole, some), (whole, whole)]
    model = SparcsClassifierCV((), alphas=[1e3], cv=splits, scoring=scoring).fit(X, y)
    scores = model.cv_scores_path_[0, 0]
    assert np.isfinite(scores).all()
    if scoring == "neg_log_loss":
        of_rows = np.log(model.predict_proba(X)[whole, np.searchsorted(labels, y)])
        assert_allclose(scores, [of_rows[some].mean(), of_rows.mean()])


@pytest.mark.parametrize("of", [max, lambda y, P, labels=("no", "yes"): 0.0])
def test_what_has_no_labels_to_ask_for_is_told_of_none(of):
    """It is not written in Python, or its labels are something else."""
    scorer = make_scorer(of, response_method="predict_proba")
    assert told_of_classes(scorer, np.arange(2)) is scorer


def test_an_activation_of_ones_own_is_the_only_one(kinked):
    model = SparcsRegressorCV(5, activation="gelu", n_alphas=3, cv=2, random_state=0)
    model.fit(*kinked)
    assert model.cv_curves_ == [(1, "gelu")]
    assert model.activation_ == model.pruned_estimator_.activation == "gelu"


def test_a_bar_shows_how_far_the_folds_have_come(kinked, capsys):
    SparcsRegressorCV(3, n_alphas=2, cv=2, verbose=True).fit(*kinked)
    assert "8/8" in capsys.readouterr().err  # two alphas, two folds, two activations
    SparcsRegressorCV(3, n_alphas=2, cv=2).fit(*kinked)
    captured = capsys.readouterr()
    assert captured.err == captured.out == ""


def test_without_a_screen_there_is_no_bar(kinked, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)  # as in a window, or a service, of Windows
    monkeypatch.setattr(sys, "stdout", None)
    SparcsRegressorCV(3, n_alphas=2, cv=2, verbose=True).fit(*kinked)
    SparcsRegressor(3, verbose=True).fit(*kinked)


def test_signals_alike():
    signals = np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]])
    found = _standardised(signals)
    assert_allclose(found.sum(axis=0), 0, atol=1e-12)
    assert_allclose(np.linalg.norm(found, axis=0), [1, 0])


def test_the_networks_are_pruned_but_not_to_nothing(wavy):
    X, y = wavy
    few = {"alphas": [1e-2, 1e-3, 1e-4, 1e-5], "cv": 2, "random_state": 0}
    few |= {"selection": "best", "activation": "relu"}
    whole = SparcsRegressorCV(10, prune_tol=0, **few).fit(X, y)
    pruned = SparcsRegressorCV(10, prune_tol=5.0, **few).fit(X, y)
    blunt = SparcsRegressorCV(10, prune_tol=1e9, **few).fit(X, y)
    n_whole, n_pruned, n_blunt = (
        m.pruned_estimator_.active_architecture_.n_hidden
        for m in (whole, pruned, blunt)
    )
    assert n_whole == whole.active_architecture_.n_hidden
    assert 0 < n_pruned < n_whole
    assert n_blunt == n_whole  # rather than a linear model
    assert not blunt.linear_suffices_


def test_the_choice_loses_the_neurons_that_its_loss_can_spare(monkeypatch):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 2))
    y = np.abs(X[:, 0]) + 0.3 * rng.normal(size=200)

    def most_neurons(estimator, X, y):
        return estimator.active_architecture_.n_hidden

    few = {"alphas": np.geomspace(0.03, 1e-4, 6), "cv": 2, "activation": "relu"}
    model = SparcsRegressorCV(
        20, **few, scoring=most_neurons, selection="best", random_state=0
    ).fit(X, y)
    monkeypatch.setattr(base_cv, "_IDLE", 0.0)
    whole = clone(model).fit(X, y)
    n_whole = whole.active_architecture_.n_hidden
    assert 0 < model.active_architecture_.n_hidden < n_whole
    before, after = (np.mean((m.predict(X) - y) ** 2) for m in (whole, model))
    assert after <= 1.01 * before
    assert len(model.neuron_stability_) == model.active_architecture_.n_hidden


def test_what_is_kept_is_trained_until_it_settles():
    X, y = make_friedman1(200, 5, noise=1.0, random_state=0)

    def most_neurons(estimator, X, y):
        return estimator.active_architecture_.n_hidden

    few = {"alphas": np.geomspace(0.3, 3e-4, 8), "cv": 2, "activation": "tanh"}
    few |= {"selection": "best", "scoring": most_neurons}
    model = SparcsRegressorCV(30, **few, random_state=0).fit(X, y)
    on_the_way, kept = (
        np.mean((m.predict(X) - y) ** 2) for m in (model.path_.estimators[-1], model)
    )
    assert kept < 0.95 * on_the_way


def test_what_is_kept_is_grown_on_if_that_raises_the_scores_of_folds(monkeypatch):
    X = np.random.default_rng(0).uniform(-1, 1, size=(300, 2))
    y = np.sin(5 * X[:, 0]) * np.cos(4 * X[:, 1])
    few = {"alphas": [0.01, 0.003], "cv": 2, "activation": "relu"}
    model = SparcsRegressorCV(20, **few, random_state=0).fit(X, y)
    last = model.path_.estimators[-1].active_architecture_
    assert model.alpha_ == 0.003
    assert model.active_architecture_.n_hidden > last.n_hidden
    seen = []

    def no_better(path, judge, place):
        fit = path.fit.grown_out(place)
        assert fit.n_live >= path.fit.points[place].n_live
        seen.append(score(path, judge, place))
        return path.scores[place]

    score = FoldPath.grown_out_score
    monkeypatch.setattr(FoldPath, "grown_out_score", no_better)
    model.fit(X, y)
    assert model.active_architecture_.n_hidden <= last.n_hidden
    assert np.mean(seen) > model.best_score_


def test_a_score_that_no_fold_defines_is_refused(kinked):
    X, y = kinked
    model = SparcsRegressorCV(3, alphas=[1e3], cv=LeaveOneOut())
    with (
        pytest.warns(UndefinedMetricWarning),
        pytest.raises(ValueError, match="no finite score"),
    ):
        model.fit(X[:20], y[:20])
    model.set_params(scoring="neg_mean_squared_error").fit(X[:20], y[:20])
    assert model.best_score_ < 0


def test_a_score_that_is_no_number_is_refused(kinked):
    X, y = kinked
    model = SparcsRegressorCV((), cv=2, scoring=lambda model, X, y: {"r2": 1.0})
    with pytest.raises(ValueError, match=r"a number, and returned \{'r2': 1.0\}, of"):
        model.fit(X, y)


def test_a_score_that_is_not_finite_stays_so_and_is_not_chosen(kinked):
    X, y = kinked

    def spoilt(model, X, y):
        linear = model.active_architecture_.is_linear
        return model.score(X, y) if linear else np.nan

    alphas = [1e3, 0.1, 0.01]
    model = SparcsRegressorCV((5,), alphas=alphas, cv=3, scoring=spoilt).fit(X, y)
    assert np.isnan(model.cv_scores_path_).any()
    assert model.active_architecture_.is_linear
    assert np.isfinite([model.best_score_, model.best_score_error_]).all()


def test_every_fold_is_linear_at_the_first_alpha(linear_data):
    X, y = linear_data
    model = SparcsRegressorCV(5, n_alphas=3, linear_alpha=0.0, random_state=0)
    model.fit(X[:40], y[:40])
    for folds in model.cv_architectures_path_:
        assert [fold[0].n_hidden for fold in folds] == [0] * 5
    assert model.alphas_[0] >= model.alpha_max_
    splits = list(KFold(5).split(X[:40]))
    linear = [
        LinearRegression().fit(X[train], y[train]).score(X[test], y[test])
        for train, test in splits
    ]
    assert_allclose(model.cv_scores_path_[:, 0], [linear, linear])
