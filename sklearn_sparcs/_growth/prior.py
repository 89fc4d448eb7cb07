"""The normal prior of hidden neurons' weights.

Its precision is in units of the noise of a sample, for scaled features. The same for
all tables, it lets a neuron listen closely to many inputs at once. In proportion to the
inputs it expects each to count less where there are more, as the variance of usual
initialisations falls with fan-in (He et al., "Delving deep into rectifiers", 2015).
Neither suits every table, and held-out samples can tell (`holdout`).
"""

#: Precision of the same prior for all tables.
EVEN = 0.3
#: Inputs for which the other's precision is one, and how many times the first it has to
#: be to make a difference.
_INPUTS, _APART = 10, 2.0


def by_fan_in(n_inputs: int) -> float:
    """Precision of the prior that expects less of each of many inputs."""
    return n_inputs / _INPUTS


def others(n_inputs: int) -> tuple[float, ...]:
    """Precisions that may suit a table better than the even prior's."""
    precision = by_fan_in(n_inputs)
    return (precision,) if precision >= _APART * EVEN else ()
