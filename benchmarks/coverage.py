"""How often a regression's intervals hold: 90 % are promised.

``model.predict(X, return_std=True)`` on test rows of every regression table, intervals
of 1.645 standard deviations either way; the same counted within the tenth of the rows
whose standard deviation is largest. Plain fits, or ``--cv``.
"""

import argparse
import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from tables import bundled, from_folder

from sklearn_sparcs import SparcsRegressor, SparcsRegressorCV

#: Normal quantile of a 90 % interval.
QUANTILE = 1.645


def measured(model, table, n_train, seeds):
    """Means over splits: share held, and held where least sure; the cost of std."""
    rows = []
    for seed in seeds:
        X, X_test, y, y_test = table.split(seed)
        model.fit(X[:n_train], y[:n_train])
        began = time.process_time()
        predicted, std = model.predict(X_test, return_std=True)
        cost = time.process_time() - began
        held = np.abs(y_test - predicted) <= QUANTILE * std
        unsure = std >= np.quantile(std, 0.9)
        rows.append((held.mean(), held[unsure].mean(), cost))
    return np.mean(rows, axis=0)


def main():
    """A line a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder of tables; scikit-learn's else"
    )
    parser.add_argument("--rows", type=int, default=3000, help="most that are fitted")
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--cv", action="store_true", help="the CV estimator")
    args = parser.parse_args()
    tables = from_folder(args.data) if args.data else bundled()
    model = SparcsRegressorCV if args.cv else SparcsRegressor
    for table in tables:
        if not table.classes:
            found = measured(
                model(random_state=0), table, args.rows, range(args.splits)
            )
            print(
                f"{table.name:24} held {found[0]:.1%}, where least sure "
                f"{found[1]:.1%}; predict {found[2]:.2f} s",
                flush=True,
            )


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    main()
