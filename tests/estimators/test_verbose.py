"""What verbose shows: printed, or logged where a log is kept."""

import logging

import pytest

from sklearn_sparcs import SparcsRegressor

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def test_lines_go_to_a_log_that_is_kept(kinked, caplog, capsys):
    for options in ({"alpha": 0.1}, {"solver": "first_order", "max_iter": 2}):
        model = SparcsRegressor(2, verbose=True, random_state=0, **options)
        with caplog.at_level(logging.INFO, logger="sklearn_sparcs"):
            model.fit(*kinked)
        assert capsys.readouterr().out == ""
        logged = [r.message for r in caplog.records if r.name == "sklearn_sparcs"]
        caplog.clear()
        model.fit(*kinked)
        printed = capsys.readouterr().out.splitlines()
        assert len(printed) == len(logged) == model.n_iter_ + 1 + ("solver" in options)
        assert printed[0] == logged[0] and "train_loss" in printed[0]
    assert caplog.records == []
