"""How many threads there are: in threads that overlap, and in a forked child."""

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
import torch
from helpers.interrupts import InterruptedAt
from sklearn.base import clone
from threadpoolctl import ThreadpoolController, threadpool_info

from sklearn_sparcs import CompactRegressor, SparcsRegressor, SparcsRegressorCV
from sklearn_sparcs._numerics import threads
from sklearn_sparcs._numerics.threads import suitable_threads
from sklearn_sparcs._selection.chosen_clip import _score
from sklearn_sparcs._selection.race import _stretch


def blas_threads():
    """Of every BLAS that the process has loaded."""
    return [d["num_threads"] for d in threadpool_info() if d["user_api"] == "blas"]


@pytest.fixture
def two_threads():
    """Torch with two threads, in this thread, and BLAS with two, which any may set."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    blas = ThreadpoolController().limit(limits=2, user_api="blas")
    threads.release_blas()
    yield
    torch.set_num_threads(before)
    blas.restore_original_limits()
    threads.release_blas()


def test_large_batches_keep_their_threads(two_threads):
    with suitable_threads(10**6):
        assert torch.get_num_threads() == 2
    with suitable_threads(10):
        assert torch.get_num_threads() == 1
        with suitable_threads(10):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_threads_that_overlap_restore_what_the_first_found(two_threads):
    before, steps = blas_threads(), Barrier(2, timeout=30)
    assert set(before) == {2}

    def first():
        with suitable_threads(10):
            steps.wait()  # both are inside
            steps.wait()
        steps.wait()  # the other still is
        return torch.get_num_threads()

    def second():
        steps.wait()
        with suitable_threads(10):
            steps.wait()
            steps.wait()
            assert torch.get_num_threads() == 1
            assert set(blas_threads()) == {1}
        return torch.get_num_threads()

    with ThreadPoolExecutor(2) as pool:
        numbers = [pool.submit(first), pool.submit(second)]
        assert [n.result(30) for n in numbers] == [2, 2]
    assert (blas_threads(), torch.get_num_threads()) == (before, 2)


def test_an_interrupt_at_any_line_holds_nobody_up(two_threads):
    """The next that asks neither waits for ever, nor takes the limit for the number."""
    before = blas_threads()

    def ask():
        with suitable_threads(10):
            pass

    with InterruptedAt(0) as lines:
        ask()
    for k in range(1, 1 - lines.left):
        with pytest.raises(KeyboardInterrupt), InterruptedAt(k):
            ask()
        ask()
        assert (blas_threads(), torch.get_num_threads()) == (before, 2), k


def _fitted(model):
    """Its predictions, in a child; and the number of torch's threads afterwards."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 5))
    y = np.abs(X[:, 0]) + X[:, 1]
    return model.fit(X, y).predict(X[:5]), torch.get_num_threads()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize(
    "model",
    [
        SparcsRegressor((1,), max_iter=2, random_state=0),
        SparcsRegressor((1,), solver="first_order", max_iter=2, random_state=0),
        SparcsRegressorCV(
            (1,), n_alphas=2, cv=2, activation="relu", clip=None, random_state=0
        ),
        CompactRegressor((1,), max_iter=2, random_state=0),
    ],
)
def test_a_forked_child_fits(two_threads, model):
    expected, _ = _fitted(model)
    a = torch.ones(2000, 60)
    torch.linalg.qr(a)  # starts the threads that a child does not have
    with multiprocessing.get_context("fork").Pool(1) as pool:
        answer = pool.apply_async(_fitted, (model,)).get(60)
    np.testing.assert_allclose(answer[0], expected, rtol=1e-6)
    assert answer[1] == 2


class CountsThreads:
    """In the place of a fold, and of its path: says how many threads its work has."""

    def linear_score(self, leader):
        return torch.get_num_threads()

    def stretch(self, judge, alphas):
        return torch.get_num_threads()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_folds_in_forked_children_have_one_thread(two_threads):
    """As joblib's backend "multiprocessing" has them: more would wait for ever."""
    fold = CountsThreads()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_score, (fold, None)).get(60) == 1
        assert pool.apply_async(_stretch, (fold, None, None)).get(60) == 1


@pytest.mark.parametrize(
    ("smallest_large", "n_threads"), [(2**17, 1), (10, 2)], ids=["small", "large"]
)
@pytest.mark.parametrize(
    "model",
    [
        SparcsRegressor((4,), random_state=0),
        CompactRegressor((4,), random_state=0),
        SparcsRegressorCV((4,), n_alphas=3, cv=2, random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_second_order_has_one_thread_for_small_tables(
    kinked, two_threads, monkeypatch, model, smallest_large, n_threads
):
    """Where cores are busy, two threads wait for each other at every small product."""
    met, own = set(), torch.linalg.cholesky_ex

    def factored(*args, **options):
        met.add(torch.get_num_threads())
        return own(*args, **options)

    monkeypatch.setattr(torch.linalg, "cholesky_ex", factored)
    monkeypatch.setattr(threads, "_SMALL", smallest_large)
    clone(model).fit(*kinked)
    assert met == {n_threads}
    assert torch.get_num_threads() == 2
