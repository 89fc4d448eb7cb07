"""
Six problems, four models
=========================

This example plots the predictions of a linear model, scikit-learn's network and our
estimators on six problems. Each problem has two hundred rows, and every parameter but
the seed has its default.
"""

# %%
# Functions of one feature
# ------------------------
# A line, a kink and a wave, with noise. The true function is dashed. The number in the
# corner is R² with respect to the true function. For our estimators the architecture
# stands beside it: features, hidden neurons if there are any, outputs.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

# Some MLPs warn that their two hundred epochs are too few: see the end of the page.
warnings.simplefilter("ignore", ConvergenceWarning)

N_ROWS, NOISE = 200, 0.3
REGRESSORS = (
    LinearRegression(),
    MLPRegressor(random_state=0),
    SparcsRegressor(random_state=0),
    SparcsRegressorCV(random_state=0),
)


def noisy_rows(function, n_features, high):
    """Features drawn evenly from -high to high; the function of them, with noise."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-high, high, (N_ROWS, n_features))
    return X, function(*X.T) + NOISE * rng.normal(size=N_ROWS)


def frame(axes, names, models):
    """Names of the problems above, and of the models on the left."""
    for ax, name in zip(axes[0], names, strict=True):
        ax.set_title(name, fontsize=10)
    for ax, model in zip(axes[:, 0], models, strict=True):
        ax.set_ylabel(type(model).__name__, fontsize=9)


def write(ax, model, score):
    """The model's score, and what it found, in the corners."""
    ax.set(xticks=[], yticks=[])
    box = dict(boxstyle="round,pad=0.15", facecolor="white", alpha=0.85, linewidth=0)
    common = dict(transform=ax.transAxes, bbox=box, fontsize=9, va="bottom")
    number = f"{score:.3f}".replace("-", "\N{MINUS SIGN}")
    ax.text(0.97, 0.03, number, ha="right", weight="bold", **common)
    if hasattr(model, "active_architecture_"):
        ax.text(0.03, 0.03, f"{model.active_architecture_}", ha="left", **common)


def draw_curve(ax, x, predicted, true, X, y):
    """What is predicted, blue, the truth, dashed, and the rows."""
    ax.scatter(X, y, s=4, color="0.75", linewidth=0)
    ax.plot(x, predicted, color="#0072B2", linewidth=2)
    ax.plot(x, true, "--", color="black", linewidth=1)
    ax.set_ylim(y.min() - 0.2 * np.ptp(y), y.max() + 0.05 * np.ptp(y))


of_one_feature = {
    "a line": lambda x: x,
    "a kink": np.abs,
    "a wave": lambda x: np.sin(2 * x),
}
problems = {}
x = np.linspace(-3, 3, 500)
fig, axes = plt.subplots(4, 3, figsize=(5.6, 7), layout="constrained")
for column, (name, function) in zip(axes.T, of_one_feature.items(), strict=True):
    X, y = noisy_rows(function, 1, high=3)
    points, true = x[:, None], function(x)
    problems[name] = X, y, points, true
    for ax, model in zip(column, REGRESSORS, strict=True):
        draw_curve(ax, x, model.fit(X, y).predict(points), true, X, y)
        write(ax, model, model.score(points, true))
frame(axes, of_one_feature, REGRESSORS)

# %%
# On the line our estimators return the linear model, and for the kink they need one
# neuron. :class:`~sklearn_sparcs.SparcsRegressor` has rectified neurons and
# approximates the wave by straight pieces. :class:`~sklearn_sparcs.SparcsRegressorCV`
# chooses between these and tanh, and fits a smooth wave.
#
# Functions of two features
# -------------------------
# A step along the diagonal, and rings. Colours show predictions from low to high. A
# dashed line is where one colour should end and the next begin.


def square(low, high):
    """A hundred by hundred points, as sides of a grid and as rows."""
    sides = np.meshgrid(*2 * [np.linspace(low, high, 100)])
    return sides, np.column_stack([values.ravel() for values in sides])


def draw_plane(ax, sides, predicted, true, levels):
    """Bands of what is predicted, and where they should end."""
    shape = sides[0].shape
    bands = dict(levels=levels, cmap="RdBu_r", alpha=0.6, extend="both")
    ax.contourf(*sides, predicted.reshape(shape), **bands)
    dashed = dict(levels=levels, colors="black", linestyles="--", linewidths=0.7)
    ax.contour(*sides, true.reshape(shape), **dashed)


of_two_features = {
    "a step": lambda x1, x2: np.tanh(x1 + x2),
    "rings": lambda x1, x2: np.cos(2 * np.hypot(x1, x2)),
}
sides, points = square(-2, 2)
levels = np.linspace(-1.2, 1.2, 6)
fig, axes = plt.subplots(4, 2, figsize=(4.4, 8), layout="constrained")
for column, (name, function) in zip(axes.T, of_two_features.items(), strict=True):
    X, y = noisy_rows(function, 2, high=2)
    true = function(*points.T)
    problems[name] = X, y, points, true
    for ax, model in zip(column, REGRESSORS, strict=True):
        draw_plane(ax, sides, model.fit(X, y).predict(points), true, levels)
        write(ax, model, model.score(points, true))
frame(axes, of_two_features, REGRESSORS)

# %%
# The step *is* a tanh neuron. On the rings :class:`~sklearn_sparcs.SparcsRegressor`
# fails: its first neurons gain no more than they might on pure noise, so it stays
# linear, and the MLP is better. :class:`~sklearn_sparcs.SparcsRegressorCV` evaluates
# rows left out, and finds that more neurons pay. With ``min_significance=0``, which
# requires no significance, the plain estimator finds the rings too.

X, y, points, true = problems["rings"]
bold = SparcsRegressor(min_significance=0, random_state=0).fit(X, y)
print(f"{bold.active_architecture_}, R² = {bold.score(points, true):.3f}")

# %%
# Two classes
# -----------
# Half moons blurred by noise. A colour is the probability that a point belongs to the
# red class, and the number is the accuracy on five thousand new rows.


def probability(points):
    """Of the second moon: how dense it lies at the points, as a share of both."""
    arcs, moon = make_moons(1000)
    squares = ((points[:, None] - arcs) ** 2).sum(axis=-1)
    dense = np.exp(-squares / (2 * NOISE**2)) @ np.column_stack([moon == 0, moon == 1])
    return dense[:, 1] / dense.sum(axis=1)


X, y = make_moons(N_ROWS, noise=NOISE, random_state=0)
X_test, y_test = make_moons(5000, noise=NOISE, random_state=1)
classifiers = (
    LogisticRegression(),
    MLPClassifier(random_state=0),
    SparcsClassifier(random_state=0),
    SparcsClassifierCV(random_state=0),
)
sides, points = square(-2, 3)
true = probability(points)
fig, axes = plt.subplots(2, 2, figsize=(4.4, 4.6), layout="constrained")
for ax, model in zip(axes.flat, classifiers, strict=True):
    predicted = model.fit(X, y).predict_proba(points)[:, 1]
    draw_plane(ax, sides, predicted, true, levels=[0.1, 0.3, 0.5, 0.7, 0.9])
    ax.scatter(*X.T, c=y, cmap="RdBu_r", s=4, linewidth=0)
    write(ax, model, model.score(X_test, y_test))
    ax.set_title(type(model).__name__, fontsize=9)
best = ((probability(X_test) > 0.5) == y_test).mean()
print(f"accuracy of the true probabilities: {best:.3f}")

# %%
# Among the rows our estimators are close to the truth. Far from them, where there are
# no data, each boundary is arbitrary.
#
# Is that fair to the MLP?
# ------------------------
# Two hundred epochs of two hundred rows are few steps. If it trains until it stops by
# itself, the MLP fits some of the functions better:

for name, (X, y, points, true) in problems.items():
    longer = MLPRegressor(max_iter=3000, random_state=0).fit(X, y)
    print(f"{name}: R² = {longer.score(points, true):.3f}, {longer.n_iter_} epochs")
