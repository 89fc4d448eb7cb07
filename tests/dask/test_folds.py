"""Folds and grids on clusters, through joblib: the same numbers, to the last bit."""

import os
import signal
import threading
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass

import joblib
import numpy as np
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressor, SparcsRegressorCV

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

PATH = {
    "hidden_layer_sizes": (2,),
    "n_alphas": 5,
    "cv": 2,
    "activation": "relu",
    "random_state": 0,
}
REGRESSOR = SparcsRegressorCV(**PATH, n_jobs=2)
CLASSIFIER = SparcsClassifierCV(**PATH, n_jobs=2)
GRID = GridSearchCV(
    SparcsRegressor((2,), random_state=0), {"alpha": [0.1, 0.01]}, cv=2, n_jobs=2
)


@contextmanager
def dask_cluster():
    """Two processes."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        warnings.catch_warnings(action="ignore"),
        distributed.LocalCluster(processes=True, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@contextmanager
def ray_cluster():
    """Two processes."""
    ray = pytest.importorskip("ray")
    joblib_of_ray = pytest.importorskip("ray.util.joblib")
    joblib_of_ray.register_ray()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


def answers(search, X, y):
    """What a search found: scores, and predictions."""
    scores = getattr(search, "cv_scores_path_", None)
    if scores is None:
        scores = search.cv_results_["mean_test_score"]
    return scores, search.predict(X)


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("cluster", [dask_cluster, ray_cluster])
def test_clusters_find_what_processes_find(kinked, cluster):
    X, y = kinked
    searches = [(REGRESSOR, y), (CLASSIFIER, y > 1), (GRID, y)]
    here = [answers(clone(s).fit(X, target), X, target) for s, target in searches]
    with cluster(), joblib.parallel_config(backend=cluster.__name__[:-8]):
        for (search, target), expected in zip(searches, here, strict=True):
            assert_same(answers(clone(search).fit(X, target), X, target), expected)


def killed_when_busy(client):
    """Kill a worker of dask's once it has something to do."""
    while not any(client.processing().values()):
        time.sleep(0.01)
    processes = client.run(os.getpid)
    busy = next(worker for worker, keys in client.processing().items() if keys)
    os.kill(processes[busy], signal.SIGKILL)


def test_a_worker_of_dask_is_killed_and_the_numbers_are_right(kinked):
    X, y = kinked
    expected = answers(clone(REGRESSOR).fit(X, y), X, y)
    with dask_cluster() as client, joblib.parallel_config(backend="dask"):
        killer = threading.Thread(target=killed_when_busy, args=(client,))
        killer.start()
        model = clone(REGRESSOR).fit(X, y)
        killer.join()
    assert_same(answers(model, X, y), expected)


@dataclass
class Kills:
    """A scorer that ends its own process, unless it is one."""

    spared: int

    def __call__(self, model, X, y):
        if os.getpid() != self.spared:
            os.kill(os.getpid(), signal.SIGKILL)
        return -float(np.mean((model.predict(X) - y) ** 2))


def test_a_process_that_is_killed_ends_the_search_and_changes_nothing(kinked):
    model = clone(REGRESSOR).set_params(scoring=Kills(os.getpid()))
    before = dict(vars(model))
    with pytest.raises(TerminatedWorkerError):
        model.fit(*kinked)
    assert vars(model) == before
