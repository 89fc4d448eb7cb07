"""The arrays that an estimator keeps of its trained network."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .._data.scaling import Scaling
from .._direct.form import DirectForm
from .._networks.gauge import growing_network
from .._networks.growing import GrowingNetwork
from .._networks.live import LiveNetwork
from .._networks.spectral import SpectralNetwork
from .._problems.problem import Problem


@dataclass(frozen=True)
class Result:
    """Arrays of a trained network: its weights and its spectrum.

    Attributes
    ----------
    form : DirectForm
        The live network, in raw units.
    eigenvalues : list of ndarrays of shape (N_i,)
        λ_1 … λ_{B+1}.
    eigenvectors : list of ndarrays of shape (N_{k+1}, N_k)
        φ_1 … φ_B, with scaled features as input.
    scaling : Scaling
        What scales the features.
    gated : bool
        Whether a neuron fires only if its eigenvalue is not zero.
    """

    form: DirectForm
    eigenvalues: list[np.ndarray]
    eigenvectors: list[np.ndarray]
    scaling: Scaling
    gated: bool

    @classmethod
    def of(
        cls, problem: Problem, network: Any, random_state: np.random.RandomState
    ) -> "Result":
        """Read a network; ``random_state`` draws sleeping neurons' eigenvectors."""
        drawn = [random_state] if isinstance(network, GrowingNetwork) else []
        eigenvalues, eigenvectors = network.spectrum(*drawn)
        return cls(
            problem.form_of(network),
            eigenvalues,
            eigenvectors,
            problem.scaling,
            network.gated,
        )

    @classmethod
    def of_live(
        cls,
        problem: Problem,
        network: LiveNetwork,
        sizes: tuple[int, ...],
        depth_factor: float,
        random_state: np.random.RandomState,
    ) -> "Result":
        """Read a network in direct space, at most ``sizes`` neurons wide."""
        spectral = growing_network(network, sizes, depth_factor)
        return cls.of(problem, spectral, random_state)

    def network(self) -> SpectralNetwork:
        """The whole network in float64, sleeping neurons included.

        Its inputs are scaled features.
        """
        lam, phi = self.eigenvalues, self.eigenvectors
        n_features = self.form.layer_sizes[0]
        network = SpectralNetwork(
            n_features,
            [len(values) for values in lam[1:-1]],
            len(lam[-1]),
            activation=self.form.activation,
            bias=len(lam[0]) > n_features,
            gated=self.gated,
            input_eigenvalues=bool(lam[0].any()),
            dtype=torch.float64,
        )
        parameters = [network.input_lam, *network.lam, *network.phi]
        with torch.no_grad():
            for parameter, values in zip(parameters, [*lam, *phi], strict=True):
                parameter.copy_(torch.from_numpy(values))
        return network
