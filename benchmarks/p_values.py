"""How often ``linear_p_value_`` of classes is below .05, where a linear model is true.

Answers are drawn from logistic models of normal, and of skewed, features, down to ones
so steep that classes nearly separate; then from models with a bend, where the share
is the test's power. ``SparcsClassifier(())`` is fitted: the test is that of all.
"""

import argparse
import os
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from sklearn_sparcs import SparcsClassifier

#: Samples, features, classes, steepness; whether features are skewed, or the
#: strength of a bend.
TRUE = [
    (200, 2, 2, 5, "normal"),
    (200, 5, 2, 3, "normal"),
    (200, 5, 2, 10, "normal"),
    (200, 5, 2, 30, "normal"),
    (200, 5, 2, 20, "skewed"),
    (500, 10, 2, 30, "normal"),
    (300, 30, 2, 5, "normal"),
    (300, 5, 3, 3, "normal"),
    (300, 5, 3, 20, "normal"),
    (300, 5, 6, 10, "normal"),
]
BENT = [
    (500, 5, 2, 1, "hinge"),
    (500, 5, 2, 3, "hinge"),
    (500, 5, 2, 3, "product"),
    (500, 5, 3, 3, "product"),
    (500, 5, 2, 10, "product"),
]


def drawn(rng, n, p, n_classes, steepness, kind):
    """Features (n, p) and classes (n,)."""
    X = rng.normal(size=(n, p))
    if kind == "skewed":
        X = np.exp(0.8 * X)
    W = rng.normal(size=(p, n_classes))
    score = (X - X.mean(axis=0)) / X.std(axis=0) @ (W / np.linalg.norm(W, axis=0))
    if kind == "hinge":
        score[:, 0] += np.abs(X[:, 0]) - 0.8
    if kind == "product":
        score[:, 0] += X[:, 0] * X[:, 1]
    if n_classes == 2:
        return X, rng.logistic(size=n) < steepness * score[:, 0]
    return X, (steepness * score + rng.gumbel(size=score.shape)).argmax(axis=1)


def main():
    """A line a model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=400, help="drawn from each model")
    n_tables = parser.parse_args().tables
    for model in TRUE + BENT:
        rng, found, cost = np.random.default_rng(0), [], 0.0
        for _ in range(n_tables):
            X, y = drawn(rng, *model)
            if len(np.unique(y)) == model[2]:
                began = time.process_time()
                fitted = SparcsClassifier((), random_state=0).fit(X, y)
                cost += time.process_time() - began
                found.append(fitted.linear_p_value_)
        share = np.mean(np.array(found) <= 0.05)
        print(
            "{} x {}, {} classes, steepness {}, {:8}".format(*model),
            f"below .05: {share:.1%}; a fit {cost / len(found):.3f} s",
            flush=True,
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    main()
