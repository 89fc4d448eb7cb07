"""The growing network as a module that any optimiser trains."""

from collections.abc import Sequence
from typing import Any

import torch
from sklearn.utils import check_random_state
from torch import Tensor, nn

from .._activations import Waking
from .direct import DirectNetwork, direct_network
from .growing import GrowingNetwork
from .spectral import Spectrum

#: A neuron hears λ q, so where |λ| is small its eigenvector learns slowly, and steps
#: that suit other layers are short: here |λ| begins at one, and what it sends is small.
_AT_FULL_SIZE = Waking(eigenvalue=1.0, norm=1.0, soften=False, length=0.01)


class GrowingSpectralNetwork(GrowingNetwork):
    r"""Spectral network that holds its live neurons alone, as a part of your own.

    It starts as a linear layer with the weights that `nn.Linear` starts with, trains
    like one, and stays one until `Growth` wakes neurons beside your optimiser: a
    neuron fires only if its eigenvalue is not zero. Its cost is that of its live
    neurons, however many are allowed. As it grows its parameters are replaced by
    larger ones, which `Growth` hands to the optimiser, moments and all.

    Parameters
    ----------
    in_features : int
        Input size, without the constant that ``bias`` appends.
    hidden_features : sequence of int
        Most live neurons of each hidden layer.
    out_features : int
        Output size. The output has no activation.
    bias : bool, default=True
        Append a constant 1 to the input: a neuron that feeds every layer.
    generator : torch.Generator, optional
        Source of the initial weights.
    dtype, device : optional
        Of the parameters.

    Attributes
    ----------
    Q : ParameterList
        Incoming eigenvectors of the live neurons of each hidden layer, then of the
        outputs, seen from all live signals before them: (n_live, signals).
    lam : ParameterList
        Eigenvalues of the live neurons of each hidden layer.
    neurons : list of Tensor
        Their indices.
    n_live : list of int
        How many there are.

    Notes
    -----
    The activation is ReLU: a neuron is found by its kink at zero, which smooth
    activations do not have. For those there is `SpectralNetwork`.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models": [4.3] for the weights, [4.5] for the network; the gate and the
    form on live neurons are ours.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from sklearn_sparcs.nn import GrowingSpectralNetwork
    >>> head = GrowingSpectralNetwork(64, (100,), 10)
    >>> net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), head)
    >>> net(torch.zeros(5, 20)).shape, head.n_live
    (torch.Size([5, 10]), [0])
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: Sequence[int],
        out_features: int,
        *,
        bias: bool = True,
        generator: torch.Generator | None = None,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ):
        super().__init__(
            in_features,
            hidden_features,
            out_features,
            bias=bias,
            dtype=dtype or torch.get_default_dtype(),
            device=device or "cpu",
        )
        self.waking = _AT_FULL_SIZE
        bound = max(in_features, 1) ** -0.5
        with torch.no_grad():
            drawn = torch.rand(self.Q[-1].shape, generator=generator)
            self.start_at(((2 * drawn - 1) * bound).to(self.Q[-1]))

    @property
    def neurons(self) -> list[Tensor]:  # type: ignore[override]
        """Indices of the live neurons of each hidden layer."""
        n_hidden = len(self.hidden_layer_sizes)
        return [self.get_buffer(f"neurons_{k}") for k in range(n_hidden)]

    def restructure(self, tensors: Sequence[Tensor], neurons: Sequence[Tensor]) -> None:
        """Take over parameters of other shapes, as new objects."""
        n = len(self.hidden_layer_sizes) + 1
        self.Q, self.lam = (  # type: ignore[assignment]
            nn.ParameterList(t.detach() for t in part)
            for part in (tensors[:n], tensors[n:])
        )
        for k, indices in enumerate(neurons):
            self.register_buffer(f"neurons_{k}", indices)

    def detached(self) -> GrowingNetwork:
        """A copy without autograd, in the form that surveys look at."""
        copy = GrowingNetwork(
            self.n_inputs - self.bias,
            self.hidden_layer_sizes,
            len(self.Q[-1]),
            bias=self.bias,
            dtype=self.Q[-1].dtype,
            device=self.Q[-1].device,
        )
        copy.waking = self.waking
        copy.restructure([p.detach() for p in self.structure()], self.neurons)
        return copy

    def spectrum(self, random_state: Any = 0) -> Spectrum:
        """Eigenvalues λ_1 … λ_{B+1} and eigenvectors φ_1 … φ_B, sleeping ones included.

        What sleeping neurons hear is drawn at random; what they pass on is exact.
        """
        return super().spectrum(check_random_state(random_state))

    def penalized_eigenvalues(self) -> list[Tensor]:
        """What a penalty acts on: every hidden eigenvalue."""
        return self.hidden_eigenvalues()

    @torch.no_grad()
    def prune(self, threshold: float) -> None:
        """Set the eigenvalues of size up to ``threshold`` to zero.

        Such neurons fire no more; `Growth` takes them out.
        """
        for lam in self.lam:
            lam[lam.abs() <= threshold] = 0

    @torch.no_grad()
    def to_direct(self) -> DirectNetwork:
        """The same function, the neurons that compute alone, in direct space.

        An ordinary module, with a weight of its own on every link.
        """
        weights = [
            w * (lam != 0)[:, None] if lam is not None else w
            for w, lam in zip(self.weights(), [*self.lam, None], strict=True)
        ]
        return direct_network(
            weights, self.n_inputs - self.bias, self.bias, self.activation, self.neurons
        )

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any
    ) -> None:
        """Take the shapes of what is loaded first: it may have grown further."""
        saved = [
            state_dict.get(f"{prefix}{name}", value).detach().to(value)
            for name, value in self.named_parameters()
        ]
        neurons = [
            state_dict.get(f"{prefix}neurons_{k}", n).to(n)
            for k, n in enumerate(self.neurons)
        ]
        self.restructure([value.clone() for value in saved], neurons)
        super()._load_from_state_dict(state_dict, prefix, *args)
