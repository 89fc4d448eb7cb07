"""One layer in spectral form: a bipartite graph's weights from its spectrum."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .checks import checked_size
from .initial import linear_bound, uniform
from .matrices import SpectralMatrices
from .spectrum import at_least_single, put_to_sleep, weight_block
from .traced_module import TracedModule


class SpectralLinear(TracedModule):
    r"""Linear layer parametrised by eigenvalues and eigenvectors (section 2).

    The weights are W = φ diag(λ_in) − diag(λ_out) φ, the block below the diagonal of
    A = Φ Λ Φ⁻¹ for two layers. Each eigenvalue scales all the weights that a neuron
    receives (λ_out) or sends (λ_in), so that its size measures the importance of the
    neuron.

    Parameters
    ----------
    in_features, out_features : int
    bias : bool, default=True
        Add a bias to the output; it does not depend on the eigenvalues.
    input_eigenvalues : bool, default=False
        Train λ_in too. Otherwise it is fixed at zero, and the weights of an output
        whose eigenvalue is zero are all zero.
    frozen_eigenvectors : bool, default=False
        Fix the eigenvectors at their initial values, and train only the eigenvalues and
        the bias, as in the first papers on spectral learning [1]_.
    generator : torch.Generator, optional
        Source of the initial eigenvectors.
    device, dtype : optional
        Of the parameters.

    Attributes
    ----------
    phi : Parameter of shape (out_features, in_features)
        Eigenvectors; uniform at the start, as the weights of `nn.Linear`.
    lam_in : Parameter or buffer of shape (in_features,)
        Zero at the start.
    lam_out : Parameter of shape (out_features,)
        One at the start.
    bias : Parameter of shape (out_features,), or None

    Raises
    ------
    ValueError
        If a size is not a positive whole number.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models", section 2; a chain of such layers is [2.1].

    .. [1] Giambagli, Buffoni, Carletti, Nocentini, Fanelli, "Machine learning in
       spectral domain", Nature Communications 12, 2021.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> from sklearn_sparcs.nn import SpectralLinear
    >>> net = nn.Sequential(SpectralLinear(20, 50), nn.ReLU(), SpectralLinear(50, 1))
    >>> net(torch.zeros(5, 20)).shape
    torch.Size([5, 1])
    >>> net[0].prune(2.0)  # every eigenvalue is one at the start
    >>> net[0].live_outputs()
    tensor([], dtype=torch.int64)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        input_eigenvalues: bool = False,
        frozen_eigenvectors: bool = False,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__()
        self.in_features = checked_size(in_features, "in_features")
        self.out_features = checked_size(out_features, "out_features")
        options: Any = {"device": device, "dtype": dtype}
        phi = torch.empty(out_features, in_features, **options)
        self.phi = nn.Parameter(phi, requires_grad=not frozen_eigenvectors)
        constants = torch.empty(out_features, **options)
        self.bias = nn.Parameter(constants) if bias else None
        self.lam_out = nn.Parameter(torch.empty(out_features, **options))
        lam_in = torch.empty(in_features, **options)
        if input_eigenvalues:
            self.lam_in = nn.Parameter(lam_in)
        else:
            self.register_buffer("lam_in", lam_in)
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw initial values anew, as a new layer has them.

        Loops over folds call this of each module that has it, as of torch's own.

        Parameters
        ----------
        generator : torch.Generator, optional
            Their source.
        """
        bound = linear_bound(self.in_features)
        for part in (self.phi, self.bias):
            if part is not None:
                like: Any = {"dtype": part.dtype, "device": part.device}
                drawn = uniform(*part.shape, bound=bound, generator=generator, **like)
                part.copy_(drawn)
        self.lam_out.fill_(1)
        self.lam_in.zero_()

    @property
    def weight(self) -> Tensor:
        """W, shape (out_features, in_features)."""
        return weight_block([self.phi], [self.lam_in, self.lam_out], 2, 1)

    def spectral_matrices(self) -> SpectralMatrices:
        """Φ, Λ and A = Φ Λ Φ⁻¹ of the layer as they are now, as dense arrays.

        Returns
        -------
        SpectralMatrices
            In float64; ``block(2, 1)`` is `weight`. The bias is no part of them.
        """
        lam_in, lam_out, phi = (
            at_least_single(block.detach()).cpu().numpy()
            for block in (self.lam_in, self.lam_out, self.phi)
        )
        return SpectralMatrices.of([lam_in, lam_out], [phi])

    def forward(self, x: Tensor) -> Tensor:
        """Map x to x Wᵀ + bias.

        Parameters
        ----------
        x : Tensor of shape (…, in_features)

        Returns
        -------
        Tensor of shape (…, out_features)
        """
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The arguments shown by ``repr``, as by that of ``torch.nn.Linear``."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )

    @torch.no_grad()
    def prune(self, threshold: float) -> None:
        """Set eigenvalues of size up to ``threshold`` to zero, on both sides.

        A link between two such neurons is gone.

        Parameters
        ----------
        threshold : float
            Largest |λ| that becomes zero.
        """
        put_to_sleep((self.lam_in, self.lam_out), threshold)

    @torch.no_grad()
    def live_outputs(self) -> Tensor:
        """Indices of the outputs that receive anything.

        Returns
        -------
        Tensor of int
        """
        return self.weight.any(dim=1).nonzero().flatten()

    @classmethod
    @torch.no_grad()
    def from_linear(
        cls, linear: nn.Linear, *, input_eigenvalues: bool = False
    ) -> "SpectralLinear":
        """Create a layer with the same map as an `nn.Linear`.

        Parameters
        ----------
        linear : nn.Linear
            It is not changed.
        input_eigenvalues : bool, default=False
            Train λ_in too.

        Returns
        -------
        SpectralLinear
        """
        layer = cls(
            linear.in_features,
            linear.out_features,
            linear.bias is not None,
            input_eigenvalues=input_eigenvalues,
            device=linear.weight.device,
            dtype=linear.weight.dtype,
        )
        layer.phi.copy_(-linear.weight)  # λ_in is zero and λ_out one
        if layer.bias is not None:
            layer.bias.copy_(linear.bias)
        return layer

    @torch.no_grad()
    def to_linear(self) -> nn.Linear:
        """Convert the layer to an `nn.Linear` with the same map.

        Returns
        -------
        nn.Linear
        """
        linear = nn.utils.skip_init(
            nn.Linear,
            self.in_features,
            self.out_features,
            self.bias is not None,
            device=self.phi.device,
            dtype=self.phi.dtype,
        )
        linear.weight.copy_(self.weight)
        if self.bias is not None:
            linear.bias.copy_(self.bias)
        return linear
