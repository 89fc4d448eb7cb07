"""Which parameters may change between calls that continue one another.

`fit` goes on from the last fit where ``warm_start=True`` and there is one, and
`partial_fit` wherever there is one; the network, its optimiser's moments (unless a
pickle lies between) and the scaling of features and targets are then those of the last
call. A parameter that has changed since takes effect, or the call is refused: see the
two tables. Nothing is ignored. ``solver`` must agree as to the network: any of
`GROWTH` goes on from any other, "adam" from itself alone.
"""

from collections.abc import Mapping
from typing import Any

#: Parameters that say what the network is, or in which units it is trained.
MUST_AGREE: tuple[str, ...] = (
    "hidden_layer_sizes",
    "links",
    "activation",
    "solver",
    "input_eigenvalues",
    "init",
    "linear_alpha",
    "label_smoothing",
    "fit_intercept",
    "standardize",
    "clip",
    "hidden_clip",
)

#: Parameters of a call: how it trains, judges and reports.
TAKES_EFFECT: tuple[str, ...] = (
    "alpha",
    "hidden_alpha",
    "l1_ratio",
    "depth_factor",
    "min_significance",
    "learning_rate_init",
    "batch_size",
    "max_iter",
    "shuffle",
    "tol",
    "n_iter_no_change",
    "early_stopping",
    "validation_fraction",
    "prediction_margin",
    "prune_tol",
    "class_weight",
    "warm_start",
    "callbacks",
    "device",
    "random_state",
    "verbose",
)

#: Solvers of one and the same network, which go on from one another.
GROWTH: tuple[str, ...] = ("growth", "second_order", "first_order")


def agreed(parameters: Mapping[str, Any], sizes: tuple[int, ...]) -> dict[str, Any]:
    """The parameters that must be the same in the next call, sizes as a tuple."""
    found = {name: parameters[name] for name in MUST_AGREE if name in parameters}
    if found.get("solver") in GROWTH:
        found["solver"] = "growth"
    return {**found, "hidden_layer_sizes": sizes}
