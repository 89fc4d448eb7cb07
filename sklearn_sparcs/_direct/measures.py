"""Measures of a network from the paper: path norm and number of parameters."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TypeVar

import numpy as np
from torch import Tensor

Array = TypeVar("Array", np.ndarray, Tensor)


def path_tensor(outgoing: Array, incoming: Array) -> Array:
    """Γ_ijk = W_32[i, j] W_21[j, k]: each path through a hidden neuron [E.1].

    Parameters
    ----------
    outgoing : ndarray or Tensor of shape (outputs, hidden)
    incoming : ndarray or Tensor of shape (hidden, inputs)

    Returns
    -------
    ndarray or Tensor of shape (outputs, hidden, inputs)

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_sparcs.nn import path_tensor
    >>> path_tensor(np.array([[2.0, 0.0]]), np.array([[3.0], [5.0]])).tolist()
    [[[6.0], [0.0]]]
    """
    return outgoing[:, :, None] * incoming[None]


def path_norm(outgoing: Array, incoming: Array) -> Array:
    """‖Γ‖, its Frobenius norm, without forming it; zero if the network is linear.

    Parameters
    ----------
    outgoing : ndarray or Tensor of shape (outputs, hidden)
    incoming : ndarray or Tensor of shape (hidden, inputs)

    Returns
    -------
    float or Tensor of shape ()
        In the units of the weights' product.

    Examples
    --------
    Of an estimator with one hidden layer, in the units of its data:

    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import SparcsRegressor
    >>> from sklearn_sparcs.nn import path_norm
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressor(alpha=0.01, prune_tol=0, random_state=0).fit(X, y)
    >>> coefs = model.pruned_estimator_.coefs_
    >>> bool(path_norm(coefs[3, 2], coefs[2, 1]) > 0)
    True
    """
    return ((outgoing**2).sum(0) @ (incoming**2).sum(1)) ** 0.5


def count_parameters(
    layer_sizes: Sequence[int],
    space: str = "spectral",
    *,
    skips: bool = True,
    input_eigenvalues: bool = False,
) -> int:
    """Parameters of a search over all architectures of these layers (figure 8).

    Parameters
    ----------
    layer_sizes : sequence of int
        Neurons a layer, input (with its constant, if there is one) and output included.
    space : {"spectral", "direct"}, default="spectral"
        Eigenvectors, and an eigenvalue for every neuron but the input's; or a weight
        for every link.
    skips : bool, default=True
        Count links between layers that are not neighbours, which cost nothing in
        spectral space.
    input_eigenvalues : bool, default=False
        Count the input's eigenvalues too, as the authors' code does for the figure.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If ``space`` is another, or there are fewer than two layers.

    Examples
    --------
    >>> from sklearn_sparcs.nn import count_parameters
    >>> count_parameters([100] * 5), count_parameters([100] * 5, "direct")
    (40400, 100000)
    """
    if len(layer_sizes) < 2:
        raise ValueError(f"layer_sizes needs two layers at least; got {layer_sizes!r}.")
    neighbours = sum(m * n for m, n in pairwise(layer_sizes))
    if space == "spectral":
        return neighbours + sum(layer_sizes[0 if input_eigenvalues else 1 :])
    if space == "direct":
        return (
            sum(m * n for m, n in combinations(layer_sizes, 2)) if skips else neighbours
        )
    raise ValueError(f'space must be "spectral" or "direct"; got {space!r}.')
