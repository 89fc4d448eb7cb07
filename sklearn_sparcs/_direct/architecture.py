"""The architecture of a network: its live neurons, and which layers are linked."""

from dataclasses import dataclass

from .form import DirectForm
from .html import architecture_html


@dataclass(frozen=True)
class Architecture:
    """Architecture of a network, dead neurons and dead layers left out.

    Attributes
    ----------
    layer_sizes : tuple of int
        Live neurons a layer, input and output included.
    neurons : tuple of tuple of int
        For each live hidden layer, its neurons' indices in the largest network.
    hidden_layers : tuple of int
        For each live hidden layer, which one it is in the largest network, from 1.
    links : tuple of (receiver, sender)
        Which layers feed which, numbered as in ``layer_sizes``, from 1.
    n_parameters : int
        Weights and intercepts.

    Examples
    --------
    >>> from sklearn_sparcs import SparcsRegressor
    >>> model = SparcsRegressor().fit([[0.0], [1.0], [2.0]], [1, 3, 5])
    >>> print(model.active_architecture_)
    1 → 1
    """

    layer_sizes: tuple[int, ...]
    neurons: tuple[tuple[int, ...], ...]
    hidden_layers: tuple[int, ...]
    links: tuple[tuple[int, int], ...]
    n_parameters: int

    @classmethod
    def of(cls, form: DirectForm) -> "Architecture":
        """The architecture of a network in direct space.

        Parameters
        ----------
        form : DirectForm
            The network, dead neurons left out.

        Returns
        -------
        Architecture
        """
        intercepts = [b.size for b in form.intercepts.values() if b.any()]
        return cls(
            form.layer_sizes,
            tuple(tuple(map(int, neurons)) for neurons in form.neurons),
            form.layers,
            tuple(sorted(form.coefs)),
            sum(w.size for w in form.coefs.values()) + sum(intercepts),
        )

    @property
    def n_hidden(self) -> int:
        """Live hidden neurons."""
        return sum(self.layer_sizes[1:-1])

    @property
    def is_linear(self) -> bool:
        """Whether no hidden neuron is live."""
        return len(self.layer_sizes) == 2

    def __str__(self) -> str:
        return " → ".join(map(str, self.layer_sizes))

    def __repr__(self) -> str:
        return f"Architecture({self})"

    def _repr_html_(self) -> str:
        """A picture, where a notebook shows it."""
        return architecture_html(
            str(self), self.layer_sizes, self.links, self.n_parameters
        )
