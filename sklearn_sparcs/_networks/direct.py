"""`DirectNetwork`: a network with a weight of its own on every link."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .._activations import ACTIVATIONS
from .._data.tensors import as_tensor
from .._direct.form import DirectForm, Link, senders
from .checks import (
    checked_activation,
    checked_layer_sizes,
    checked_linear_map,
    checked_links,
    checked_size,
)
from .initial import xavier_uniform
from .traced_module import TracedModule


class DirectNetwork(TracedModule):
    """Feed-forward network with a separate weight matrix for every link.

    z_i = Σ_{j<i} W_ij a_j + b_i, a_i = f(z_i) [4.5]. This is the paper's baseline in
    direct space, and the form in which a network that was found is trained further.

    Parameters
    ----------
    in_features : int
        Features heard.
    hidden_features : int or sequence of int
        Size of each hidden layer; ``()`` is a linear map.
    out_features : int
        Outputs.
    links : sequence of (receiver, sender), optional
        Which layers feed which, layers numbered from 1, the input. All by default.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
    bias : bool, default=True
    generator : torch.Generator, optional
        Source of the initial weights, Xavier-uniform over all senders of a layer.
    dtype, device : optional
        Of the parameters.

    Attributes
    ----------
    coefs : ParameterDict
        W_ij, shape (N_i, N_j), under the key ``"i_j"``.
    intercepts : ParameterDict
        b_i, shape (N_i,), under the key ``"i"``; empty without ``bias``.
    links : list of (receiver, sender)
    sizes : list of int
        Neurons a layer, input and output included.

    Raises
    ------
    ValueError
        If a size is not a positive whole number, an activation is unknown, a link does
        not lead to a later layer, or a layer is left without a sender.

    See Also
    --------
    DirectNetwork.of : From the arrays of a fitted network.

    Examples
    --------
    >>> import torch
    >>> from sklearn_sparcs.nn import DirectNetwork
    >>> net = DirectNetwork(10, (100,), 1)
    >>> net(torch.zeros(5, 10)).shape
    torch.Size([5, 1])
    >>> sorted(net.coefs)
    ['2_1', '3_1', '3_2']
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: int | Sequence[int],
        out_features: int,
        *,
        links: Sequence[Link] | None = None,
        activation: str = "relu",
        bias: bool = True,
        generator: torch.Generator | None = None,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ):
        super().__init__()
        hidden = checked_layer_sizes(hidden_features, "hidden_features")
        n_in = checked_size(in_features, "in_features")
        n_out = checked_size(out_features, "out_features")
        self.activation = checked_activation(activation)
        self.sizes = [n_in, *hidden, n_out]
        self.links = checked_links(links, len(self.sizes))
        self.neurons = [torch.arange(n, device="cpu") for n in hidden]
        self.coefs = nn.ParameterDict()
        self.intercepts = nn.ParameterDict()
        options: Any = {"dtype": dtype, "device": device}
        for i, n in enumerate(self.sizes[1:], start=2):
            for j in self.senders(i):
                coef = torch.empty(n, self.sizes[j - 1], **options)
                self.coefs[f"{i}_{j}"] = nn.Parameter(coef)
            if bias:
                self.intercepts[f"{i}"] = nn.Parameter(torch.empty(n, **options))
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
        for i, n in enumerate(self.sizes[1:], start=2):
            coefs = [self.coefs[f"{i}_{j}"] for j in self.senders(i)]
            like, widths = coefs[0], [coef.shape[1] for coef in coefs]
            drawn = xavier_uniform(n, sum(widths), generator, like.dtype, like.device)
            for coef, part in zip(coefs, drawn.split(widths, dim=1), strict=True):
                coef.copy_(part)
        for intercept in self.intercepts.values():
            intercept.zero_()

    @classmethod
    @torch.no_grad()
    def of(
        cls,
        form: DirectForm,
        *,
        bias: bool = True,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ) -> "DirectNetwork":
        """Create the network of a `DirectForm`, without its bounds.

        Parameters
        ----------
        form : DirectForm
        bias : bool, default=True
            Have intercepts. Without them the form's are dropped.
        dtype, device : optional
            Of the parameters.

        Returns
        -------
        DirectNetwork
        """
        n_in, *hidden, n_out = form.layer_sizes
        network = cls(
            n_in,
            hidden,
            n_out,
            links=list(form.coefs),
            activation=form.activation,
            bias=bias,
            generator=torch.Generator(),  # its values are overwritten
            dtype=dtype,
            device=device,
        )
        for (i, j), coef in form.coefs.items():
            network.coefs[f"{i}_{j}"].copy_(as_tensor(coef))
        for key, intercept in network.intercepts.items():
            intercept.copy_(as_tensor(form.intercepts[int(key)]))
        return network

    def form(
        self,
        layers: tuple[int, ...] | None = None,
        neurons: tuple[np.ndarray, ...] | None = None,
    ) -> DirectForm:
        """Convert the network to float64 arrays; missing intercepts become zeros.

        Parameters
        ----------
        layers, neurons : optional
            Which layers and neurons of a larger network these are, as in `DirectForm`.
            By default this is the largest.

        Returns
        -------
        DirectForm
        """
        coefs = {(i, j): _float64(self.coefs[f"{i}_{j}"]) for i, j in self.links}
        intercepts = {
            i: _float64(self.intercepts[f"{i}"]) if self.intercepts else np.zeros(n)
            for i, n in enumerate(self.sizes[1:], start=2)
        }
        hidden = self.sizes[1:-1]
        if layers is None:
            layers = tuple(range(1, len(hidden) + 1))
        if neurons is None:
            neurons = tuple(map(np.arange, hidden))
        return DirectForm(coefs, intercepts, self.activation, layers, neurons)

    @torch.no_grad()
    def start_at(self, linear_map: Tensor) -> None:
        """Set y = linear_map · [x, 1], by the link from the input to the output.

        The hidden layers' links to the output become zero; their incoming weights,
        random, give them a gradient to leave by.

        Parameters
        ----------
        linear_map : Tensor of shape (out_features, inputs)
            Its last column is the constant's, if there are intercepts.

        Raises
        ------
        ValueError
            If no link leads from the input to the output, or the map is of another
            shape.
        """
        last = len(self.sizes)
        if (last, 1) not in self.links:
            raise ValueError(
                f"start_at needs the link ({last}, 1) from the input to the output; "
                f"links are {self.links}."
            )
        n_inputs = self.sizes[0] + bool(self.intercepts)
        linear_map = checked_linear_map(linear_map, self.sizes[-1], n_inputs)
        for j in self.senders(last):
            self.coefs[f"{last}_{j}"].zero_()
        self.coefs[f"{last}_1"].copy_(linear_map[:, : self.sizes[0]])
        if self.intercepts:
            self.intercepts[f"{last}"].copy_(linear_map[:, -1])

    def senders(self, receiver: int) -> list[int]:
        """Layers that feed layer ``receiver``.

        Parameters
        ----------
        receiver : int
            A layer, from 1, the input.

        Returns
        -------
        list of int
            The first layer first.
        """
        return senders(self.links, receiver)

    def penalized_eigenvalues(self) -> list[Tensor]:
        """Return an empty list: in direct space there are no eigenvalues.

        Returns
        -------
        list of Tensors
        """
        return []

    def forward(self, x: Tensor) -> Tensor:
        """Output y = z_{B+1}, shape (…, out_features), for x (…, in_features)."""
        f, last = ACTIVATIONS[self.activation].tensor, len(self.sizes)
        signals = [x]
        for i in range(2, last + 1):
            z = x.new_zeros(self.sizes[i - 1])
            for j in self.senders(i):
                z = z + signals[j - 1] @ self.coefs[f"{i}_{j}"].T
            if self.intercepts:
                z = z + self.intercepts[f"{i}"]
            signals.append(z if i == last else f(z))
        return signals[-1]


def _float64(tensor: Tensor) -> np.ndarray:
    """A tensor's copy as an array, in double precision."""
    return tensor.detach().cpu().to(torch.float64, copy=True).numpy()
