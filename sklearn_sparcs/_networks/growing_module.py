"""The growing network as a module that any optimiser trains."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state
from torch import Tensor, nn
from torch.nn import functional as F

from .._activations import ACTIVATIONS, Waking
from .._direct.form import DirectForm
from .checks import checked_layer_sizes, checked_linear_map, checked_size
from .direct import DirectNetwork
from .export import form_of
from .growing import GrowingNetwork
from .initial import linear_bound, uniform
from .matrices import SpectralMatrices
from .spectrum import Spectrum, at_least_single, put_to_sleep
from .structure import linear_structure, output_of, parts, spectrum_of, weights_of
from .traced_module import TracedModule

#: A neuron hears λ q, so where |λ| is small its eigenvector learns slowly, and steps
#: that suit other layers are short: here |λ| begins at one, and what it sends is small.
_AT_FULL_SIZE = Waking(eigenvalue=1.0, norm=1.0, soften=False, length=0.01)


class GrowingSpectralNetwork(TracedModule):
    r"""Spectral network that grows in training, as a module of a larger network.

    Initially it is a linear layer, with the initial weights of `nn.Linear`. While it is
    trained, `Growth` adds neurons to it: a neuron fires only if its eigenvalue is not
    zero, and only such live neurons are stored and computed, however many are allowed.
    When neurons are added or removed, the parameters change their shapes but stay the
    same objects, so that optimisers and schedulers that refer to them remain valid. A
    ``state_dict`` can be loaded whatever shapes its parameters have.

    Parameters
    ----------
    in_features : int
        Input size, without the constant that ``bias`` appends.
    hidden_features : int or sequence of int
        Maximum number of live neurons of each hidden layer; ``()`` is a linear map.
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
        outputs, with a column for every live signal before them: (n_live, signals).
    lam : ParameterList
        Eigenvalues of the live neurons of each hidden layer.
    neurons : list of Tensor
        Indices of the live neurons of each hidden layer.
    n_live : list of int
        Number of live neurons of each hidden layer.

    Raises
    ------
    ValueError
        If a size is not a positive whole number.

    Notes
    -----
    The activation is ReLU: new neurons are found by the kink of the loss at a zero
    eigenvalue, which smooth activations do not have. For those use `SpectralNetwork`.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models": [4.3] for the weights, [4.5] for the network. The gate and the
    restriction to live neurons are this package's own.

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
        hidden_features: int | Sequence[int],
        out_features: int,
        *,
        bias: bool = True,
        generator: torch.Generator | None = None,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ):
        super().__init__()
        self.hidden_layer_sizes = checked_layer_sizes(
            hidden_features, "hidden_features"
        )
        n_features = checked_size(in_features, "in_features")
        n_outputs = checked_size(out_features, "out_features")
        self.activation, self.waking, self.bias = "relu", _AT_FULL_SIZE, bias
        self.n_inputs = n_features + bias
        n_hidden = len(self.hidden_layer_sizes)
        options: Any = {"dtype": dtype, "device": device}
        self.Q, self.lam = (
            nn.ParameterList(part)
            for part in parts(
                linear_structure(self.n_inputs, n_hidden, n_outputs, **options)
            )
        )
        for k in range(n_hidden):
            none = torch.zeros(0, dtype=torch.long, device=device)
            self.register_buffer(f"neurons_{k}", none)
        self.start_at(
            uniform(
                n_outputs,
                self.n_inputs,
                bound=linear_bound(n_features),
                generator=generator,
                dtype=dtype,
                device=device,
            )
        )

    @property
    def neurons(self) -> list[Tensor]:
        """Indices of the live neurons of each hidden layer."""
        n_hidden = len(self.hidden_layer_sizes)
        return [self.get_buffer(f"neurons_{k}") for k in range(n_hidden)]

    @property
    def n_live(self) -> list[int]:
        """Live neurons of each hidden layer."""
        return [len(lam) for lam in self.lam]

    @torch.no_grad()
    def start_at(self, linear_map: Tensor) -> None:
        """Set y = linear_map · [x, 1]: a network with no live neuron does no more.

        Parameters
        ----------
        linear_map : Tensor of shape (out_features, inputs)

        Raises
        ------
        ValueError
            If it is of another shape, or a neuron is live.
        """
        q = self.Q[-1]
        if sum(self.n_live):
            raise ValueError(
                "start_at begins anew, and would leave live neurons behind; make "
                "another network."
            )
        q.copy_(-checked_linear_map(linear_map, *q.shape))

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw initial values anew, as a new network has them: no neuron is live.

        Loops over folds call this of each module that has it, as of torch's own.

        Parameters
        ----------
        generator : torch.Generator, optional
            Their source.
        """
        last = self.Q[-1]
        fresh = GrowingSpectralNetwork(
            self.n_inputs - self.bias,
            self.hidden_layer_sizes,
            len(last),
            bias=self.bias,
            generator=generator,
            dtype=last.dtype,
            device=last.device,
        )
        # loaded, as growth is told of that; what a subclass adds stays
        self.load_state_dict({**self.state_dict(), **fresh.state_dict()})

    def penalized_eigenvalues(self) -> list[Tensor]:
        """List the eigenvalues to penalise: every hidden eigenvalue.

        Returns
        -------
        list of Tensors
        """
        return list(self.lam)

    def structure(self) -> list[Tensor]:
        """Every parameter, Q first.

        Returns
        -------
        list of Tensors
        """
        return [*self.Q, *self.lam]

    def restructure(self, tensors: Sequence[Tensor], neurons: Sequence[Tensor]) -> None:
        """Replace the parameters' values by others of any shape, in the same objects.

        Their gradients are reset.

        Parameters
        ----------
        tensors : sequence of Tensors
            Every parameter, Q first, as `structure` lists them.
        neurons : sequence of Tensors of int
            Indices of each hidden layer's live neurons.
        """
        for parameter, values in zip(self.structure(), tensors, strict=True):
            _put(parameter, values.detach())
        for k, indices in enumerate(neurons):
            self.register_buffer(f"neurons_{k}", indices)

    def detached(self) -> GrowingNetwork:
        """Copy the network without autograd, as surveys need it.

        Half precision becomes single precision.

        Returns
        -------
        GrowingNetwork
        """
        copy = GrowingNetwork(
            self.n_inputs - self.bias,
            self.hidden_layer_sizes,
            len(self.Q[-1]),
            activation=self.activation,
            waking=self.waking,
            bias=self.bias,
        )
        copy.restructure([at_least_single(p) for p in self.structure()], self.neurons)
        return copy

    @torch.no_grad()
    def prune(self, threshold: float) -> None:
        """Set the eigenvalues of size up to ``threshold`` to zero.

        Such neurons fire no more; `Growth` takes them out.

        Parameters
        ----------
        threshold : float
            Largest |λ| that becomes zero.
        """
        put_to_sleep(self.lam, threshold)

    def weights(self) -> list[Tensor]:
        """Weights W_i between the live neurons for i = 2 … B + 1 [4.3].

        Returns
        -------
        list of Tensors of shape (live in layer i, signals before it)
        """
        return weights_of(self.structure())

    def forward(self, x: Tensor) -> Tensor:
        """Output y = z_{B+1}, shape (…, out_features), for x (…, in_features)."""
        x = F.pad(x, (0, 1), value=1.0) if self.bias else x
        return output_of(self.structure(), ACTIVATIONS[self.activation].tensor, x)

    def spectrum(
        self, random_state: int | np.random.RandomState | None = 0
    ) -> Spectrum:
        """Eigenvalues and eigenvectors of the whole network, sleeping neurons included.

        Parameters
        ----------
        random_state : int, RandomState instance or None, default=0
            Draws what sleeping neurons hear; what they pass on is exact.

        Returns
        -------
        lam : list of ndarrays of shape (N_i,)
            λ_1 … λ_{B+1}.
        phi : list of ndarrays of shape (N_{k+1}, N_k)
            φ_1 … φ_B.
        """
        return spectrum_of(
            self.structure(),
            self.neurons,
            self.hidden_layer_sizes,
            check_random_state(random_state),
        )

    def spectral_matrices(self) -> SpectralMatrices:
        """Compute Φ, Λ and A = Φ Λ Φ⁻¹ at present, as dense arrays.

        Returns
        -------
        SpectralMatrices
            In float64, sleeping neurons included, whose eigenvectors are made up as in
            `spectrum`. A neuron whose eigenvalue is zero never fires, whatever A says
            that it receives.
        """
        return SpectralMatrices.of(*self.spectrum())

    @torch.no_grad()
    def form(self) -> DirectForm:
        """Convert the network to plain arrays, keeping only neurons that compute.

        Returns
        -------
        DirectForm
        """
        *hidden, last = self.weights()
        awake = [
            weight * (lam != 0)[:, None]
            for weight, lam in zip(hidden, self.lam, strict=True)
        ]
        return form_of([*awake, last], self.bias, self.activation, self.neurons)

    def to_direct(self) -> DirectNetwork:
        """Convert the network to direct space, keeping only neurons that compute.

        Returns
        -------
        DirectNetwork
            An ordinary module, with a weight of its own on every link.
        """
        q = self.Q[-1]
        return DirectNetwork.of(self.form(), dtype=q.dtype, device=q.device)

    @torch.inference_mode(False)  # what is made there can never be trained
    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any
    ) -> None:
        """Take the shapes of what is loaded first: it may have grown further.

        Torch raises a RuntimeError that lists what does not fit, where shapes are
        others, and where indices of neurons are none.
        """
        names = [f"{prefix}{name}" for name in self._state_names()]
        saved = [state_dict[name] for name in names if name in state_dict]
        if len(saved) == len(names):
            neurons = saved[len(names) - len(self.lam) :]
            args[-1].extend(self._layers_too_small(neurons, prefix))
        if len(saved) == len(names) and self._may_become(saved):
            n_parameters = len(self.structure())
            wrong = list(self._wrong_neurons(saved[n_parameters:], prefix))
            if wrong:
                args[-1].extend(wrong)
                return
            for parameter, value in zip(self.structure(), saved, strict=False):
                if parameter.shape != value.shape:
                    _put(parameter, parameter.new_empty(value.shape))
            for k, value in enumerate(saved[n_parameters:]):
                indices = self.neurons[k].new_empty(len(value))
                self.register_buffer(f"neurons_{k}", indices)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def _layers_too_small(self, saved: Sequence[Tensor], prefix: str) -> Iterator[str]:
        """Yield a sentence on each hidden layer of fewer neurons than are saved."""
        layers = zip(saved, self.hidden_layer_sizes, strict=True)
        for k, (indices, size) in enumerate(layers):
            if len(indices) > size:
                yield (
                    f"{prefix}neurons_{k} has {len(indices)} live neurons, and "
                    f"hidden_layer_sizes[{k}] allows {size}; make the network with the "
                    "hidden_layer_sizes of that which was saved."
                )

    def _wrong_neurons(self, saved: Sequence[Tensor], prefix: str) -> Iterator[str]:
        """Yield a sentence on each hidden layer's saved neurons that cannot be."""
        layers = zip(saved, self.hidden_layer_sizes, strict=True)
        for k, (indices, size) in enumerate(layers):
            if not indices.is_meta and not _are_indices(indices, size):
                yield (
                    f"{prefix}neurons_{k} must be different whole numbers from 0 to "
                    f"{size - 1}, the indices of live neurons; got {indices.tolist()}."
                )

    def _state_names(self) -> list[str]:
        """Names of Q, of λ, and of the neurons in a ``state_dict``."""
        layers = range(len(self.lam))
        names = [f"Q.{k}" for k in range(len(self.Q))]
        return names + [f"{part}{k}" for part in ("lam.", "neurons_") for k in layers]

    def _may_become(self, saved: Sequence[Tensor]) -> bool:
        """Whether saved tensors are of a network that this one may grow to be.

        Others are left to torch, which says what does not fit.
        """
        n_hidden = len(self.lam)
        n_live = [len(indices) for indices in saved[-n_hidden:]] if n_hidden else []
        rows, columns = [*n_live, len(self.Q[-1])], self.n_inputs
        for q, n in zip(saved, rows, strict=False):
            if q.shape != (n, columns):
                return False
            columns += n
        lam = saved[len(rows) : len(rows) + n_hidden]
        each = zip(n_live, lam, self.hidden_layer_sizes, strict=True)
        return all(n == len(x) <= size for n, x, size in each)


def _are_indices(values: Tensor, size: int) -> bool:
    """Whether values are whole numbers, each another, of things that are ``size``."""
    if values.is_floating_point() or values.is_complex():
        return False
    within = (values >= 0) & (values < size)
    return bool(within.all()) and len(values.unique()) == len(values)


def _put(parameter: Tensor, values: Tensor) -> None:
    """Give a parameter other values, of any shape: it stays the object that it is.

    What autograd keeps of its shape goes where its dtype changes, so that is changed
    twice.
    """
    other = torch.float16 if values.dtype != torch.float16 else torch.float32
    parameter.grad = None
    parameter.data = torch.empty(0, dtype=other, device=values.device)
    parameter.data = values
