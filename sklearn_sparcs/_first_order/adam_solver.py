"""Adam on every parameter of any network, its gradient by autograd."""

import torch
from torch import Tensor

from .._losses.losses import Loss
from .._losses.penalty import SparseGroupPenalty
from .._networks.flat import pack, unpack
from .._networks.network import Network
from .._networks.spectrum import put_to_sleep
from .adam import Adam
from .solver import Snapshot, Solver


class AdamSolver(Solver):
    """Adam on every parameter of any network, the gradient by autograd.

    The network's architecture stays as it is: a pruned neuron's eigenvalue is zero.

    Parameters
    ----------
    network : Network
        Its parameters become views of the optimiser's vector.
    loss : Loss
    penalty : SparseGroupPenalty
    learning_rate : float
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        penalty: SparseGroupPenalty,
        learning_rate: float,
    ):
        super().__init__(network, loss, penalty)
        parameters = self.parameters()
        self.optimizer = Adam(pack(parameters), learning_rate)
        values = unpack(self.optimizer.flat, parameters)
        grads = unpack(self.optimizer.grad, parameters)
        for parameter, value, grad in zip(parameters, values, grads, strict=True):
            parameter.data, parameter.grad = value, grad

    def parameters(self) -> list[Tensor]:
        """The network's parameters, as torch lists them."""
        return list(self.network.parameters())

    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on loss and penalty."""
        self.optimizer.grad.zero_()
        output = self.network(x)
        (self.loss(output, y, weight) + self.penalty_value()).backward()
        self.optimizer.step()
        return output.detach()

    @torch.no_grad()
    def prune(self, threshold: float) -> None:
        """Set the penalised eigenvalues of size up to ``threshold`` to zero.

        The input's too, if they are trained: one that is left wakes every neuron of
        the first hidden layer, whatever their own eigenvalues are.
        """
        put_to_sleep(self.network.penalized_eigenvalues(), threshold)

    def restore(self, snapshot: Snapshot) -> None:
        """Copy parameters and moments back; the architecture was the same."""
        self.optimizer.flat.copy_(pack(snapshot.parameters))
        self.optimizer.resume(snapshot.first, snapshot.second, snapshot.n_steps)
