"""
From the linear model to a network
==================================

How much network is enough? :func:`~sklearn_sparcs.sparcs_path` follows the penalty from
where nothing wakes down to a ten-thousandth of that. Each network goes on from the
last, and has but a few neurons to train, so that all twenty-five take seconds.
"""

# %%
# A validation set shows where more neurons stop to help.

import matplotlib.pyplot as plt
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

from sklearn_sparcs import PathDisplay, sparcs_path

X, y = make_friedman1(800, noise=1.0, random_state=0)
X, X_val, y, y_val = train_test_split(X, y, random_state=0)
path = sparcs_path(
    X, y, X_val=X_val, y_val=y_val, hidden_layer_sizes=(50,), random_state=0
)
_ = PathDisplay.from_path(path)

# %%
# In the shaded part the model is linear. The first neurons to wake are worth most:

for (layer, index), alpha in list(path.waking.items())[:5]:
    print(f"neuron {index} of hidden layer {layer} woke at alpha = {alpha:.3f}")

# %%
# Every network on the way is an estimator, ready to predict. The one with the least
# loss on the validation set:

best = path.valid_loss.argmin()
chosen = path.estimators[best]
print(f"alpha = {path.alphas[best]:.4f}: {chosen.active_architecture_}")
print(f"R² on the validation set: {chosen.score(X_val, y_val):.3f}")

# %%
# What became of each neuron is in ``eigenvalues``, a row an alpha. None creeps out of
# zero: a neuron wakes at the size at which it pays. All but the first few wake where
# the validation loss rises already.

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
ax.plot(path.alphas, path.eigenvalues[0], color="#0072B2", linewidth=0.8, alpha=0.7)
ax.axvline(path.alphas[best], color="#666666", linestyle="--", linewidth=1)
ax.set(xscale="log", xlabel="alpha", ylabel="eigenvalue")
ax.xaxis.set_inverted(True)
ax.spines[["top", "right"]].set_visible(False)
