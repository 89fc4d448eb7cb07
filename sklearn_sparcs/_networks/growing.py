"""The growing network as `GrowthSolver` holds it: all parameters in one vector."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._activations import ACTIVATIONS, Waking
from .._direct.form import DirectForm
from .export import form_of
from .flat import pack, unpack
from .initial import xavier_uniform
from .spectrum import Spectrum
from .structure import (
    linear_structure,
    output_of,
    parts,
    spectrum_of,
    weights_of,
)


class GrowingNetwork(nn.Module):
    """Gated spectral network of at most ``hidden_layer_sizes`` live neurons.

    ``Q[k]`` and ``lam[k]`` belong to hidden layer k = 0 … B − 2, ``Q[B − 1]`` to the
    output, whose eigenvalues are one. All are views of the vector ``flat``, whose
    gradient is written by hand. ``neurons[k]`` are the live neurons' indices, and
    ``waking`` says how others wake; by default as suits the activation.
    """

    #: A neuron fires only if its eigenvalue is not zero.
    gated = True

    def __init__(
        self,
        n_features: int,
        hidden_layer_sizes: Sequence[int],
        n_outputs: int,
        *,
        activation: str = "relu",
        waking: Waking | None = None,
        bias: bool = True,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ):
        super().__init__()
        options: Any = {"dtype": dtype, "device": device}
        self.hidden_layer_sizes = tuple(hidden_layer_sizes)
        self.activation, self.bias = activation, bias
        self.waking = waking or ACTIVATIONS[activation].waking
        self.n_inputs = n_features + bias
        n_hidden = len(self.hidden_layer_sizes)
        self.restructure(
            linear_structure(self.n_inputs, n_hidden, n_outputs, **options),
            [torch.zeros(0, dtype=torch.long, device=device) for _ in range(n_hidden)],
        )

    @property
    def n_live(self) -> list[int]:
        """Live neurons of each hidden layer."""
        return [len(lam) for lam in self.lam]

    @property
    def live_eigenvalues(self) -> Tensor:
        """Every hidden neuron's λ, the first layer's first: a view of ``flat``."""
        return self.flat.data[len(self.flat) - sum(self.n_live) :]

    def start_at(self, linear_map: Tensor) -> None:
        """Set y = linear_map · [x, 1]: a network with no live neuron does no more."""
        self.Q[-1].copy_(-linear_map)

    def start_at_random(self, generator: torch.Generator) -> None:
        """Set y to a random linear map, Xavier-uniform."""
        last = self.Q[-1]
        n_out, n_in = last.shape
        self.start_at(xavier_uniform(n_out, n_in, generator, last.dtype, last.device))

    def eigenvalues(self, layer: int) -> Tensor:
        """λ of the live neurons of hidden layer ``layer``, or of the output: ones."""
        if layer < len(self.lam):
            return self.lam[layer]
        return torch.ones_like(self.Q[-1][:, 0])

    def penalized_eigenvalues(self) -> list[Tensor]:
        """The eigenvalues of the live neurons, layer by layer.

        Views of ``flat``.
        """
        return list(self.lam)

    def structure(self) -> list[Tensor]:
        """Every parameter, Q first: views of ``flat`` (`structure`)."""
        return [*self.Q, *self.lam]

    def restructure(self, tensors: Sequence[Tensor], neurons: Sequence[Tensor]) -> None:
        """Take over copies of parameters of other shapes, in a vector of their own."""
        self.flat = nn.Parameter(pack(tensors), requires_grad=False)
        self.Q, self.lam = parts(unpack(self.flat.data, tensors))
        self.neurons = list(neurons)

    @torch.no_grad()
    def scale_outgoing(self, layer: int, n_newest: int, factor: float) -> None:
        """Multiply what the newest neurons of a hidden layer send by ``factor``."""
        end = self.n_inputs + sum(self.n_live[: layer + 1])
        for q in self.Q[layer + 1 :]:
            q[:, end - n_newest : end] *= factor

    def weights(self) -> list[Tensor]:
        """Weights W_i between the live neurons for i = 2 … B + 1 [4.3]."""
        return weights_of(self.structure())

    def forward(self, x: Tensor) -> Tensor:
        """Output y = z_{B+1}, shape (n, outputs), for x of shape (n, features)."""
        x = F.pad(x, (0, 1), value=1.0) if self.bias else x
        return output_of(self.structure(), ACTIVATIONS[self.activation].tensor, x)

    def form(self) -> DirectForm:
        """Convert to plain arrays, keeping only neurons that compute."""
        return form_of(self.weights(), self.bias, self.activation, self.neurons)

    def spectrum(self, random_state: np.random.RandomState) -> Spectrum:
        """Eigenvalues and eigenvectors of the whole network (`spectrum_of`).

        What sleeping neurons hear is drawn at random; what they pass on is exact.
        """
        return spectrum_of(
            self.structure(), self.neurons, self.hidden_layer_sizes, random_state
        )
