"""Beside scikit-learn's and skorch's own tools."""

import io
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import (
    EarlyStopping,
    EpochScoring,
    Freezer,
    GradientNormClipping,
    Initializer,
    InputShapeSetter,
    LRScheduler,
    ProgressBar,
    Unfreezer,
)
from threadpoolctl import threadpool_limits

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


@pytest.mark.parametrize("given", [1, int, ("a", "b"), lambda net: None])
def test_what_is_no_callback_is_refused(given):
    with pytest.raises(TypeError, match="callbacks must hold callbacks of skorch's"):
        SparcsRegressor(callbacks=[given]).fit([[0.0], [1.0]], [0.0, 1.0])


def test_pipeline_and_grid_search(kinked):
    X, y = kinked
    pipeline = make_pipeline(
        StandardScaler(), SparcsRegressor(random_state=0, max_iter=50)
    )
    grid = {"sparcsregressor__alpha": [1.0, 0.01]}
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(X, y)
    assert search.best_params_ == {"sparcsregressor__alpha": 0.01}
    assert search.best_score_ > 0.9
    serial = GridSearchCV(pipeline, grid, cv=3, n_jobs=1).fit(X, y)
    for key in ("split0_test_score", "split1_test_score", "split2_test_score"):
        assert_array_equal(search.cv_results_[key], serial.cv_results_[key])


@pytest.mark.parametrize("estimator", [SparcsRegressor(()), CompactRegressor(())])
def test_a_search_draws_booleans_of_numpy(kinked, estimator):
    grid = {"fit_intercept": np.array([True, False])}
    search = GridSearchCV(estimator, grid, cv=2, error_score="raise").fit(*kinked)
    assert search.best_params_ == {"fit_intercept": True}


@pytest.mark.parametrize("make", [SparcsRegressor, CompactRegressor])
def test_a_search_draws_batch_sizes_of_numpy(kinked, make):
    given = make(4, solver="adam", max_iter=100, random_state=0)
    grid = {"batch_size": np.array([32])}
    search = GridSearchCV(given, grid, cv=2, error_score="raise").fit(*kinked)
    assert np.isfinite(search.best_score_)


def test_cross_val_score(rings):
    X, y = rings
    model = SparcsClassifier(random_state=0)
    assert cross_val_score(model, X, y, cv=3).mean() > 0.85


def test_frames_and_feature_names(kinked):
    X, y = kinked
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model = SparcsRegressor(alpha=0.1, random_state=0).fit(frame, y)
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    assert model.pruned_estimator_.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["c", "b", "a"]])
    with config_context(transform_output="pandas"):
        scaled = make_pipeline(StandardScaler(), SparcsRegressor(alpha=0.1))
        assert list(scaled.fit(frame, y)[-1].feature_names_in_) == ["a", "b", "c"]


def test_folds_of_a_frame_are_judged_in_silence(kinked):
    X, y = kinked
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model = SparcsRegressorCV(4, n_alphas=4, cv=2, random_state=0)
    of_frame, of_array = clone(model).fit(frame, y), clone(model).fit(X, y)
    assert_array_equal(of_frame.cv_scores_path_, of_array.cv_scores_path_)
    for small in (of_frame.pruned_estimator_, of_frame.estimator_1se_):
        assert small.feature_names_in_.tolist() == ["a", "b", "c"]


def test_set_output_in_a_pipeline(kinked):
    X, y = kinked
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    pipeline = make_pipeline(StandardScaler(), SparcsRegressor(alpha=0.1))
    pipeline.set_output(transform="pandas").fit(frame, y)
    assert list(pipeline[-1].feature_names_in_) == ["a", "b", "c"]


def test_metadata_routing(kinked):
    X, y = kinked
    weight = 1e-9 + (X[:, 0] > 0)
    with config_context(enable_metadata_routing=True):
        model = SparcsRegressor(alpha=1.0).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        routed = cross_validate(model, X, y, cv=2, params={"sample_weight": weight})
        plain = cross_validate(SparcsRegressor(alpha=1.0), X, y, cv=2)
    assert not np.allclose(routed["test_score"], plain["test_score"])


def test_groups_reach_the_splitter_unasked_as_those_of_lasso_cv_do(kinked):
    X, y = kinked
    groups = np.arange(len(X)) % 9
    options = {"n_alphas": 3, "random_state": 0}
    with config_context(enable_metadata_routing=True):
        model = SparcsRegressorCV((3,), cv=GroupKFold(3), **options)
        piped = make_pipeline(StandardScaler(), model).fit(X, y, groups=groups)
        own = clone(model).fit(StandardScaler().fit_transform(X), y, groups=groups)
        assert_array_equal(piped[-1].cv_scores_path_, own.cv_scores_path_)
        params = {"groups": groups}
        cross_validate(
            model, X, y, cv=GroupKFold(2), params=params, error_score="raise"
        )
        with pytest.raises(
            TypeError, match="groups"
        ):  # whole folds have no use of them
            make_pipeline(clone(model).set_params(cv=3)).fit(X, y, groups=groups)


def test_clone_and_set_params():
    model = SparcsRegressor((5, 6), alpha=0.3, callbacks=[EarlyStopping()])
    twin = clone(model)
    assert twin.get_params().keys() == model.get_params().keys()
    assert twin.alpha == 0.3 and twin.set_params(alpha=0.2).alpha == 0.2


@pytest.mark.parametrize("estimator", [SparcsRegressor, SparcsClassifier])
def test_round_trips_are_exact_and_small(estimator, wavy, tmp_path):
    X, y = wavy
    y = y if estimator is SparcsRegressor else y > 0.5
    options = {"alpha": 1e-4, "min_significance": 0}
    model = estimator(random_state=0, **options).fit(X, y)
    assert model.active_architecture_.n_hidden > 5
    data = pickle.dumps(model)
    assert len(data) < 200_000
    assert b"torch" not in data
    joblib.dump(model, tmp_path / "model.joblib")
    for twin in (pickle.loads(data), joblib.load(tmp_path / "model.joblib")):
        assert_array_equal(twin.predict(X), model.predict(X))
        assert_array_equal(
            twin.pruned_estimator_.predict(X), model.pruned_estimator_.predict(X)
        )
        twin.set_params(warm_start=True, max_iter=2).fit(X, y)


def test_a_hundred_live_neurons_pickle_small():
    """A regressor's pickle holds a triangle of its weights besides, for intervals."""
    X, y = make_regression(300, 10, random_state=0)
    options = {"solver": "adam", "init": "xavier", "max_iter": 5, "random_state": 0}
    model = SparcsClassifier(**options).fit(X, y > 0)
    assert model.active_architecture_.n_hidden == 100
    assert len(pickle.dumps(model)) < 200_000
    model = SparcsRegressor(**options).fit(X, y)
    n_weights = model.active_architecture_.n_parameters
    assert len(pickle.dumps(model)) < 200_000 + 8 * n_weights * (n_weights + 1) / 2


@pytest.fixture
def own_state():
    """Threads and seeds that a test may set: they are as before after it."""
    before = np.random.get_state(), torch.get_rng_state(), torch.get_num_threads()
    yield
    np.random.set_state(before[0])
    torch.set_rng_state(before[1])
    torch.set_num_threads(before[2])


def fitted_arrays(X, y):
    """What a fit finds on one thread; bits may differ with the number of threads."""
    torch.set_num_threads(1)
    with threadpool_limits(1):
        options = {"alpha": 1e-4, "min_significance": 0, "random_state": 3}
        models = [
            SparcsRegressor((9, 9), solver="second_order", **options),
            SparcsRegressor((30, 30), solver="first_order", max_iter=40, **options),
        ]
        found = []
        for model in models:
            model.fit(X, y)
            assert model.active_architecture_.n_hidden > 5
            found += [*model.eigenvalues_, *model.eigenvectors_, model.predict(X)]
    return found


def test_fits_are_the_same_to_the_last_bit(wavy, own_state):
    X, y = wavy
    first = fitted_arrays(X, y)
    workers = joblib.Parallel(n_jobs=2)(
        joblib.delayed(fitted_arrays)(X, y) for _ in range(2)
    )
    for run in (fitted_arrays(X, y), *workers):
        for found, expected in zip(run, first, strict=True):
            assert_array_equal(found, expected)


@pytest.mark.parametrize("fails", [False, True])
def test_global_state_is_left_alone(kinked, fails, own_state, monkeypatch):
    X, y = kinked
    np.random.seed(0)
    torch.manual_seed(0)
    torch.set_num_threads(2)
    numpy_before, torch_before = np.random.get_state()[1].copy(), torch.get_rng_state()
    if fails:
        monkeypatch.setattr(
            "sklearn_sparcs._recruitment.solver.GrowthSolver.step",
            lambda *_: (_ for _ in ()).throw(RuntimeError("on purpose")),
        )
        with pytest.raises(RuntimeError, match="on purpose"):
            SparcsRegressor(solver="first_order").fit(X, y)
    else:
        SparcsRegressor().fit(X, y)
        SparcsRegressor(solver="first_order", max_iter=5).fit(X, y)
        SparcsRegressor(solver="adam", init="xavier", max_iter=5).fit(X, y)
    assert_array_equal(np.random.get_state()[1], numpy_before)
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert torch.get_num_threads() == 2


def test_skorch_callbacks_work_as_they_are(kinked, capsys):
    X, y = kinked
    scoring = EpochScoring("r2", lower_is_better=False, name="r2")
    training = EpochScoring("r2", lower_is_better=False, on_train=True, name="train_r2")
    schedule = LRScheduler("StepLR", step_size=5, gamma=0.5)
    model = SparcsRegressor(
        early_stopping=True,
        callbacks=[scoring, training, schedule, ProgressBar()],
        max_iter=12,
        verbose=True,
        random_state=0,
    ).fit(X, y)
    rows = model.history_
    assert rows[0]["event_lr"] == 0.01 and rows[-1]["event_lr"] < 0.01
    for row in rows:  # user's units or not, R² is the same
        assert row["r2"] == pytest.approx(row["valid_score"], abs=1e-6)
    assert rows[-1]["train_r2"] > rows[0]["train_r2"]
    assert "valid_loss" in capsys.readouterr().out
    assert not any("batches" in row for row in rows)


def test_callbacks_score_in_the_users_units(kinked):
    X, y = kinked
    error = EpochScoring("neg_mean_squared_error", name="mse", lower_is_better=False)
    model = SparcsRegressor(
        early_stopping=True, callbacks=[error], max_iter=3, random_state=0
    ).fit(X, 1000 * y + 5)
    row = model.history_[-1]
    assert -row["mse"] == pytest.approx(
        row["valid_loss"] * model._scaling.y_scale[0] ** 2, rel=1e-6
    )


def test_early_stopping_callback_ends_training(kinked):
    X, y = kinked
    stop = EarlyStopping(monitor="train_loss", patience=3, threshold=0.5)
    model = SparcsRegressor(callbacks=[stop], random_state=0).fit(X, y)
    assert model.n_iter_ < 40


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        (EarlyStopping(), "watches 'valid_loss', and there are no validation data"),
        (EpochScoring("r2"), "scores them unless it is given on_train=True, and there"),
    ],
)
def test_callbacks_that_wait_for_validation_data(callback, said, kinked):
    options = {"callbacks": [callback], "max_iter": 2, "tol": 1.0}
    with pytest.raises(ValueError, match=said):
        SparcsRegressor(**options).fit(*kinked)
    SparcsRegressor(early_stopping=True, n_iter_no_change=1, **options).fit(*kinked)


def test_classification_callbacks(rings):
    X, y = rings
    accuracy = EpochScoring("accuracy", lower_is_better=False, name="accuracy")
    model = SparcsClassifier(
        early_stopping=True, callbacks=[accuracy], max_iter=10, random_state=0
    ).fit(X, y)
    for row in model.history_:
        assert row["accuracy"] == pytest.approx(row["valid_score"])


@pytest.mark.parametrize("solver", ["first_order", "adam"])
@pytest.mark.parametrize(
    ("callback", "why"),
    [
        (GradientNormClipping(1e-12), "acts on gradients"),
        (("mine", Freezer("*")), "mine .Freezer., which freezes parameters"),
        (Unfreezer("*", at=2), "freezes parameters"),
        (InputShapeSetter(), "is that of X already"),
    ],
)
def test_callbacks_that_would_do_nothing_are_refused(kinked, solver, callback, why):
    model = SparcsRegressor(solver=solver, callbacks=[callback], max_iter=2)
    with pytest.raises(ValueError, match=why):
        model.fit(*kinked)
    assert not hasattr(model, "history_")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("solver", ["first_order", "adam"])
def test_an_initializer_is_obeyed(kinked, solver):
    X, y = kinked
    options = {"init": "xavier", "solver": solver, "max_iter": 1, "random_state": 0}
    zeros = Initializer("*", fn=torch.nn.init.zeros_)
    plain = SparcsRegressor(**options).fit(X, y).predict(X)
    zeroed = SparcsRegressor(callbacks=[zeros], **options).fit(X, y).predict(X)
    assert not np.array_equal(zeroed, plain)


def test_verbose_prints_an_epoch_a_line(kinked, capsys):
    X, y = kinked
    options = {"solver": "first_order", "max_iter": 3, "random_state": 0}
    SparcsRegressor(verbose=True, **options).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.split()[:1] in (["1"], ["2"], ["3"]) for line in lines) == 3


def test_model_can_be_sent_through_memory():
    X, y = load_breast_cancer(return_X_y=True)
    model = SparcsClassifier(random_state=0).fit(X, y)
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    buffer.seek(0)
    assert_array_equal(joblib.load(buffer).predict_proba(X), model.predict_proba(X))


def test_warnings_point_at_the_users_line(kinked):
    X, y = kinked
    for model in (
        SparcsRegressor(solver="first_order", max_iter=2),
        CompactRegressor((3,), max_iter=2),
    ):
        with pytest.warns(ConvergenceWarning, match="max_iter=2") as caught:
            model.fit(X, y)
        with pytest.warns(ConvergenceWarning) as in_pipeline:
            make_pipeline(StandardScaler(), model).fit(X, y)
        for found in (caught, in_pipeline):
            assert [w.filename for w in found] == [__file__]


def test_a_compact_network_prints_too(kinked, capsys):
    model = CompactRegressor((3,), max_iter=3, verbose=True, random_state=0)
    model.set_params(solver="adam").fit(*kinked)
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.split()[:1] in (["1"], ["2"], ["3"]) for line in lines) == 3
    model.set_params(solver="second_order").fit(*kinked)
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["iteration", "objective"]
    assert row.split() == ["3", f"{model.loss_curve_[-1]:.5g}"]
