"""Real clusters of processes: the same numbers, and a worker that is killed."""

import os
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from helpers.shared import assert_same_choice, assert_same_fit, drawn_folds
from sklearn.model_selection import PredefinedSplit

from sklearn_sparcs import SparcsRegressor as OneMachine
from sklearn_sparcs import SparcsRegressorCV

da = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("sklearn_sparcs.dask")
cluster_module = pytest.importorskip("sklearn_sparcs._dask.cluster")

pytestmark = pytest.mark.slow

OPTIONS = {"hidden_layer_sizes": (3,), "alpha": 0.02, "random_state": 0}


@pytest.fixture(scope="module")
def client():
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ports, and of what a killed worker leaves
        with (
            distributed.LocalCluster(processes=True, **options) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client


def arrays(X, y):
    return da.from_array(X, 60), da.from_array(y, 60)


@pytest.mark.filterwarnings("ignore")
def test_two_processes_are_one_machine(kinked, client):
    model = dask.SparcsRegressor(**OPTIONS).fit(*arrays(*kinked))
    assert_same_fit(model, OneMachine(**OPTIONS).fit(*kinked))
    assert len(client.who_has()) == 0  # nothing is left behind


@pytest.mark.filterwarnings("ignore")
def test_a_worker_is_killed_and_the_numbers_are_right(kinked, client):
    """The worker that holds pieces dies in the middle: dask computes them anew."""
    killed = []

    def kill():
        while not client.who_has():
            time.sleep(0.01)
        time.sleep(1)
        holding = {worker for held in client.who_has().values() for worker in held}
        processes = client.run(os.getpid)
        os.kill(processes[min(holding)], signal.SIGKILL)
        killed.append(min(holding))

    killer = threading.Thread(target=kill)
    killer.start()
    model = dask.SparcsRegressor(**OPTIONS).fit(*arrays(*kinked))
    killer.join()
    assert killed
    assert killed[0] not in client.scheduler_info()["workers"]
    assert_same_fit(model, OneMachine(**OPTIONS).fit(*kinked))


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_without_this_package_is_refused(kinked, client, monkeypatch):
    X, y = arrays(*kinked)
    monkeypatch.setattr(cluster_module, "__version__", "99.0")
    with pytest.raises(RuntimeError, match=r"needs sklearn-sparcs 99\.0.*has: version"):
        dask.SparcsRegressor(**OPTIONS).fit(X, y)
    monkeypatch.setattr(cluster_module, "_QUESTION", "__import__('no_such_package')")
    with pytest.raises(RuntimeError, match="has: ModuleNotFoundError"):
        dask.SparcsRegressor(**OPTIONS).fit(X, y)


@pytest.mark.filterwarnings("ignore")
def test_predictions_on_the_cluster(kinked, client):
    model = dask.SparcsRegressor(()).fit(*arrays(*kinked))
    X, y = kinked
    np.testing.assert_allclose(
        model.predict(arrays(X, y)[0]).compute(), model.predict(X)
    )


@pytest.mark.filterwarnings("ignore")
def test_folds_on_the_cluster_are_those_of_one_machine(kinked, client):
    X, y = kinked
    options = {"hidden_layer_sizes": (2,), "alphas": [0.3, 0.03], "random_state": 0}
    model = dask.SparcsRegressorCV(**options, cv=2, activation="relu", n_jobs=2)
    model.fit(*arrays(X, y))
    cv = PredefinedSplit(drawn_folds(y, (60, 120, 180, 240), 2))
    expected = SparcsRegressorCV(**options, cv=cv, activation="relu").fit(X, y)
    assert_same_choice(model, expected)
    assert len(client.who_has()) == 0  # nothing is left behind
