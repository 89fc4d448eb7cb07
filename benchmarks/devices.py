"""A CPU beside CUDA: the same fits on either, seconds of the clock and test scores.

Each fit runs once unmeasured on CUDA, whose libraries load on first use. The CPU has as
many threads as torch takes by itself.
"""

import time
import warnings

import numpy as np
import torch
from sklearn.datasets import load_digits, make_friedman1
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

from sklearn_sparcs import SparcsClassifier, SparcsRegressor, SparcsRegressorCV


def friedman(n, n_features=10, dtype=np.float64):
    """Friedman's first problem, of so many rows for training and 2,000 for the test."""
    X, y = make_friedman1(n + 2000, n_features, noise=0.5, random_state=0)
    return train_test_split(
        X.astype(dtype), y.astype(dtype), train_size=n, random_state=0
    )


def digits():
    X, y = load_digits(return_X_y=True)
    return train_test_split(scale(X), y, random_state=0)


WIDE = {"max_iter": 3, "batch_size": 1024, "solver": "adam"}
FITS = {
    "4,000 x 10": (SparcsRegressor, {}, lambda: friedman(4_000)),
    "4,000 x 10, CV": (SparcsRegressorCV, {"cv": 3}, lambda: friedman(4_000)),
    "digits": (SparcsClassifier, {}, digits),
    "100,000 x 20": (SparcsRegressor, {}, lambda: friedman(100_000, 20)),
    "1,000,000 x 20, float32": (
        SparcsRegressor,
        {},
        lambda: friedman(1_000_000, 20, np.float32),
    ),
    "paper's recipe, 2 x 2,000, 3 epochs of 20,000 x 20": (
        SparcsRegressor,
        {"hidden_layer_sizes": (2000, 2000), **WIDE},
        lambda: friedman(20_000, 20, np.float32),
    ),
}


def timed(estimator, options, data, device):
    """Seconds of a fit on a device, its test score and architecture."""
    X, X_test, y, y_test = data
    model = estimator(random_state=0, device=device, **options)
    started = time.perf_counter()
    model.fit(X, y)  # fitted attributes are NumPy's: the device has finished
    seconds = time.perf_counter() - started
    return seconds, model.score(X_test, y_test), model.active_architecture_


def compare(name, estimator, options, data):
    """One row."""
    timed(estimator, options, data, "cuda")
    cuda, there, _ = timed(estimator, options, data, "cuda")
    cpu, here, found = timed(estimator, options, data, "cpu")
    print(
        f"{name:52}CPU {cpu:7.2f} s, {here:.3f}; CUDA {cuda:7.2f} s, {there:.3f}; "
        f"{cpu / cuda:5.2f} times  {found}",
        flush=True,
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(f"{torch.cuda.get_device_name()}; {torch.get_num_threads()} CPU threads")
    for name, (estimator, options, data) in FITS.items():
        compare(name, estimator, options, data())
