"""The live neurons of a gated network in direct space: what second-order steps train.

Layer i = 2 … B + 1 of the gated network on its live neurons (`structure`) computes
z_i = W_i h_{i−1}, a_i = f(z_i), with h_i = [x, 1, a_2, …, a_i] the signals up to layer
i and y = z_{B+1} [4.5]. Here the W_i themselves are the parameters, no eigenvector or
eigenvalue: on a handful of neurons Gauss-Newton's method converges faster in them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Literal, overload

import torch
from torch import Tensor

from .._activations import ACTIVATIONS
from .._direct.form import DirectForm, Link
from .export import form_of
from .flat import pack, unpack

#: Least and greatest values, a tensor (features,) each.
Reach = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class LiveNetwork:
    """Weights W_i of the live neurons; each layer receives all signals before it.

    Attributes
    ----------
    weights : tuple of Tensors of shape (N_i, signals before layer i)
        Of the hidden layers in order, then of the output. Signals are the features,
        the constant 1 if ``bias``, then each hidden layer's.
    activation : str
        Of the hidden layers.
    bias : bool
        Whether the last input is the constant.
    neurons : tuple of Tensors of int
        For each hidden layer, the indices of its neurons in the largest network.
    reach : pair of Tensors of shape (features,), or None
        Least and greatest value of each feature that hidden neurons tell apart: beyond,
        they hear the bound. The output hears features whole.
    """

    weights: tuple[Tensor, ...]
    activation: str
    bias: bool
    neurons: tuple[Tensor, ...]
    reach: Reach | None = None

    @classmethod
    def linear(
        cls,
        linear_map: Tensor,
        n_hidden_layers: int,
        activation: str,
        bias: bool,
        reach: Reach | None = None,
    ) -> "LiveNetwork":
        """No neuron yet: y = linear_map · [x, 1], of shape (outputs, inputs)."""
        hidden = [linear_map[:0]] * n_hidden_layers
        none = torch.zeros(0, dtype=torch.long, device=linear_map.device)
        neurons = (none,) * n_hidden_layers
        return cls((*hidden, linear_map), activation, bias, neurons, reach)

    @property
    def n_live(self) -> list[int]:
        """Live neurons of each hidden layer."""
        return [len(w) for w in self.weights[:-1]]

    @property
    def n_inputs(self) -> int:
        """Features, and the constant if there is one."""
        return self.weights[0].shape[1]

    @property
    def n_features(self) -> int:
        """Features alone."""
        return self.n_inputs - self.bias

    @property
    def n_signals(self) -> int:
        """Inputs and hidden neurons, all of which the output receives."""
        return self.weights[-1].shape[1]

    @property
    def n_outputs(self) -> int:
        """Rows of the last W."""
        return len(self.weights[-1])

    @property
    def n_hidden_weights(self) -> int:
        """Number of incoming weights of all hidden neurons."""
        return sum(w.numel() for w in self.weights[:-1])

    @property
    def places(self) -> list[slice]:
        """Slices of the signals, one for each hidden layer."""
        ends = accumulate(self.n_live, initial=self.n_inputs)
        return [slice(a, b) for a, b in pairwise(ends)]

    def flat(self) -> Tensor:
        """Every weight in one vector, layer by layer and row by row."""
        return pack(self.weights)

    def with_flat(self, flat: Tensor) -> "LiveNetwork":
        """Replace all weights by views of ``flat``."""
        return replace(self, weights=tuple(unpack(flat, self.weights)))

    def with_output(self, weight: Tensor) -> "LiveNetwork":
        """Replace the weights of the output layer."""
        return replace(self, weights=(*self.weights[:-1], weight))

    def __call__(self, inputs: Tensor) -> Tensor:
        """Output (n, outputs) for inputs (n, n_inputs) that hold the constant."""
        return self.signals(inputs) @ self.weights[-1].T

    @overload
    def signals(self, inputs: Tensor) -> Tensor: ...

    @overload
    def signals(
        self, inputs: Tensor, slopes: Literal[True]
    ) -> tuple[Tensor, list[Tensor]]: ...

    def signals(
        self, inputs: Tensor, slopes: bool = False
    ) -> Tensor | tuple[Tensor, list[Tensor]]:
        """All signals (n, n_signals), inputs and hidden neurons.

        With ``slopes``, beside them f'(z) (n, N_i) of every hidden layer.
        """
        f = ACTIVATIONS[self.activation].torch
        signals = inputs.new_empty(len(inputs), self.n_signals)
        signals[:, : self.n_inputs] = self.heard(inputs)
        found = []
        for weight, place in zip(self.weights[:-1], self.places, strict=True):
            z = signals[:, : place.start] @ weight.T
            a = torch.empty_like(z)
            f.forward(z, out=a)
            signals[:, place] = a
            if slopes:
                slope = torch.ones_like(z)
                f.backward(slope, z, a)
                found.append(slope)
        signals[:, : self.n_inputs] = inputs
        return (signals, found) if slopes else signals

    def heard(self, signals: Tensor) -> Tensor:
        """Signals (n, …) as hidden neurons receive them: features clipped."""
        if self.reach is None:
            return signals
        within = signals.clone()
        features = within[:, : self.n_features]
        low, high = (bound.to(features) for bound in self.reach)
        torch.clamp(features, low, high, out=features)
        return within

    def deltas(self, D: Tensor, slopes: Sequence[Tensor]) -> list[Tensor]:
        """Backward pass: ∂/∂z (…, n, N_i) of every hidden layer.

        Parameters
        ----------
        D : Tensor of shape (…, n, hidden neurons)
            Derivatives in the hidden signals by way of the output layer alone. It is
            used as scratch memory.
        slopes : sequence of Tensors of shape (n, N_i)
            f'(z), from `signals`.

        Returns
        -------
        list of Tensors of shape (…, n, N_i)
            First layer first.
        """
        deltas: list[Tensor] = []
        for i in reversed(range(len(slopes))):
            start = self.places[i].start - self.n_inputs
            stop = self.places[i].stop - self.n_inputs
            delta = slopes[i] * D[..., start:stop]
            if start and stop > start:
                D[..., :start] += delta @ self.weights[i][:, self.n_inputs :]
            deltas.insert(0, delta)
        return deltas

    def with_neurons(
        self, layer: int, indices: Tensor, incoming: Tensor, outgoing: Tensor
    ) -> "LiveNetwork":
        """The network with k neurons more at the end of a hidden layer.

        Parameters
        ----------
        layer : int
            A hidden layer, from 0.
        indices : Tensor of int of shape (k,)
            Which neurons of the largest network they are.
        incoming : Tensor of shape (k, signals before the layer)
            What they hear.
        outgoing : Tensor of shape (outputs, k)
            What the output hears of them. Hidden layers after theirs hear nothing yet.

        Returns
        -------
        LiveNetwork
        """
        weights, neurons = list(self.weights), list(self.neurons)
        stop = self.places[layer].stop
        weights[layer] = torch.cat([weights[layer], incoming])
        neurons[layer] = torch.cat([neurons[layer], indices])
        for i in range(layer + 1, len(weights)):
            weight = weights[i]
            new = weight.new_zeros(len(weight), len(incoming))
            if i == len(weights) - 1:
                new = outgoing
            weights[i] = torch.cat([weight[:, :stop], new, weight[:, stop:]], dim=1)
        return replace(self, weights=tuple(weights), neurons=tuple(neurons))

    def kept(self, masks: Sequence[Tensor]) -> "LiveNetwork":
        """The neurons in the masks (N_i,), one a hidden layer, and no others."""
        weights = []
        columns = torch.ones(self.n_inputs, dtype=torch.bool, device=self.device)
        for weight, mask in zip(self.weights[:-1], masks, strict=True):
            weights.append(weight[mask][:, columns])
            columns = torch.cat([columns, mask])
        weights.append(self.weights[-1][:, columns])
        neurons = [n[mask] for n, mask in zip(self.neurons, masks, strict=True)]
        return replace(self, weights=tuple(weights), neurons=tuple(neurons))

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return self.weights[-1].device

    def norms(self) -> tuple[Tensor, Tensor]:
        """Norms of each hidden neuron's incoming and outgoing weights.

        Both have shape (hidden neurons,). The constant's weight is no part of them, and
        all later layers' weights are.
        """
        heard, sent = [self.weights[0].new_zeros(0)], [self.weights[0].new_zeros(0)]
        for i, place in enumerate(self.places):
            square = self.weights[i].square()
            if self.bias:
                square[:, self.n_features] = 0
            heard.append(square.sum(dim=1).sqrt())
            columns = [w[:, place] for w in self.weights[i + 1 :]]
            sent.append(torch.cat(columns).norm(dim=0))
        return torch.cat(heard), torch.cat(sent)

    def form(self, links: Iterable[Link] | None = None) -> DirectForm:
        """Convert to plain arrays, keeping only neurons that compute.

        With ``links``, all neurons, and those links alone: a wiring that is given.
        """
        return form_of(self.weights, self.bias, self.activation, self.neurons, links)
