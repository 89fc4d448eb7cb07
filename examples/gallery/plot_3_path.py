"""
From the linear model to a network
==================================

How much network is enough? :func:`~sklearn_sparcs.sparcs_path` decreases the penalty
from a value at which no neuron wakes to a ten-thousandth of it. Each network starts
from the previous one and has only a few neurons to train, so that all twenty-five take
seconds.
"""

# %%
# A validation set shows from where on more neurons do not help.

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
# ``eigenvalues`` holds the eigenvalue of each neuron, one row per alpha. No eigenvalue
# leaves zero gradually: a neuron wakes at the size at which it pays. All but the first
# few wake where the validation loss already rises.

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
ax.plot(path.alphas, path.eigenvalues[0], color="#0072B2", linewidth=0.8, alpha=0.7)
ax.axvline(path.alphas[best], color="#666666", linestyle="--", linewidth=1)
ax.set(xscale="log", xlabel="alpha", ylabel="eigenvalue")
ax.xaxis.set_inverted(True)
ax.spines[["top", "right"]].set_visible(False)
