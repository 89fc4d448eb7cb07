"""Torch parts for networks of your own.

`SpectralNetwork` is the paper's network with its eigenvalues and eigenvectors as
parameters, `SpectralLinear` one layer of that kind in the place of `nn.Linear`, and
`DirectNetwork` the same layers with a weight of its own on every link. All are ordinary
modules: put them into a network, train them with any optimiser.
"""

from ._measures import count_parameters, path_norm, path_tensor
from ._network import DirectNetwork, SpectralNetwork
from ._spectral_linear import SpectralLinear

__all__ = [
    "DirectNetwork",
    "SpectralLinear",
    "SpectralNetwork",
    "count_parameters",
    "path_norm",
    "path_tensor",
]
