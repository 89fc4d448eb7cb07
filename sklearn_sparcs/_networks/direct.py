"""The same layers in direct space: a weight of its own on every link."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .._activations import ACTIVATIONS
from .._direct.form import DirectForm
from .flat import xavier_uniform


class DirectNetwork(nn.Module):
    """The same layers with a weight of its own on every link: direct space.

    z_i = Σ_{j<i} W_ij a_j + b_i, a_i = f(z_i) [4.5]: the baseline that the paper
    counts its parameters against, and the form in which a network that was found
    is trained on.

    Parameters
    ----------
    in_features, out_features : int
    hidden_features : sequence of int
        Size of each hidden layer.
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
        hidden_features: Sequence[int],
        out_features: int,
        *,
        links: Sequence[tuple[int, int]] | None = None,
        activation: str = "relu",
        bias: bool = True,
        generator: torch.Generator | None = None,
        dtype: torch.dtype | None = None,
        device: torch.device | str | None = None,
    ):
        super().__init__()
        self.activation = activation
        self.sizes = [in_features, *hidden_features, out_features]
        n_layers = len(self.sizes)
        if links is None:
            links = [(i, j) for i in range(2, n_layers + 1) for j in range(1, i)]
        self.links = sorted((int(i), int(j)) for i, j in links)
        self.neurons = [torch.arange(n) for n in hidden_features]
        self.coefs = nn.ParameterDict()
        self.intercepts = nn.ParameterDict()
        for i in range(2, n_layers + 1):
            senders = [j for receiver, j in self.links if receiver == i]
            widths = [self.sizes[j - 1] for j in senders]
            block = xavier_uniform(self.sizes[i - 1], sum(widths), generator, dtype)
            for j, part in zip(senders, block.split(widths, dim=1), strict=True):
                self.coefs[f"{i}_{j}"] = nn.Parameter(part.clone().to(device))
            if bias:
                zero = torch.zeros(self.sizes[i - 1], dtype=dtype, device=device)
                self.intercepts[f"{i}"] = nn.Parameter(zero)

    @torch.no_grad()
    def load(self, form: DirectForm) -> None:
        """Take over the weights of a form with the same links."""
        for (i, j), coef in form.coefs.items():
            self.coefs[f"{i}_{j}"].copy_(torch.from_numpy(coef))
        for key, intercept in self.intercepts.items():
            intercept.copy_(torch.from_numpy(form.intercepts[int(key)]))

    def hidden_eigenvalues(self) -> list[Tensor]:
        """None: there is nothing for a penalty to act on."""
        return []

    def forward(self, x: Tensor) -> Tensor:
        """Output y = z_{B+1}, shape (n, out_features), for x (n, in_features)."""
        signals = [x]
        n_layers = len(self.sizes)
        for i in range(2, n_layers + 1):
            z = x.new_zeros(len(x), self.sizes[i - 1])
            for receiver, j in self.links:
                if receiver == i:
                    z = z + signals[j - 1] @ self.coefs[f"{i}_{j}"].T
            if self.intercepts:
                z = z + self.intercepts[f"{i}"]
            signals.append(
                z if i == n_layers else ACTIVATIONS[self.activation].tensor(z)
            )
        return signals[-1]


def direct_network(
    weights: Sequence[Tensor],
    n_features: int,
    bias: bool,
    activation: str,
    neurons: Sequence[Tensor],
) -> DirectNetwork:
    """The network of `DirectForm.from_weights`, where and as what the weights are."""
    form = DirectForm.from_weights(
        [w.detach().double().cpu().numpy() for w in weights],
        n_features,
        bias,
        activation,
        [n.cpu().numpy() for n in neurons],
    )
    n_in, *hidden, n_out = form.layer_sizes
    network = DirectNetwork(
        n_in,
        hidden,
        n_out,
        links=list(form.coefs),
        activation=activation,
        dtype=weights[-1].dtype,
        device=weights[-1].device,
    )
    network.load(form)
    return network
