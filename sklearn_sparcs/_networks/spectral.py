"""The paper's network: eigenvalues and eigenvectors are its parameters."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._activations import ACTIVATIONS
from .._direct.form import DirectForm
from .checks import (
    checked_activation,
    checked_layer_sizes,
    checked_linear_map,
    checked_size,
)
from .direct import DirectNetwork
from .export import form_of
from .initial import xavier_uniform
from .matrices import SpectralMatrices
from .spectrum import Spectrum, at_least_single, live_weights, put_to_sleep
from .traced_module import TracedModule


class SpectralNetwork(TracedModule):
    r"""Feed-forward network parametrised by the spectrum of its adjacency matrix.

    Every layer feeds every later one, and the weights are the blocks of A = Φ Λ Φ⁻¹
    [4.3]. Initially the hidden eigenvalues are zero, the output eigenvalues are one and
    the eigenvectors are Xavier-uniform, so that y is linear in x.

    Parameters
    ----------
    in_features : int
        Input size, without the constant that ``bias`` appends.
    hidden_features : int or sequence of int
        Size of each hidden layer; ``()`` is a linear map.
    out_features : int
        Output size. The output has no activation.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
    bias : bool, default=True
        Append a constant 1 to the input: a neuron that feeds every layer.
    gated : bool, default=False
        Multiply the output of every neuron whose eigenvalue is zero by zero, so that
        the non-zero eigenvalues are the architecture. Without the gate, as in the
        paper, a single non-zero eigenvalue makes the whole next layer non-linear.
    input_eigenvalues : bool, default=False
        Train λ_1 too, as in the paper's first experiment; otherwise it is zero.
    frozen_eigenvectors : bool, default=False
        Fix the eigenvectors at their initial values, and train only the eigenvalues, as
        in the first papers on spectral learning [1]_.
    repeated : bool, default=False
        The paper's other update rule: apply A, its self-loops λ on the diagonal, B
        times to (x, 0, …, 0), with the activation between.
    generator : torch.Generator, optional
        Source of the initial eigenvectors.
    dtype, device : optional
        Of the parameters.

    Attributes
    ----------
    phi : ParameterList
        φ_k, shape (N_{k+1}, N_k), k = 1 … B.
    lam : ParameterList
        Eigenvalues of each hidden layer, then of the output.
    input_lam : Parameter or buffer of shape (N_1,)
        λ_1.

    Raises
    ------
    ValueError
        If a size is not a positive whole number, the activation is unknown, or
        ``gated`` and ``repeated`` are asked for together.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models": [4.3] for the weights, [4.5] for the network.

    .. [1] Giambagli, Buffoni, Carletti, Nocentini, Fanelli, "Machine learning in
       spectral domain", Nature Communications 12, 2021.

    Examples
    --------
    As the head of another network, with an ℓ₁ penalty on the eigenvalues:

    >>> import torch
    >>> from torch import nn
    >>> from sklearn_sparcs.nn import SpectralNetwork
    >>> head = SpectralNetwork(64, (100,), 10)
    >>> net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), head)
    >>> net(torch.zeros(5, 20)).shape
    torch.Size([5, 10])
    >>> penalty = 1e-4 * sum(lam.abs().sum() for lam in head.penalized_eigenvalues())
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: int | Sequence[int],
        out_features: int,
        *,
        activation: str = "relu",
        bias: bool = True,
        gated: bool = False,
        input_eigenvalues: bool = False,
        frozen_eigenvectors: bool = False,
        repeated: bool = False,
        generator: torch.Generator | None = None,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ):
        super().__init__()
        if gated and repeated:
            raise ValueError(
                "gated=True and repeated=True exclude each other: applied again, A "
                "passes on what no gate has seen. Set one of them to False."
            )
        self.activation = checked_activation(activation)
        self.bias, self.gated, self.repeated = bias, gated, repeated
        self.input_eigenvalues = input_eigenvalues
        n_inputs = checked_size(in_features, "in_features") + bias
        layers = checked_layer_sizes(hidden_features, "hidden_features")
        n_outputs = checked_size(out_features, "out_features")
        sizes = [n_inputs, *layers, n_outputs]
        options: Any = {"dtype": dtype, "device": device}
        self.phi = nn.ParameterList(
            torch.empty(n_out, n_in, **options) for n_in, n_out in pairwise(sizes)
        ).requires_grad_(not frozen_eigenvectors)
        input_lam, *lam = (torch.empty(n, **options) for n in sizes)
        self.lam = nn.ParameterList(lam)
        if input_eigenvalues:
            self.input_lam = nn.Parameter(input_lam)
        else:
            self.register_buffer("input_lam", input_lam, persistent=False)
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw initial values anew, as a new network has them.

        Loops over folds call this of each module that has it, as of torch's own.

        Parameters
        ----------
        generator : torch.Generator, optional
            Their source.
        """
        for phi in self.phi:
            n_out, n_in = phi.shape
            phi.copy_(xavier_uniform(n_out, n_in, generator, phi.dtype, phi.device))
        for lam in (self.input_lam, *self._hidden_lam):
            lam.zero_()
        self.lam[-1].fill_(1)

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any
    ) -> None:
        """Make λ_1 anew unless it is trained: a network without storage has lost it."""
        super()._load_from_state_dict(state_dict, prefix, *args)
        if self.input_eigenvalues:
            return
        like = state_dict.get(f"{prefix}phi.0", self.input_lam)
        if self.input_lam.is_meta and not like.is_meta:
            with torch.inference_mode(False):  # what is made there is never trained
                lam = torch.empty_like(self.input_lam, device=like.device)
            self.register_buffer("input_lam", lam, persistent=False)
        self.input_lam.zero_()

    @property
    def _hidden_lam(self) -> list[Tensor]:
        """λ_2 … λ_B."""
        return list(self.lam)[:-1]

    def penalized_eigenvalues(self) -> list[Tensor]:
        """List the eigenvalues to penalise: λ_2 … λ_B, and λ_1 if it is trained.

        Returns
        -------
        list of Tensors
        """
        first = [self.input_lam] if self.input_eigenvalues else []
        return [*first, *self._hidden_lam]

    def spectrum(self) -> Spectrum:
        """Eigenvalues and eigenvectors, copied into arrays.

        Returns
        -------
        lam : list of ndarrays of shape (N_i,)
            λ_1 … λ_{B+1}.
        phi : list of ndarrays of shape (N_{k+1}, N_k)
            φ_1 … φ_B.
        """
        lam, phi = (
            [at_least_single(x.detach()).cpu().numpy().copy() for x in blocks]
            for blocks in ([self.input_lam, *self.lam], self.phi)
        )
        return lam, phi

    def spectral_matrices(self) -> SpectralMatrices:
        """Compute Φ, Λ and A = Φ Λ Φ⁻¹ at present, as dense arrays.

        Returns
        -------
        SpectralMatrices
            In float64; ``block(i, j)`` are the weights from layer j to layer i.
        """
        return SpectralMatrices.of(*self.spectrum())

    @torch.no_grad()
    def start_at(self, linear_map: Tensor) -> None:
        """Change φ_B least so that y = linear_map · [x, 1].

        Parameters
        ----------
        linear_map : Tensor of shape (out_features, inputs)
            The map is exact if the hidden layers are wide enough to pass it on.

        Raises
        ------
        ValueError
            If it is of another shape.
        """
        shape = len(self.phi[-1]), self.phi[0].shape[1]
        linear_map = checked_linear_map(linear_map, *shape)
        *hidden, last = [phi.double().cpu() for phi in self.phi]
        path = torch.eye(self.phi[0].shape[1], dtype=torch.float64)
        constant, sent = path.new_zeros(len(path)), self._sent_by_sleepers()
        for phi in hidden:
            path, constant = -phi @ path, sent - phi @ constant
        wanted = -linear_map.double().cpu()
        if self.bias:
            path[:, -1] += constant
        else:
            path = torch.cat([path, constant[:, None]], dim=1)
            wanted = F.pad(wanted, (0, 1))
        change = (wanted - last @ path) @ torch.linalg.pinv(path)
        self.phi[-1] += change.to(self.phi[-1])

    def _sent_by_sleepers(self) -> float:
        """Output of a neuron whose eigenvalue is zero: f(0), unless it is gated."""
        if self.gated or self.repeated:
            return 0.0
        zero = torch.zeros((), dtype=torch.float64)
        return float(ACTIVATIONS[self.activation].tensor(zero))

    @property
    def neurons(self) -> list[Tensor]:
        """Indices of the hidden neurons that fire, layer by layer."""
        return self.live()[1:-1]

    @torch.no_grad()
    def prune(self, threshold: float) -> None:
        """Set the eigenvalues of size up to ``threshold`` to zero, the output's aside.

        The input's become zero too, if they are trained: one that is left wakes every
        neuron of the first hidden layer, whatever their own eigenvalues are.

        Parameters
        ----------
        threshold : float
            Largest |λ| that becomes zero.
        """
        put_to_sleep(self.penalized_eigenvalues(), threshold)

    def live(self) -> list[Tensor]:
        """Indices of the neurons that fire, layer by layer, input and output whole.

        Returns
        -------
        list of Tensors of int
        """
        device = self.phi[0].device
        sizes = [self.phi[0].shape[1], *(len(lam) for lam in self.lam)]
        live = [torch.arange(n, device=device) for n in sizes]
        if self.gated:
            live[1:-1] = [lam.nonzero().flatten() for lam in self._hidden_lam]
        return live

    def weights(self) -> list[Tensor]:
        """Weights of the links between the neurons that fire (`live_weights`).

        Returns
        -------
        list of Tensors of shape (live in layer i, signals before it)
        """
        return live_weights(list(self.phi), [self.input_lam, *self.lam], self.live())

    @torch.no_grad()
    def form(self) -> DirectForm:
        """Convert the network to plain arrays, keeping only neurons that compute.

        Returns
        -------
        DirectForm

        Raises
        ------
        ValueError
            If the network is ``repeated``: its self-loops have no such form.
        """
        if self.repeated:
            raise ValueError(
                "A network with repeated=True has self-loops, which no feed-forward "
                "network has; only one with repeated=False has a direct form."
            )
        return form_of(self.weights(), self.bias, self.activation, self.neurons)

    def to_direct(self) -> DirectNetwork:
        """Convert the network to direct space, keeping only neurons that compute.

        Returns
        -------
        DirectNetwork
            An ordinary module, with a weight of its own on every link.

        Raises
        ------
        ValueError
            If the network is ``repeated``: its self-loops have no such form.
        """
        phi = self.phi[0]
        return DirectNetwork.of(self.form(), dtype=phi.dtype, device=phi.device)

    def forward(self, x: Tensor) -> Tensor:
        """Output y = z_{B+1}, shape (…, out_features), for x (…, in_features)."""
        x = F.pad(x, (0, 1), value=1.0) if self.bias else x
        if self.repeated:
            return self._through_repetitions(x)
        if self.gated and self._few_neurons_fire(x.shape[:-1]):
            return self._through_weights(x)
        return self._through_layers(x)

    def _few_neurons_fire(self, shape: torch.Size) -> bool:
        """Is it cheaper to form the live weights first? Products counted.

        A program that is written down for other values cannot know: torch.compile's,
        torch.export's, or vmap's, whose eigenvalues stand for those of many networks.
        """
        known = all(isinstance(lam, nn.Parameter) for lam in self._hidden_lam)
        if torch.compiler.is_compiling() or not known:
            return False
        n = math.prod(shape)
        signals = sum(len(live) for live in self.live()[:-1])
        layers = sum(phi.numel() for phi in self.phi)
        return n * signals**2 / 2 + signals * layers < 2 * n * layers

    def _through_weights(self, x: Tensor) -> Tensor:
        """The sum over links [4.5], every W_ij formed first."""
        h, f = x, ACTIVATIONS[self.activation].tensor
        *hidden, last = self.weights()
        for weight in hidden:
            h = torch.cat([h, f(h @ weight.T)], dim=-1)
        return h @ last.T

    def _through_layers(self, x: Tensor) -> Tensor:
        """Forward substitution (`spectrum`), two products with φ a layer."""
        f = ACTIVATIONS[self.activation].tensor
        u: Tensor = x
        lam_below: Tensor | None = self.input_lam if self.input_eigenvalues else None
        hidden = zip(list(self.phi)[:-1], self._hidden_lam, strict=True)
        for phi, lam in hidden:
            v = u @ phi.T
            z = -lam * v
            if lam_below is not None:
                z = z + (u * lam_below) @ phi.T
            a = f(z) * (lam != 0) if self.gated else f(z)
            u, lam_below = a - v, lam
        last, lam = self.phi[-1], self.lam[-1]
        scale = -lam[:, None] if lam_below is None else lam_below - lam[:, None]
        return u @ (last * scale).T

    def _through_repetitions(self, x: Tensor) -> Tensor:
        """f(A … f(A (x, 0, …, 0))), A applied B times, f not after the last."""
        f = ACTIVATIONS[self.activation].tensor
        signals = [x, *(x.new_zeros(*x.shape[:-1], len(lam)) for lam in self.lam)]
        for n_before in range(len(self.phi)):
            signals = [f(a) for a in signals] if n_before else signals
            signals = self._times_adjacency(signals)
        return signals[-1]

    def _times_adjacency(self, signals: list[Tensor]) -> list[Tensor]:
        """A a = Φ Λ Φ⁻¹ a, forward substitution for Φ⁻¹: two products a layer."""
        u = signals[:1]
        for phi, a in zip(self.phi, signals[1:], strict=True):
            u.append(a - u[-1] @ phi.T)
        scaled = [
            v * lam for v, lam in zip(u, [self.input_lam, *self.lam], strict=True)
        ]
        received = [v @ phi.T for v, phi in zip(scaled[:-1], self.phi, strict=True)]
        return [scaled[0], *(a + b for a, b in zip(scaled[1:], received, strict=True))]
