"""A wiring that is given: which layers feed which, in a network of live neurons.

`LiveNetwork` has a weight for every signal before a layer. Where a link between two
layers is absent, all its weights are zero, and stay so in training.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .._data.tensors import as_tensor
from .._direct.form import DirectForm, Link
from .live import LiveNetwork, Reach


@dataclass(frozen=True)
class Wiring:
    """Masks of the signals that every layer receives.

    Attributes
    ----------
    heard : tuple of Tensors of shape (signals before layer i,)
        Of the hidden layers in order, then of the output: 1 for a signal that the layer
        hears, and 0 for others. Signals are those of `LiveNetwork`.
    """

    heard: tuple[Tensor, ...]

    @classmethod
    def of(
        cls, links: Iterable[Link], layer_sizes: Sequence[int], bias: bool, like: Tensor
    ) -> "Wiring":
        """The wiring with these links, of layers numbered from 1, the input.

        Every layer hears the constant, if there is one. The tensors are made where
        ``like`` is, in its dtype.
        """
        present, (n_features, *others) = set(links), layer_sizes
        sizes = [n_features, int(bias), *others[:-1]]  # of the sending layers
        heard = []
        for i in range(2, len(layer_sizes) + 1):
            senders = [(i, 1) in present, True]
            senders += [(i, j) in present for j in range(2, i)]
            each = np.repeat(senders, sizes[:i])
            heard.append(as_tensor(each).to(like))
        return cls(tuple(heard))

    def network(
        self, form: DirectForm, bias: bool, reach: Reach | None = None
    ) -> LiveNetwork:
        """A form with this wiring as a network, its intercepts dropped if not ``bias``.

        Parameters
        ----------
        form : DirectForm
        bias : bool
            Whether the network hears a constant.
        reach : pair of Tensors of shape (features,), optional
            Between what hidden neurons hear features.

        Returns
        -------
        LiveNetwork
        """
        sizes, weights = form.layer_sizes, []
        for i, heard in enumerate(self.heard, start=2):
            blocks = [
                form.coefs.get((i, j), np.zeros((sizes[i - 1], sizes[j - 1])))
                for j in range(1, i)
            ]
            if bias:
                blocks.insert(1, form.intercepts[i][:, None])
            weights.append(as_tensor(np.hstack(blocks)).to(heard))
        neurons = tuple(as_tensor(n).to(weights[0].device) for n in form.neurons)
        return LiveNetwork(tuple(weights), form.activation, bias, neurons, reach)

    def hidden(self, network: LiveNetwork) -> Tensor:
        """Mask of hidden neurons' incoming weights, in the order of ``flat()``."""
        pairs = zip(network.n_live, self.heard[:-1], strict=True)
        none = self.heard[-1][:0]
        return torch.cat([none, *(heard.repeat(n) for n, heard in pairs)])
