"""
In a pipeline, with a grid search
=================================

The estimators work wherever scikit-learn's do. Here the table has missing values and a
categorical column, and ``alpha`` is chosen by a grid search.
"""

# %%
# Friedman's first problem as a table: a tenth of the numbers is missing, and which of
# three workshops a row comes from matters.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import make_friedman1
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from sklearn_sparcs import SparcsRegressor

rng = np.random.default_rng(0)
X, y = make_friedman1(800, noise=0.5, random_state=0)
workshop = rng.integers(3, size=len(X))
y = y + 3 * workshop
X[rng.random(X.shape) < 0.1] = np.nan
table = pd.DataFrame(X, columns=[f"x{i}" for i in range(10)])
table["workshop"] = np.array(["north", "south", "west"])[workshop]

# %%
# Numbers need no scaler, since the estimator scales them inside.

columns = make_column_transformer(
    (SimpleImputer(add_indicator=True), make_column_selector(dtype_include="number")),
    (OneHotEncoder(drop="first"), ["workshop"]),
)
pipeline = make_pipeline(columns, SparcsRegressor(random_state=0))

# %%
# ``alpha`` is in units of the loss. ``alpha_max_`` of a first fit tells where a grid
# should start: at this value the model is linear.

train, test, y_train, y_test = train_test_split(table, y, random_state=0)
alpha_max = pipeline.fit(train, y_train)[-1].alpha_max_
grid = {"sparcsregressor__alpha": alpha_max * np.geomspace(1, 1e-2, 6)}
search = GridSearchCV(pipeline, grid, cv=3).fit(train, y_train)

best = search.best_estimator_[-1]
print(f"alpha = {best.alpha:.4f}: {best.active_architecture_}")
print(f"R² on the test set: {search.score(test, y_test):.3f}")

# %%

found = search.cv_results_
fig, ax = plt.subplots(layout="constrained")
ax.errorbar(
    grid["sparcsregressor__alpha"],
    found["mean_test_score"],
    found["std_test_score"] / np.sqrt(3),
    marker="o",
    capsize=3,
    color="#0072B2",
)
ax.axvline(best.alpha, color="#666666", linestyle="--", linewidth=1)
ax.set(xscale="log", xlabel="alpha", ylabel="R², mean of three folds")
ax.xaxis.set_inverted(True)
ax.spines[["top", "right"]].set_visible(False)

# %%
# :class:`~sklearn_sparcs.SparcsRegressorCV` does the same along one warm-started path
# per fold, with many more values of ``alpha``, and also chooses the activation. It can
# stand at the end of a pipeline as well.
