"""The accuracy benchmark: what it measures, keeps, compares and writes."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPRegressor

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def benchmarks_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


def cells_of(scores, **more):
    """Cells of ``{(task, seed, model): score}``; ``more`` by model, or for all."""
    found = []
    for (task, seed, model), score in scores.items():
        cell = {
            "task": task,
            "seed": seed,
            "model": model,
            "score": score,
            "classes": False,
            "constructed": False,
            "rows": 1000,
            "columns": 5,
            "version": "v 1",
            "cpu_seconds": 1.0,
            "n_live": 3,
            "n_parameters": 10,
            "says_linear": None,
        }
        cell |= {k: v[model] if isinstance(v, dict) else v for k, v in more.items()}
        found.append(cell)
    return found


def frame(scores, **more):
    from tabular_compare import frame_of

    return frame_of(cells_of(scores, **more))


TWO_TARGETS = {
    ("a", 0, "sparcs_cv"): 0.9,
    ("a", 0, "linear"): 0.8,
    ("b/target_0", 0, "sparcs_cv"): 0.5,
    ("b/target_0", 0, "linear"): 0.4,
    ("b/target_1", 0, "sparcs_cv"): 0.2,
    ("b/target_1", 0, "linear"): 0.6,
}


class TestCells:
    def test_are_written_and_read_again(self, tmp_path):
        from tabular_cells import Cells

        path = tmp_path / "cells.json"
        Cells(path).add(cells_of(TWO_TARGETS))
        again = Cells(path)
        assert len(list(again)) == 6
        assert again.stands("a", 0, "linear", "v 1")
        assert not again.stands("a", 1, "linear", "v 1")

    def test_another_version_does_not_stand_unless_any_will_do(self, tmp_path):
        from tabular_cells import Cells

        cells = Cells()
        cells.add(cells_of({("a", 0, "mlp"): 0.5}))
        assert not cells.stands("a", 0, "mlp", "v 2")
        assert cells.stands("a", 0, "mlp", None)
        cells.add(cells_of({("a", 0, "mlp"): 0.7}, version="v 2"))
        assert [c["score"] for c in cells] == [0.7]


class TestCompare:
    def test_only_splits_that_both_ran_on_count(self):
        from tabular_compare import lead

        scores = {("a", s, "sparcs_cv"): x for s, x in enumerate([0.9, 0.1, 0.3])}
        scores |= {("a", 0, "ebm"): 0.8, ("a", 2, "ebm"): 0.5}
        assert_allclose(lead(frame(scores), "sparcs_cv", "ebm"), [(0.1 - 0.2) / 2])

    def test_a_table_of_two_targets_counts_once(self):
        from tabular_compare import lead, share

        value, missed = share(lead(frame(TWO_TARGETS), "sparcs_cv", "linear"), 0.0)
        assert_allclose(value, (1 + 1 / 2) / 2)
        assert list(missed) == ["b/target_1"]
        assert_allclose(missed["b/target_1"], -0.4)

    def test_mean_ranks_against_scipy(self):
        from tabular_compare import mean_ranks

        rng = np.random.default_rng(0)
        models = ["linear", "mlp", "boosting", "sparcs_cv"]
        table = rng.random((5, 3, 4)).round(1)
        scores = {
            (f"t{i}", s, m): table[i, s, k]
            for i in range(5)
            for s in range(3)
            for k, m in enumerate(models)
        }
        expected = rankdata(-table.mean(axis=1).round(6), axis=1).mean(axis=0)
        assert_allclose(mean_ranks(frame(scores), models)[models], expected)

    def test_low_log_loss_ranks_first(self):
        from tabular_compare import mean_ranks

        scores = {("a", 0, "mlp"): 1.0, ("a", 0, "linear"): 1.0}
        told = frame(scores, log_loss={"mlp": 0.2, "linear": 0.3})
        ranks = mean_ranks(told, ["linear", "mlp"], "log_loss")
        assert ranks.to_dict() == {"mlp": 1.0, "linear": 2.0}

    def test_margin_is_over_the_best_other_of_each_table(self):
        from tabular_compare import margin

        ours, mlp, ebm = [0.5, 0.7], [0.6, 0.4], [0.3, 0.9]
        scores = {}
        for seed in (0, 1):
            scores |= {("a", seed, "sparcs_cv"): ours[seed]}
            scores |= {("a", seed, "mlp"): mlp[seed], ("a", seed, "ebm"): ebm[seed]}
        found = margin(frame(scores), "sparcs_cv", ["mlp", "ebm"]).loc["a"]
        gaps = np.subtract(ours, ebm)
        assert found["other"] == "ebm"
        assert_allclose(found["lead"], gaps.mean(), atol=1e-12)
        assert_allclose(found["spread"], gaps.std(ddof=1))

    def test_at_size_only_models_as_small_count(self):
        from tabular_compare import lead_at_size

        scores = {("a", 0, "sparcs_cv"): 0.7, ("a", 0, "linear"): 0.6}
        scores |= {("a", 0, "mlp"): 0.9, ("a", 0, "mlp_lbfgs"): 0.8}
        others = ["linear", "mlp", "mlp_lbfgs"]
        sizes = {"sparcs_cv": 50, "linear": 6, "mlp": 101, "mlp_lbfgs": 100}
        told = frame(scores, n_parameters=sizes)
        assert_allclose(lead_at_size(told, "sparcs_cv", others), [-0.1])
        told = frame(scores, n_parameters=sizes | {"mlp_lbfgs": None})
        assert_allclose(lead_at_size(told, "sparcs_cv", others), [0.1])


class TestPromises:
    def test_what_is_missed_is_said(self):
        from tabular_promises import promises

        found = {p.what: p for p in promises(frame(TWO_TARGETS, n_live=20))}
        linear = found["SPARCS CV not more than 0.005 below linear"]
        assert (linear.value, linear.asked, linear.kept) == ("75 %", "100 %", False)
        assert linear.missed == "b/target_1 (−0.400)"
        assert not found["median neurons, choice"].kept
        seconds = found[
            "median CPU seconds of a CV fit, up to 1,500 rows and 15 columns"
        ]
        assert (seconds.value, seconds.kept) == ("1.0", True)

    @pytest.mark.parametrize(("live", "kept"), [(5, True), (6, False)])
    def test_named_tables_by_score_and_neurons(self, live, kept):
        from tabular_promises import named_tables

        told = frame({("abalone", 0, "sparcs_cv"): 0.5851}, n_live=live)
        assert [p.kept for p in named_tables(told)] == [kept]

    def test_false_alarms_and_distance_to_the_best_linear_model(self):
        from tabular_promises import of_constructed

        scores = {("noise_5", s, "sparcs_cv"): 0.0 for s in range(4)}
        alarms = cells_of(scores, says_linear=True)
        alarms[0]["says_linear"] = False
        near = {("linear_t3", 0, m): 0.7 for m in ("linear", "sparcs_cv")}
        near |= {("linear_t3", 0, "ridge"): 0.701}
        far = {("wide", 0, m): 0.7 for m in ("linear", "sparcs_cv")}
        far |= {("wide", 0, "ridge"): 0.703}
        from tabular_compare import frame_of

        lines = cells_of(near | far, says_linear=True)
        noise, linear, behind = of_constructed(frame_of(alarms + lines))
        assert (noise.value, noise.kept, noise.missed) == (
            "25 %",
            False,
            "noise_5 (25 %)",
        )
        assert (linear.value, linear.kept) == ("0 %", True)
        assert (behind.value, behind.missed) == ("50 %", "wide (−0.003)")


class TestReport:
    def test_tables_set_aside_are_told_apart(self):
        from tabular_report import sections

        told = sections(cells_of(TWO_TARGETS), ["a"])
        assert "| b, median of 2 targets |" in told["scores"]
        assert "| a |" not in told["scores"]
        assert "| a |" in told["scores, tables set aside"]

    def test_best_in_bold_with_neurons_and_missing_splits(self):
        from tabular_report import sections

        scores = {("a", s, "sparcs_cv"): 0.7 for s in range(2)}
        scores |= {("a", s, "linear"): 0.6 for s in range(2)}
        scores |= {("a", 0, "mlp"): 0.75}
        row = sections(cells_of(scores), [])["scores"].splitlines()[-1]
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[2:5] == ["**0.700** (3)", "0.600", "0.750 ¹"]
        assert cells[5].startswith("−0.050") and cells[5].endswith("MLP")

    def test_ours_alone_are_no_error(self):
        from tabular_report import sections

        told = sections(cells_of({("a", 0, "sparcs_cv"): 0.7}), [])
        assert told["how often best"] == "No other model has run."
        assert "0.700" in told["scores"]

    def test_where_another_is_better_it_is_named(self):
        from tabular_report import sections

        told = sections(cells_of(TWO_TARGETS), [])
        assert told["what instead"] == "- linear: b (−0.150)"
        assert "50 % of them, of all models" not in told["how often best"]
        assert "75 % of them, of all models" in told["how often best"]

    def test_the_page_keeps_what_is_not_between_markers(self, tmp_path):
        from tabular_page import rewrite

        page = tmp_path / "page.md"
        page.write_text(
            "before\n<!-- figures: one -->\nold\n<!-- end of one -->\nbetween\n"
            "<!-- figures: two -->\nkept\n<!-- end of two -->\n"
        )
        for _ in range(2):
            rewrite(page, {"one": r"new \1", "three": "nowhere"})
        text = page.read_text()
        assert "old" not in text and text.count(r"new \1") == 1
        assert text.startswith("before\n<!-- figures: one -->")
        assert "between\n<!-- figures: two -->\nkept\n" in text

    def test_names_in_the_picture_do_not_touch(self):
        from tabular_picture import apart

        placed = apart([0.0, 0.01, 0.02, 1.0], gap=0.1)
        assert np.diff(placed).min() >= 0.1 - 1e-6
        assert_allclose(np.mean(placed[:3]), 0.01)
        assert placed[3] == 1.0


class TestMeasure:
    def test_probabilities_by_their_definitions(self):
        from tables import bundled
        from tabular_measure import measure
        from tabular_models import linear

        table = next(t for t in bundled() if t.name == "iris")
        (cell,) = measure(table, 0, "linear")
        X, X_test, y, y_test = table.split(0)
        proba = linear(True, 0).fit(X, y).predict_proba(X_test)
        right = y_test[:, None] == np.unique(y)
        assert_allclose(cell["log_loss"], log_loss(right, proba))
        assert_allclose(cell["brier"], ((proba - right) ** 2).sum(axis=1).mean())
        assert_allclose(cell["score"], right[np.arange(38), proba.argmax(1)].mean())
        assert (cell["rows"], cell["columns"], cell["n_parameters"]) == (112, 4, 15)

    def test_numbers_have_an_rmse_in_their_own_unit(self):
        from tables import bundled
        from tabular_measure import measure

        table = next(t for t in bundled() if t.name == "diabetes")
        cells = {c["model"]: c for c in measure(table, 0, "sparcs")}
        assert set(cells) == {"sparcs", "sparcs_pruned"}
        y_test = table.split(0)[3]
        cell = cells["sparcs"]
        assert_allclose(cell["rmse"], y_test.std() * np.sqrt(1 - cell["score"]))
        assert cell["says_linear"] == (cell["n_live"] == 0)

    def test_sizes_of_networks_and_trees(self):
        from tabular_measure import size_of

        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(400, 3)), rng.normal(size=400)
        network = MLPRegressor(
            hidden_layer_sizes=(4, 2), solver="lbfgs", max_iter=3000
        ).fit(X, y)
        assert size_of(network) == (6, 3 * 4 + 4 + 4 * 2 + 2 + 2 + 1)
        trees = HistGradientBoostingRegressor(max_iter=7).fit(X, y)
        nodes = sum(len(tree.nodes) for step in trees._predictors for tree in step)
        live, size = size_of(trees)
        assert live is None and nodes <= size <= 7 * 61

    @pytest.mark.parametrize("name", ["lassonet", "realmlp", "ebm", "aplr"])
    def test_a_model_without_its_package_is_left_out(self, name, monkeypatch, capsys):
        import tabular_models
        from tabular import installed

        def missing(package):
            raise tabular_models.metadata.PackageNotFoundError(package)

        monkeypatch.setattr(tabular_models.metadata, "version", missing)
        tabular_models.version_of.cache_clear()
        assert installed([name, "sparcs"]) == ["sparcs"]
        assert capsys.readouterr().out.startswith(f"{name}: left out")
        tabular_models.version_of.cache_clear()

    def test_dear_models_get_fewer_draws_and_ridge_no_real_table(self):
        from constructed import CONSTRUCTED
        from tables import bundled
        from tabular import wanted

        tables = [next(bundled()), CONSTRUCTED[0]]
        jobs = wanted(tables, ["ridge", "aplr", "linear"], 3, 10)
        fits = {(model, table.name): 0 for table, _, model in jobs}
        for table, _, model in jobs:
            fits[model, table.name] += 1
        assert fits == {
            ("ridge", "noise_5"): 10,
            ("aplr", "noise_5"): 3,
            ("aplr", "diabetes"): 3,
            ("linear", "noise_5"): 10,
            ("linear", "diabetes"): 3,
        }


class TestConstructed:
    #: What the true line explains of the variance, by its own formula.
    TRUTH = {
        "noise_10": 0.0,
        "linear_strong": 6 / (6 + 0.5**2),
        "linear_noisy": 6 / (6 + 2.5**2),
        "linear_weak": 6 / (6 + 7.0**2),
        "linear_t3": 6 / (6 + 3),
        "lognormal_0.5": 1 / (1 + 0.07**2),
        "lognormal_2": 1 / (1 + 0.07**2),
    }

    @pytest.mark.parametrize("name", TRUTH)
    def test_least_squares_comes_to_the_truth(self, name):
        from constructed import CONSTRUCTED

        (table,) = (t for t in CONSTRUCTED if t.name == name)
        scores = []
        for seed in range(3):
            X, X_test, y, y_test = table.split(seed)
            assert X.shape == (table.n_rows, X_test.shape[1])
            scores.append(LinearRegression().fit(X, y).score(X_test, y_test))
        assert_allclose(np.mean(scores), self.TRUTH[name], atol=0.03)

    def test_splits_are_draws_that_come_again(self):
        from constructed import CONSTRUCTED

        for table in CONSTRUCTED[:6]:
            once, again, other = (table.split(seed)[0] for seed in (0, 0, 1))
            assert_allclose(once, again, rtol=0)
            assert not np.isclose(once, other).all()

    def test_categories_become_columns_and_ridge_pays(self):
        from constructed import CONSTRUCTED

        by_name = {t.name: t for t in CONSTRUCTED}
        X, X_test, y, y_test = by_name["many_dummies"].split(0)
        assert X.shape[1] > 400
        X, X_test, y, y_test = by_name["wide"].split(0)
        assert X.shape == (150, 300)
        ridge = RidgeCV(np.logspace(-3, 5, 33)).fit(X, y).score(X_test, y_test)
        assert ridge > LinearRegression().fit(X, y).score(X_test, y_test) - 1e-3 > 0.1
