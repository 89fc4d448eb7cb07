"""The plain estimators on a path: which alphas, which point of it, what is recorded."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.datasets import make_friedman1
from skorch.callbacks import EpochScoring

from sklearn_sparcs import SparcsClassifier, SparcsRegressor
from sklearn_sparcs._estimators import solvers
from sklearn_sparcs._estimators.classifier import ALPHA_BY_EPOCHS as CLASSES_ALPHA
from sklearn_sparcs._estimators.regressor import ALPHA_BY_EPOCHS
from sklearn_sparcs._estimators.solvers import FEW_INPUTS, MOST_INPUTS, chosen_solver
from sklearn_sparcs._growth.second_order import SecondOrder


def column(model, name):
    return np.array([row[name] for row in model.history_])


@pytest.mark.parametrize(
    ("asked", "size", "in_epochs", "expected"),
    [
        ("growth", (2**20, 32), False, "second_order"),
        ("growth", (2**20 + 1, 32), False, "first_order"),
        ("growth", (2**30, FEW_INPUTS, "in place"), False, "second_order"),
        ("growth", (2**18, 128, "in place"), False, "second_order"),
        ("growth", (2**18 + 1, 128, "in place"), False, "first_order"),
        ("growth", (100, MOST_INPUTS), False, "second_order"),
        ("growth", (100, MOST_INPUTS + 1), False, "first_order"),
        ("growth", (10, 3), True, "first_order"),
        ("second_order", (2**30, 4000), False, "second_order"),
        ("second_order", (10, 3), True, "first_order"),
        ("first_order", (10, 3), False, "first_order"),
        ("adam", (10, 3), True, "adam"),
    ],
)
def test_the_solver_is_the_best_that_the_size_affords(asked, size, in_epochs, expected):
    n, d, *in_place = size
    given = {"n_samples": n, "n_inputs": d, "in_place": bool(in_place)}
    found = chosen_solver(asked, **given, in_epochs=in_epochs)
    assert found == expected


@pytest.mark.filterwarnings("ignore:max_iter")
def test_large_sparse_tables_and_callbacks_are_for_epochs(kinked, monkeypatch):
    X, y = kinked
    model = SparcsRegressor(max_iter=3, random_state=0)
    assert "epoch" not in model.fit(X, y).history_[0]
    r2 = EpochScoring("r2", lower_is_better=False, name="r2", on_train=True)
    model.set_params(callbacks=[r2]).fit(X, y)
    assert [row["epoch"] for row in model.history_] == [1, 2, 3]
    model.set_params(callbacks=None, init="xavier").fit(X, y)
    assert model.history_[0]["epoch"] == 1
    monkeypatch.setattr(solvers, "LARGEST_TABLE", 300 * 4 - 1)
    model.set_params(init="least_squares").fit(sparse.csr_array(X), y)
    assert model.history_[0]["epoch"] == 1
    assert "epoch" not in model.fit(X, y).history_[0]  # used where it is
    monkeypatch.setattr(solvers, "LARGEST_TABLE", 300 * 4)
    assert "epoch" not in model.fit(sparse.csr_array(X), y).history_[0]


def test_what_has_no_meaning_on_a_path_is_refused(kinked):
    for options in ({"callbacks": [EpochScoring("r2")]}, {"init": "xavier"}):
        model = SparcsRegressor(solver="second_order", **options)
        with pytest.raises(ValueError, match=r"no meaning for solver=.second_order"):
            model.fit(*kinked)


def test_auto_is_a_point_of_a_path_of_thirteen(kinked):
    X, y = kinked
    model = SparcsRegressor(random_state=0).fit(X, y)
    path = model.alpha_max_ * np.geomspace(1, 1e-3, 13)
    *on_the_way, settled = column(model, "alpha")
    assert_allclose(on_the_way, path[: model.n_iter_ - 1])
    assert column(model, "n_live")[0] == 0
    assert settled == model.alpha_ and settled in on_the_way[1:]
    chosen = model.history_[-1]
    assert chosen["n_live"] == model.active_architecture_.n_hidden
    error = np.mean((model.predict(X) - y) ** 2) / y.var()
    assert chosen["train_loss"] == pytest.approx(error, rel=1e-6)
    assert chosen["objective"] > chosen["train_loss"]
    assert model.loss_curve_ == column(model, "objective").tolist()


def test_auto_for_epochs_is_a_constant(kinked, rings):
    for solver in ("first_order", "adam"):
        options = {"solver": solver, "max_iter": 1, "random_state": 0}
        with pytest.warns(match="max_iter=1"):
            assert SparcsRegressor(**options).fit(*kinked).alpha_ == ALPHA_BY_EPOCHS
        with pytest.warns(match="max_iter=1"):
            assert SparcsClassifier(**options).fit(*rings).alpha_ == CLASSES_ALPHA


def test_noise_takes_one_alpha(kinked):
    X, y = kinked
    noise = np.random.default_rng(0).normal(size=len(y))
    model = SparcsRegressor(random_state=0).fit(X, noise)
    assert model.active_architecture_.is_linear
    assert model.n_iter_ == 1
    assert model.alpha_ == model.alpha_max_
    model.set_params(alpha=1e-4).fit(X, noise)
    assert (model.n_iter_, model.alpha_) == (1, 1e-4)
    eager = SparcsRegressor(3, alpha=1e-4, min_significance=0, random_state=0)
    assert not eager.fit(X, noise).active_architecture_.is_linear


def test_a_number_is_reached_from_alpha_max(kinked):
    X, y = kinked
    model = SparcsRegressor(alpha=1e-3, random_state=0).fit(X, y)
    alphas = column(model, "alpha")
    assert alphas[0] == model.alpha_max_
    assert alphas[-1] == model.alpha_ == 1e-3
    passed = alphas[alphas > 1e-3]
    steps = np.r_[passed, 1e-3][1:] / passed
    assert_allclose(steps, steps[0])
    assert 1e-3 ** (1 / 12) <= steps[0] < 0.8
    # the last row is the optimum: to go on from it changes nothing
    expected = model.predict(X)
    again = model.set_params(warm_start=True).fit(X, y)
    assert again.n_iter_ > len(alphas)
    assert_allclose(again.predict(X), expected, atol=1e-2)
    assert again.loss_curve_[-1] == pytest.approx(model.loss_curve_[-1], rel=1e-3)
    assert again.loss_curve_[-1] <= again.loss_curve_[len(alphas) - 1] * (1 + 1e-9)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("alpha", [0.0, 1e-3, 0.03])
def test_never_above_the_linear_models_objective(kinked, alpha, activation):
    X, y = kinked
    options = {"activation": activation, "random_state": 0, "min_significance": 0}
    model = SparcsRegressor(10, alpha=alpha, **options).fit(X, y)
    linear = SparcsRegressor((), random_state=0).fit(X, y).loss_curve_[0]
    assert all(value <= linear * (1 + 1e-9) for value in model.loss_curve_)
    assert model.loss_curve_[-1] < 0.9 * linear


def nothing():
    return np.errstate()


@pytest.mark.parametrize("alpha", ["auto", 0.004])
def test_early_stopping_takes_the_lowest_validation_loss(kinked, alpha):
    X, y = kinked
    model = SparcsRegressor(alpha=alpha, early_stopping=True, random_state=0).fit(X, y)
    lowest = int(column(model, "valid_loss").argmin())
    assert model.alpha_ == column(model, "alpha")[lowest]
    assert model.active_architecture_.n_hidden == column(model, "n_live")[lowest]
    assert model.validation_scores_ == column(model, "valid_score").tolist()
    assert len(model.validation_scores_) == model.n_iter_
    assert max(model.validation_scores_) > 0.97
    assert min(column(model, "alpha")) >= (0.004 if alpha != "auto" else 0)


def test_the_pruned_network_keeps_to_its_tolerance_where_it_is_judged(kinked):
    X, y = kinked
    noisy = y + 0.3 * np.random.default_rng(1).normal(size=len(y))
    options = {"alpha": 1e-4, "min_significance": 0, "random_state": 0}
    model = SparcsRegressor(prune_tol=0.1, **options).fit(X, noisy)
    small = model.pruned_estimator_
    assert small.active_architecture_.n_hidden < model.active_architecture_.n_hidden
    loss, whole = (np.mean((m.predict(X) - noisy) ** 2) for m in (small, model))
    assert loss <= 1.1 * whole * (1 + 1e-9)


@pytest.mark.parametrize("solver", ["second_order", "first_order"])
def test_growth_goes_on_whichever_solver_was_before(kinked, solver):
    X, y = kinked
    other = {"second_order": "first_order", "first_order": "second_order"}[solver]
    options = {"alpha": 1e-3, "max_iter": 60, "warm_start": True, "random_state": 0}
    model = SparcsRegressor(8, solver=solver, **options)
    with pytest.warns(match="max_iter=60") if solver == "first_order" else nothing():
        model.fit(X, y)
    before, n_before = model.score(X, y), model.n_iter_
    assert before > 0.95
    model.set_params(solver=other)
    with pytest.warns(match="max_iter=60") if other == "first_order" else nothing():
        model.fit(X, y)
    first = model.history_[n_before]  # it did not begin anew
    assert 1 - first["train_loss"] > before - 0.02
    assert model.score(X, y) > 0.99
    with pytest.raises(ValueError, match="solver was 'growth' in the last fit"):
        model.set_params(solver="adam").fit(X, y)


def test_streams_and_paths_go_on_from_one_another(kinked):
    X, y = kinked
    model = SparcsRegressor(warm_start=True, random_state=0).fit(X, y)
    before, alpha = model.score(X, y), model.alpha_
    model.partial_fit(X, y)
    assert model.history_[-1]["epoch"] == 1
    assert model.score(X, y) > before - 0.02
    assert model.alpha_ == ALPHA_BY_EPOCHS
    model.set_params(alpha=alpha).fit(X, y)
    assert "epoch" not in model.history_[-1]
    assert model.alpha_ == alpha
    assert model.score(X, y) > 0.997


def test_auto_goes_on_at_the_alpha_that_was_found(kinked):
    X, y = kinked
    model = SparcsRegressor(warm_start=True, random_state=0).fit(X, y)
    n_before, alpha = model.n_iter_, model.alpha_
    model.fit(X, y)
    assert set(column(model, "alpha")[n_before:]) == {alpha}
    model.set_params(early_stopping=True).fit(X, y)
    assert model.alpha_ == alpha
    assert model.validation_scores_[0] is None
    assert model.validation_scores_[-1] > 0.97


def test_a_network_that_loses_its_neurons_is_the_linear_model(kinked):
    X, y = kinked
    model = SparcsRegressor(warm_start=True, random_state=0).fit(X, y)
    assert not model.active_architecture_.is_linear
    model.set_params(alpha=1e3).fit(X, y)
    linear = SparcsRegressor(()).fit(X, y)
    assert model.active_architecture_.is_linear
    assert_allclose(model.predict(X), linear.predict(X), rtol=1e-9)


def test_warns_only_of_what_can_be_done(kinked):
    X, y = kinked
    SparcsRegressor(max_iter=1, random_state=0).fit(X, y)  # the path is what it is
    options = {"alpha": 1e-5, "min_significance": 0, "random_state": 0, "tol": 0}
    with pytest.warns(match="max_iter=2 was reached"):
        SparcsRegressor(9, max_iter=2, **options).fit(X, y)
    SparcsRegressor(9, max_iter=21, **options).fit(X, y)


def test_verbose_prints_an_alpha_a_line(kinked, capsys):
    X, y = kinked
    model = SparcsRegressor(early_stopping=True, verbose=True, random_state=0)
    heading, *lines = capsys_lines(model.fit(X, y), capsys)
    assert heading.split() == list(model.history_[0])[:6]
    assert len(lines) == model.n_iter_
    printed = [float(line.split()[0]) for line in lines]
    assert_allclose(printed, column(model, "alpha"), rtol=1e-3)
    SparcsRegressor(random_state=0).fit(X, y)
    assert capsys.readouterr().out == ""


def capsys_lines(_, capsys):
    return capsys.readouterr().out.splitlines()


def test_single_precision_finds_what_double_does(kinked, rings):
    for kind, (X, y) in ((SparcsRegressor, kinked), (SparcsClassifier, rings)):
        double = kind(random_state=0).fit(X, y)
        single = kind(random_state=0).fit(X.astype(np.float32), y)
        assert single._outputs(X.astype(np.float32)).dtype == np.float32
        assert single.score(X, y) == pytest.approx(double.score(X, y), abs=0.01)
        assert single.alpha_max_ == pytest.approx(double.alpha_max_, rel=0.02)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes(rings, n_classes):
    X, y = rings
    if n_classes == 3:
        y = np.where((X**2).sum(axis=1) > 3, "far", y)
    model = SparcsClassifier(random_state=0).fit(X, y)
    assert model.score(X, y) > 0.94
    assert 1 <= model.active_architecture_.n_hidden < 20
    number = SparcsClassifier(alpha=model.alpha_, random_state=0).fit(X, y)
    assert number.score(X, y) == pytest.approx(model.score(X, y), abs=0.03)


def test_the_criterion_alone_is_asked_where_that_is_wanted(monkeypatch):
    asked = []

    def validated(self, found, seed):
        asked.append(found.alpha)
        return replace(found, alpha=2 * found.alpha)

    monkeypatch.setattr(SecondOrder, "validated", validated)
    X, y = make_friedman1(200, random_state=0)
    alone = SparcsRegressor(alpha="criterion", random_state=0).fit(X, y)
    assert not asked
    model = SparcsRegressor(random_state=0).fit(X, y)
    assert asked == [alone.alpha_]
    assert model.alpha_ == 2 * alone.alpha_
