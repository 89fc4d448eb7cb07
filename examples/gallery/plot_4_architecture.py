"""
What the network looks like
===========================

The network that cross-validation chooses is small enough to look at. Its weights show
which features it needs.
"""

# %%
# Of the ten features of Friedman's first problem five matter: x0 and x1 through the
# sine of their product, x2 through a parabola, x3 and x4 linearly. The other five are
# noise.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

from sklearn_sparcs import ArchitectureDisplay, SparcsRegressorCV, sparcs_path

X, y = make_friedman1(1500, noise=0.5, random_state=0)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)
model = SparcsRegressorCV(random_state=0).fit(X, y)
print(model.active_architecture_, f"R² = {model.score(X_test, y_test):.3f}")

# %%
# The upper plot shows that network: the stronger a link, the darker its line. Lines
# that pass the hidden layer are the linear part. The lower plot shows the R² of
# networks of every size along the path, from the linear model on.

options = {"activation": model.activation_, "random_state": 0}
path = sparcs_path(X, y, hidden_layer_sizes=(50,), **options)
scores = [network.score(X_test, y_test) for network in path.estimators]

fig, (above, below) = plt.subplots(2, 1, figsize=(5.6, 7), layout="constrained")
names = [f"x{i}" for i in range(10)]
ArchitectureDisplay.from_estimator(model, X, feature_names=names, ax=above)
below.plot(path.n_hidden, scores, "o-", color="#0072B2", label="along the path")
below.plot(
    model.active_architecture_.n_hidden,
    model.score(X_test, y_test),
    "o",
    color="#D55E00",
    markersize=10,
    label="the network above",
)
below.set(xlabel="live hidden neurons", ylabel="R² on the test set")
below.spines[["top", "right"]].set_visible(False)
_ = below.legend(frameon=False)

# %%
# The weights show the inputs of the hidden neurons: above all x0, x1 and x2, whose part
# of the function is not linear.

incoming = np.abs(model.pruned_estimator_.coefs_[2, 1]) * X.std(axis=0)
for name, share in zip(names, incoming.sum(axis=0) / incoming.sum(), strict=True):
    print(f"{name}: {share:.0%} of the weights into hidden neurons")
