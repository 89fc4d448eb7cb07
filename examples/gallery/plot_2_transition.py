"""
The moment it stops being linear
================================

As a parameter goes from 0 to 1, a linear function turns into a parabola: a small
version of the paper's first experiment (its figure 7).
"""

# %%
# β = 5 turns smoothly, β = 1000 all at once at one half. Two fits for each value, at
# the defaults.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_sparcs import SparcsRegressor, TransitionDisplay
from sklearn_sparcs.datasets import make_linear_to_nonlinear

control = np.linspace(0, 1, 11)


def fits(alpha, beta):
    """Two estimators, each fitted to data of its own."""
    data = [
        make_linear_to_nonlinear(500, alpha=alpha, beta=beta, random_state=seed)
        for seed in range(2)
    ]
    return [SparcsRegressor(random_state=0).fit(X, y) for X, y in data]


models = {beta: [fits(alpha, beta) for alpha in control] for beta in (5, 1000)}

# %%
# ‖Γ‖ measures all paths from the input through hidden neurons to the output. It is zero
# exactly where the network is linear. Where neurons wake, it follows the function.

fig, axes = plt.subplots(2, 1, figsize=(5.6, 6.4), layout="constrained")
for ax, quantity in zip(axes, ("path_norm", "n_hidden"), strict=True):
    for beta, trials in models.items():
        TransitionDisplay.from_estimators(
            control, trials, quantity=quantity, ax=ax, name=f"β = {beta}"
        )
    ax.set_xlabel("α: linear at 0, a parabola at 1")
