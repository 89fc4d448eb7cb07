"""Torch parts for networks of your own.

`SpectralNetwork` is the paper's network with its eigenvalues and eigenvectors as
parameters, `DirectNetwork` the same layers with a weight of its own on every link.
Both are ordinary modules: put them into a network, train them with any optimiser.
"""

from ._network import DirectNetwork, SpectralNetwork

__all__ = ["DirectNetwork", "SpectralNetwork"]
