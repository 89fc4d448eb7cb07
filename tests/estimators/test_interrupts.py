"""Ctrl-C: a fit keeps the best network that there is; what fits many times stops."""

import pickle

import numpy as np
import pytest
import torch
from helpers.interrupts import InterruptedAt
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
    sparcs_path,
)
from sklearn_sparcs._estimators import epochs
from sklearn_sparcs._first_order.skorch_net import SparcsNet
from sklearn_sparcs._growth import (
    alpha_search,
    finite_gain,
    given_wiring,
    path_following,
    second_order_pruning,
)
from sklearn_sparcs._second_order import levenberg_marquardt

#: Where an interrupt may fall: a module, and what it calls.
STAGES = {
    "survey": (finite_gain, "_climbed"),
    "choice": (path_following, "chosen"),
    "waking": (path_following, "woken"),
    "step": (levenberg_marquardt, "_step"),
    "training": (path_following, "optimize"),
    "training at alpha": (alpha_search, "optimize"),
    "criterion": (alpha_search, "criterion"),
    "pruning": (second_order_pruning, "_in_order"),
    "wiring": (given_wiring, "optimize"),
    "epoch": (SparcsNet, "_train"),
}


class Interrupts:
    """Raises KeyboardInterrupt at the k-th call, once."""

    def __init__(self, wrapped, k):
        self.wrapped, self.left = wrapped, k

    def __call__(self, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return self.wrapped(*args, **kwargs)


@pytest.fixture
def interrupted(monkeypatch):
    """Interrupt a stage at its k-th call."""

    def at(stage, k):
        module, name = STAGES[stage]
        interrupts = Interrupts(getattr(module, name), k)
        monkeypatch.setattr(module, name, lambda *a, **kw: interrupts(*a, **kw))
        return interrupts

    return at


def fits_whole(model, X, y):
    """Every part of a fitted model is there, and predicts."""
    for part in (model, model.pruned_estimator_, pickle.loads(pickle.dumps(model))):
        assert np.isfinite(part.predict(X)).all()
    assert len(model.loss_curve_) == model.n_iter_ == len(model.history_) > 0
    n_live = model.history_[-1, "n_live"]
    assert sum(map(np.count_nonzero, model.eigenvalues_[1:-1])) <= n_live
    assert model.alpha_ <= model.alpha_max_
    return model.score(X, y)


@pytest.mark.parametrize(
    ("stage", "alpha", "k"),
    [
        ("survey", "auto", 5),
        ("choice", 1e-3, 5),
        ("waking", 1e-3, 2),
        ("step", "auto", 5),
        ("training", 1e-3, 2),
        ("training at alpha", 1e-3, 1),
        ("criterion", "auto", 5),
        ("pruning", "auto", 1),
    ],
)
def test_a_fit_keeps_what_there_is(kinked, interrupted, stage, alpha, k):
    X, y = kinked
    model = SparcsRegressor((20,), alpha=alpha, random_state=0)
    interrupts = interrupted(stage, k)
    with pytest.warns(ConvergenceWarning, match="interrupted by the user"):
        model.fit(X, y)
    assert interrupts.left == 0
    linear = SparcsRegressor((), random_state=0).fit(X, y).score(X, y)
    assert fits_whole(model, X, y) > linear + 0.01


@pytest.mark.parametrize("stage", ["survey", "choice", "criterion"])
def test_before_there_is_anything_nothing_changes(kinked, interrupted, stage):
    X, y = kinked
    model = SparcsRegressor((20,), random_state=0)
    before = dict(vars(model))
    interrupted(stage, 1)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert vars(model) == before


def test_a_row_that_is_told(kinked, monkeypatch):
    X, y = kinked
    told = Interrupts(lambda row: None, 4)
    monkeypatch.setattr(epochs, "AlphaLog", lambda: told)
    model = SparcsRegressor((20,), verbose=True, random_state=0)
    with pytest.warns(ConvergenceWarning, match="interrupted by the user"):
        model.fit(X, y)
    fits_whole(model, X, y)
    assert model.n_iter_ == 3


def test_a_deeper_round_leaves_the_one_before(kinked, interrupted):
    X, y = kinked
    one = SparcsRegressor((20,), random_state=0).fit(X, y)
    # a round's first surveys are two, and then there is one an alpha
    interrupted("survey", one.n_iter_ + 3)
    model = SparcsRegressor((20, 20), random_state=0)
    with pytest.warns(ConvergenceWarning, match="interrupted by the user"):
        model.fit(X, y)
    assert model.score(X, y) == pytest.approx(one.score(X, y), abs=0.01)
    fits_whole(model, X, y)


def test_a_warm_start_goes_on_from_what_was_kept(kinked, interrupted):
    X, y = kinked
    model = SparcsRegressor((20,), warm_start=True, random_state=0)
    interrupted("criterion", 4)
    with pytest.warns(ConvergenceWarning, match="interrupted by the user"):
        model.fit(X, y)
    score = model.score(X, y)
    assert model.fit(X, y).score(X, y) >= score
    fits_whole(model, X, y)


def test_a_given_wiring_keeps_its_last_iterations(kinked, interrupted):
    X, y = kinked
    whole = CompactRegressor((8,), random_state=0).fit(X, y)
    interrupted("wiring", 2)
    model = CompactRegressor((8,), random_state=0)
    with pytest.warns(ConvergenceWarning, match="interrupted by the user"):
        model.fit(X, y)
    assert model.loss_curve_ == whole.loss_curve_[: model.n_iter_]
    assert 0 < model.n_iter_ < whole.n_iter_
    interrupted("wiring", 1)
    before = model.predict(X)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, -y)
    assert np.array_equal(model.predict(X), before)


@pytest.mark.parametrize("solver", ["growth", "first_order"])
@pytest.mark.parametrize(
    "search",
    [
        lambda model, X, y: cross_val_score(model, X, y, cv=2),
        lambda model, X, y: GridSearchCV(model, {"alpha": [0.1, 0.01]}).fit(X, y),
        lambda model, X, y: BaggingRegressor(model, 2).fit(X, y),
    ],
    ids=["cross_val_score", "GridSearchCV", "BaggingRegressor"],
)
def test_what_fits_many_times_stops(kinked, interrupted, solver, search):
    X, y = kinked
    model = SparcsRegressor((20,), solver=solver, max_iter=20, random_state=0)
    interrupted("epoch" if solver == "first_order" else "training", 3)
    with pytest.raises(KeyboardInterrupt):
        search(model, X, y)


def test_what_fits_once_does_not(rings, kinked, interrupted):
    X, labels = rings
    pipe = make_pipeline(StandardScaler(), SparcsClassifier((20,), random_state=0))
    interrupted("criterion", 4)
    with pytest.warns(ConvergenceWarning, match="interrupted by the user") as seen:
        pipe.fit(X, labels)
    assert [warning.filename for warning in seen] == [__file__]  # the user's own line
    X, y = kinked
    model = TransformedTargetRegressor(SparcsRegressor((20,), random_state=0))
    interrupted("criterion", 4)
    with pytest.warns(ConvergenceWarning, match="interrupted by the user"):
        model.fit(X, y)


@pytest.mark.parametrize(
    "search",
    [
        lambda X, y: SparcsRegressorCV((20,), cv=2, random_state=0).fit(X, y),
        lambda X, y: sparcs_path(X, y, n_alphas=9, random_state=0),
    ],
    ids=["CV", "path"],
)
def test_searches_of_our_own_stop(kinked, interrupted, search):
    interrupted("training", 2)
    with pytest.raises(KeyboardInterrupt):
        search(*kinked)


@pytest.mark.parametrize(
    "model",
    [
        CompactRegressor((3,), max_iter=20),
        CompactRegressor((3,), solver="adam", max_iter=3),
        SparcsRegressor((3,), alpha=0.01),
        SparcsRegressor((3,), solver="first_order", max_iter=3),
    ],
    ids=["compact", "compact by epochs", "growth", "by epochs"],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_at_any_line_a_fit_is_whole_or_was_none(kinked, model):
    X, y = (part[:80] for part in kinked)
    model.set_params(random_state=0)
    with InterruptedAt(0) as lines:
        clone(model).fit(X, y)
    n_lines = -lines.left
    threads, errors = torch.get_num_threads(), np.geterr()
    for k in np.linspace(1, n_lines - 200, 12, dtype=int):
        interrupted = clone(model)
        before = dict(vars(interrupted))
        try:
            with InterruptedAt(k):
                interrupted.fit(X, y)
        except KeyboardInterrupt:
            assert vars(interrupted) == before
        else:
            assert np.isfinite(interrupted.predict(X)).all()
        assert (torch.get_num_threads(), np.geterr()) == (threads, errors)
