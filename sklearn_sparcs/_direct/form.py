"""A trained network in direct space: the weights of its live neurons, as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from .._activations import ACTIVATIONS
from .._data.features import ROWS_PER_SLICE, Bounds, clipped

#: Samples (n, features) that slice.
Rows: TypeAlias = np.ndarray | sparse.csr_array
#: A layer that receives, and one that sends: numbers from 1, the input.
Link = tuple[int, int]


def senders(links: Iterable[Link], receiver: int) -> list[int]:
    """Layers that feed layer ``receiver`` by these links, the first of them first."""
    return sorted(j for i, j in links if i == receiver)


@dataclass(frozen=True)
class DirectForm:
    """A network as arrays: z_i = Σ_{j<i} W_ij a_j + b_i, a_i = f(z_i), y = z_{B+1}.

    The paper's [4.5], where an absent link has no weight.

    Parameters
    ----------
    coefs : dict of (receiver, sender) to array (N_i, N_j)
        Layers are numbered from 1, the input. An absent link is zero.
    intercepts : dict of receiver to array (N_i,)
    activation : str
        Of the hidden layers.
    layers : tuple of int, default=()
        For each hidden layer, the number of the layer of the largest network that it
        came from, counted from 1 for the first hidden one.
    neurons : tuple of int arrays, default=()
        For each hidden layer, the indices of its neurons in that layer.
    bounds : pair of arrays (features,), optional
        Features are cut off there first.
    feature_scale : array (features,), optional
        Standard deviations of the features that the network was found on, if known.
    hidden_bounds : pair of arrays (features,), optional
        Hidden neurons hear features no further than there; the output hears them on.
    feature_center : array (features,), optional
        What was taken from the features that the network was found on: their means, or
        zeros where they were not centred.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_sparcs import DirectForm
    >>> coefs = {(2, 1): np.array([[1.0]]), (3, 1): np.array([[1.0]])}
    >>> coefs[3, 2] = np.array([[-2.0]])
    >>> intercepts = {2: np.zeros(1), 3: np.zeros(1)}
    >>> form = DirectForm(coefs, intercepts, "relu", (1,), (np.array([0]),))
    >>> form(np.array([[-1.0], [3.0]])).tolist()  # −|x|
    [[-1.0], [-3.0]]
    """

    coefs: dict[Link, np.ndarray]
    intercepts: dict[int, np.ndarray]
    activation: str
    layers: tuple[int, ...] = ()
    neurons: tuple[np.ndarray, ...] = field(default=())
    bounds: Bounds | None = None
    feature_scale: np.ndarray | None = None
    hidden_bounds: Bounds | None = None
    feature_center: np.ndarray | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Links as a list: formats without code on loading take no tuples as keys."""
        return {**vars(self), "coefs": list(self.coefs.items())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, coefs=dict(state["coefs"]))

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Neurons a layer, input and output included."""
        n_features = next(w.shape[1] for (_, j), w in self.coefs.items() if j == 1)
        return (n_features, *(len(b) for _, b in sorted(self.intercepts.items())))

    @classmethod
    def from_weights(
        cls,
        weights: Sequence[np.ndarray],
        n_features: int,
        bias: bool,
        activation: str,
        neurons: Sequence[np.ndarray],
        links: Iterable[Link] | None = None,
    ) -> "DirectForm":
        """Create a form from weights W_i (N_i, signals before layer i).

        The signals are the features, the constant 1 if ``bias``, then each
        hidden layer's, in order.

        Parameters
        ----------
        weights : sequence of ndarrays of shape (N_i, signals before layer i)
            Of the hidden layers in order, then of the output.
        n_features : int
            Features heard.
        bias : bool
            Whether a constant is heard after them.
        activation : str
            Of the hidden layers.
        neurons : sequence of ndarrays of int
            For each hidden layer, the indices of its neurons in the largest network.
        links : iterable of (receiver, sender), optional
            The links of a wiring that is given: it stays as it is.

        Returns
        -------
        DirectForm
            Without ``links``, of the neurons that compute, and no others.
        """
        coefs: dict[Link, np.ndarray] = {}
        intercepts: dict[int, np.ndarray] = {}
        for i, weight in enumerate(weights, start=2):
            sizes = [n_features, int(bias), *(len(w) for w in weights[: i - 2])]
            blocks = np.split(weight, np.cumsum(sizes)[:-1], axis=1)
            intercepts[i] = blocks.pop(1).sum(axis=1)
            coefs.update({(i, j): b for j, b in enumerate(blocks, start=1)})
        layers = tuple(range(1, len(neurons) + 1))
        form = cls(coefs, intercepts, activation, layers, tuple(neurons))
        if links is None:
            return form.computing()
        return replace(form, coefs={link: coefs[link] for link in sorted(links)})

    @classmethod
    def constant(cls, outputs: np.ndarray, n_features: int) -> "DirectForm":
        """Create a network whose output does not depend on the features.

        Parameters
        ----------
        outputs : ndarray of shape (outputs,)
            What it gives for every sample.
        n_features : int
            Features that a sample has.

        Returns
        -------
        DirectForm
        """
        return cls({(2, 1): np.zeros((len(outputs), n_features))}, {2: outputs}, "relu")

    @property
    def is_heard(self) -> np.ndarray:
        """Mask (features,) of the features with a non-zero weight."""
        heard = [w.any(axis=0) for (_, j), w in self.coefs.items() if j == 1]
        return np.any(heard, axis=0)

    @property
    def reference(self) -> np.ndarray:
        """Reference point (features,): the means of the features, if they are known.

        Zeros otherwise.
        """
        if self.feature_center is None:
            return np.zeros(self.layer_sizes[0])
        return self.feature_center

    def feature_strengths(self, receiver: int) -> np.ndarray:
        """Strength of the features in a layer: |weight| times standard deviation.

        Parameters
        ----------
        receiver : int
            A layer, from 2, the first that hears something.

        Returns
        -------
        ndarray of shape (neurons, features)
            Weights alone, where standard deviations are not known.
        """
        neurons, features = len(self.intercepts[receiver]), self.layer_sizes[0]
        weights = self.coefs.get((receiver, 1), np.zeros((neurons, features)))
        scale = 1.0 if self.feature_scale is None else self.feature_scale
        strengths: np.ndarray = np.abs(weights) * scale
        return strengths

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
        return senders(self.coefs, receiver)

    def __call__(self, X: Rows) -> np.ndarray:
        """Output (n, outputs) for X (n, features), array or CSR, a slice at a time."""
        last = len(self.layer_sizes)
        out = np.empty((X.shape[0], self.layer_sizes[-1]), self.intercepts[2].dtype)
        for start in range(0, X.shape[0], ROWS_PER_SLICE):
            rows = slice(start, start + ROWS_PER_SLICE)
            out[rows] = self._signals(X[rows])[last]
        return out

    def hidden_signals(self, X: Rows) -> np.ndarray:
        """Compute the signals of all hidden neurons.

        Parameters
        ----------
        X : {ndarray, csr_array} of shape (n, features)

        Returns
        -------
        ndarray of shape (n, neurons)
            The neurons of the first hidden layer first.
        """
        signals = self._signals(X)
        hidden = [signals[i] for i in range(2, len(self.layer_sizes))]
        return np.hstack([np.empty((X.shape[0], 0)), *hidden])

    def features_heard(self, X: Rows) -> dict[int, Rows]:
        """Clip the features for each layer that has a link from them.

        Parameters
        ----------
        X : {ndarray, csr_array} of shape (n, features)

        Returns
        -------
        dict of receiver to {ndarray, csr_array} of shape (n, features)
            Cut off at the bounds.
        """
        last, whole = len(self.layer_sizes), clipped(X, self.bounds)
        inner = clipped(whole, self.hidden_bounds)
        receivers = [i for i, j in self.coefs if j == 1]
        return {i: whole if i == last else inner for i in receivers}

    def drive(self, X: Rows) -> dict[int, np.ndarray]:
        """Compute the share of features and intercepts in the input of every layer.

        Parameters
        ----------
        X : {ndarray, csr_array} of shape (n, features)

        Returns
        -------
        dict of receiver to ndarray of shape (n, N_receiver)
        """
        z = {i: np.tile(b, (X.shape[0], 1)) for i, b in self.intercepts.items()}
        for i, heard in self.features_heard(X).items():
            z[i] += heard @ self.coefs[i, 1].T
        return z

    def passed_on(self, z: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
        """Compute the signals of all layers.

        Parameters
        ----------
        z : dict of receiver to ndarray of shape (n, N_receiver)
            The `drive` of each, to which what earlier layers send is added.

        Returns
        -------
        dict of layer to ndarray of shape (n, N_layer)
            The last layer's is the output.
        """
        f = ACTIVATIONS[self.activation].array
        sent: dict[int, np.ndarray] = {}
        for i in sorted(z):
            total = self.received(i, z, sent)
            sent[i] = total if i == len(self.layer_sizes) else f(total)
        return sent

    def received(
        self, receiver: int, z: dict[int, np.ndarray], sent: dict[int, np.ndarray]
    ) -> np.ndarray:
        """Compute the whole input of a layer.

        Parameters
        ----------
        receiver : int
            A layer, from 2.
        z : dict of receiver to ndarray of shape (n, N_receiver)
            The `drive` of each.
        sent : dict of layer to ndarray of shape (n, N_layer)
            What every layer before it sends.

        Returns
        -------
        ndarray of shape (n, N_receiver)
        """
        total = z[receiver]
        for j in self.senders(receiver):
            if j > 1:
                total = total + sent[j] @ self.coefs[receiver, j].T
        return total

    def _signals(self, X: Rows) -> dict[int, np.ndarray]:
        """The signals of every layer but the input."""
        return self.passed_on(self.drive(X))

    def rescaled(
        self,
        x_mean: np.ndarray,
        x_scale: np.ndarray,
        y_mean: np.ndarray | float,
        y_scale: np.ndarray | float,
    ) -> "DirectForm":
        """Rescale the weights to inputs and outputs in their original units.

        If this network takes (x − x_mean) / x_scale and gives (y − y_mean) / y_scale,
        the result takes x and gives y, exactly.

        Parameters
        ----------
        x_mean, x_scale : ndarray of shape (features,)
            Of the features.
        y_mean, y_scale : float or ndarray of shape (outputs,)
            Of the targets.

        Returns
        -------
        DirectForm
        """
        coefs, intercepts = dict(self.coefs), dict(self.intercepts)
        for (i, j), coef in self.coefs.items():
            if j == 1:
                coefs[i, 1] = coef / x_scale
                intercepts[i] = intercepts[i] - coefs[i, 1] @ x_mean
        last = len(self.layer_sizes)
        for j in self.senders(last):
            coefs[last, j] = coefs[last, j] * np.reshape(y_scale, (-1, 1))
        intercepts[last] = intercepts[last] * y_scale + y_mean
        scale, center = self.feature_scale, self.feature_center
        return replace(
            self,
            coefs=coefs,
            intercepts=intercepts,
            bounds=_rescaled(self.bounds, x_mean, x_scale),
            feature_scale=None if scale is None else scale * x_scale,
            hidden_bounds=_rescaled(self.hidden_bounds, x_mean, x_scale),
            feature_center=None if center is None else center * x_scale + x_mean,
        )

    def deaf_to(self, features: np.ndarray) -> "DirectForm":
        """Set the weights on some features to zero.

        Parameters
        ----------
        features : ndarray of bool, shape (features,)
            Which.

        Returns
        -------
        DirectForm
        """
        if not features.any():
            return self
        heard = {(i, j): w for (i, j), w in self.coefs.items() if j == 1}
        heard = {link: np.where(features, 0.0, w) for link, w in heard.items()}
        return replace(self, coefs=self.coefs | heard)

    def astype(self, dtype: DTypeLike) -> "DirectForm":
        """Convert the weights to another floating type.

        Parameters
        ----------
        dtype : dtype
            Of weights and intercepts.

        Returns
        -------
        DirectForm
        """
        coefs = {link: np.asarray(w, dtype) for link, w in self.coefs.items()}
        intercepts = {i: np.asarray(b, dtype) for i, b in self.intercepts.items()}
        return replace(self, coefs=coefs, intercepts=intercepts)

    def computing(self) -> "DirectForm":
        """Remove the neurons that do not contribute to the outputs.

        A neuron is live if a live neuron (or the input) reaches it with a non-zero
        weight and it reaches the output through live neurons. One that nothing
        reaches is a constant, and joins the intercepts of its receivers; one that
        reaches nothing is dropped.

        Returns
        -------
        DirectForm
        """
        form = self._without_constants()
        n_layers = len(form.layer_sizes)
        live = {1: np.ones(form.layer_sizes[0], bool)}
        live |= {n_layers: np.ones(form.layer_sizes[-1], bool)}
        for j in range(n_layers - 1, 1, -1):
            live[j] = np.any(
                [
                    (form.coefs[i, j][live[i]] != 0).any(axis=0)
                    for i in range(j + 1, n_layers + 1)
                    if (i, j) in form.coefs
                ],
                axis=0,
            )
        return _restricted(form, live)

    def _without_constants(self) -> "DirectForm":
        """Fold what neurons without input send into the intercepts."""
        f = ACTIVATIONS[self.activation].array
        coefs = {link: w.copy() for link, w in self.coefs.items()}
        intercepts = {i: b.copy() for i, b in self.intercepts.items()}
        last = len(self.layer_sizes)
        for j in range(2, last):
            hears = np.zeros(len(intercepts[j]), bool)
            for sender in self.senders(j):
                hears |= (coefs[j, sender] != 0).any(axis=1)
            constant = np.flatnonzero(~hears)
            value = f(intercepts[j][constant])
            for (i, sender), w in coefs.items():
                if sender == j:
                    intercepts[i] = intercepts[i] + w[:, constant] @ value
                    w[:, constant] = 0
        return replace(self, coefs=coefs, intercepts=intercepts)


def _rescaled(
    bounds: Bounds | None, x_mean: np.ndarray, x_scale: np.ndarray
) -> Bounds | None:
    """Bounds in raw units, if there are any."""
    if bounds is None:
        return None
    return bounds[0] * x_scale + x_mean, bounds[1] * x_scale + x_mean


def _restricted(form: DirectForm, live: dict[int, np.ndarray]) -> DirectForm:
    """The live neurons alone; layers without any, and links of zeros, left out."""
    kept = [i for i in sorted(live) if live[i].any()]
    number = {i: new for new, i in enumerate(kept, start=1)}
    last = kept[-1]
    coefs = {
        (number[i], number[j]): np.ascontiguousarray(w[live[i]][:, live[j]])
        for (i, j), w in sorted(form.coefs.items())
        if i in number
        and j in number
        and (w[live[i]][:, live[j]].any() or (i, j) == (last, 1))
    }
    intercepts = {number[i]: form.intercepts[i][live[i]] for i in kept[1:]}
    hidden = kept[1:-1]
    layers = tuple(form.layers[i - 2] for i in hidden)
    neurons = tuple(form.neurons[i - 2][live[i]] for i in hidden)
    return replace(
        form, coefs=coefs, intercepts=intercepts, layers=layers, neurons=neurons
    )
