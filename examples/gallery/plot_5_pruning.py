"""
Fewer neurons at an agreed price
================================

With the paper's recipe, neurons are ordered by their eigenvalues. Those with the
smallest ones can be put to sleep at an agreed price; the paper accepts a rise of the
loss by five per cent.
"""

# %%
# The paper's second problem, in a small version with noise: the teacher is a random
# network with one hidden layer of ten rectified neurons. The student may have a
# hundred, and is trained by the paper's recipe, which trains every eigenvalue from the
# start.

import numpy as np
from sklearn.model_selection import train_test_split

from sklearn_sparcs import EigenvalueDisplay, PruningCurveDisplay, SparcsRegressor
from sklearn_sparcs.datasets import make_teacher_student

X, y = make_teacher_student(4000, n_features=10, random_state=0)
y += 0.1 * y.std() * np.random.default_rng(0).normal(size=y.shape)
X, X_val, y, y_val = train_test_split(X, y, random_state=0)

paper = SparcsRegressor(
    solver="adam",
    init="xavier",
    alpha=3e-3,
    l1_ratio=0.0,
    learning_rate_init=1e-3,
    tol=1e-3,
    random_state=0,
).fit(X, y)
print(paper.active_architecture_, f"R² = {paper.score(X_val, y_val):.4f}")

# %%
# A dozen eigenvalues are large, the rest small, and none is zero (the bar on the left
# would show it). Where to draw the line?

_ = EigenvalueDisplay.from_estimator(paper)

# %%
# The loss decides. From right to left, one neuron after another is put to sleep, the
# smallest eigenvalue first, and nothing is trained in between.

_ = PruningCurveDisplay.from_estimator(paper, X_val, y_val, name="validation loss")

# %%
# ``pruned_estimator_`` is cut by the same rule, on the training data and at
# ``prune_tol=0.05``.

small = paper.pruned_estimator_
print(small.active_architecture_, f"R² = {small.score(X_val, y_val):.4f}")

# %%
# Growth, the default, works the other way round: it wakes a neuron only if that pays,
# and leaves the eigenvalues of the others at zero. There is nothing to cut off.

growth = SparcsRegressor(alpha=1e-3, random_state=0).fit(X, y)
print(growth.active_architecture_, f"R² = {growth.score(X_val, y_val):.4f}")
_ = EigenvalueDisplay.from_estimator(growth)
