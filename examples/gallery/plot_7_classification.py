"""
A rare class, and probabilities
===============================

One row in twelve belongs to the class that matters. How far should the boundary move?
"""

# %%
# Two half moons, the lower one thinned out.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import recall_score

from sklearn_sparcs import SparcsClassifier

X, y = make_moons(2400, noise=0.25, random_state=0)
keep = (y == 0) | (np.arange(len(y)) % 11 == 0)
X, y = X[keep], y[keep]
print(f"{y.mean():.1%} of {len(y)} rows are rare")

# %%
# Without weights the probabilities are those of the data. With
# ``class_weight="balanced"`` they are those of data in which both classes are equally
# frequent. Black is where both classes are equally likely.

fig, axes = plt.subplots(2, 1, figsize=(5, 7.2), layout="constrained")
for ax, class_weight in zip(axes, (None, "balanced"), strict=True):
    model = SparcsClassifier(class_weight=class_weight, random_state=0).fit(X, y)
    common = dict(response_method="predict_proba", ax=ax, eps=0.1, grid_resolution=200)
    DecisionBoundaryDisplay.from_estimator(
        model, X, levels=20, cmap="RdBu_r", vmin=0, vmax=1, alpha=0.5, **common
    )
    DecisionBoundaryDisplay.from_estimator(
        model, X, plot_method="contour", levels=[0.5], colors="black", **common
    )
    for label, color in enumerate(("#0072B2", "#D55E00")):
        ax.scatter(*X[y == label].T, s=5 + 7 * label, color=color, linewidth=0)
    found = recall_score(y, model.predict(X))
    ax.set_title(f"{class_weight or 'no weights'}: {found:.0%} of the rare rows found")
    ax.set(xticks=[], yticks=[], xlabel=f"{model.active_architecture_}", ylabel="")
