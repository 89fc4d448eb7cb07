"""Torch parts for networks of your own.

`GrowingSpectralNetwork` begins as a linear layer, and `Growth`, beside your optimiser,
wakes hidden neurons in it that pay; `GrowthCallback` does so in skorch.
`SpectralNetwork` is the paper's network with its eigenvalues and eigenvectors as
parameters, `SpectralLinear` one layer of that kind in the place of `nn.Linear`, and
`DirectNetwork` the same layers with a weight of its own on every link. All are ordinary
modules: put them into a network, train them with any optimiser. The spectral map
itself is there too: `eigenvector_matrix` and its inverse, and `adjacency_matrix`, or
all of them as the `SpectralMatrices` of a network.
"""

from ._direct.measures import count_parameters, path_norm, path_tensor
from ._networks.direct import DirectNetwork
from ._networks.growing_module import GrowingSpectralNetwork
from ._networks.linear import SpectralLinear
from ._networks.matrices import SpectralMatrices
from ._networks.spectral import SpectralNetwork
from ._networks.spectrum import (
    adjacency_matrix,
    eigenvector_matrix,
    inverse_eigenvector_matrix,
)
from ._recruitment.callback import GrowthCallback
from ._recruitment.eigenvalue_pruning import prune_to_tolerance
from ._recruitment.training_loop import Growth

__all__ = [
    "DirectNetwork",
    "GrowingSpectralNetwork",
    "Growth",
    "GrowthCallback",
    "SpectralLinear",
    "SpectralMatrices",
    "SpectralNetwork",
    "adjacency_matrix",
    "count_parameters",
    "eigenvector_matrix",
    "inverse_eigenvector_matrix",
    "path_norm",
    "path_tensor",
    "prune_to_tolerance",
]
