"""Growth inside a torch network of one's own, beside its optimiser.

The optimiser moves eigenvectors and eigenvalues with everything else. What is left to
do between its steps is the penalty's proximal step, and to wake the neurons that pay.
Their rates (`_recruitment`) ask for the network's input and for ∂loss/∂y, whatever the
loss is and whatever lies between: both pass by in training anyway.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .._data.batches import TrainingData
from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.spectral import SpectralNetwork
from .._networks.structure import without
from .._training.arrays import TORCH, ArrayLibrary
from .._training.penalty import SparseGroupPenalty
from .candidates import survey
from .change import Insertion
from .pruning import prune

#: Moments of an optimiser by the name that torch's have for them: the first, a mean
#: of gradients, and the second, of their squares.
_FIRST, _SECOND = ("exp_avg", "momentum_buffer"), ("exp_avg_sq", "max_exp_avg_sq")


class Growth:
    """What a spectral network needs beside an optimiser: penalty, and recruitment.

    Call ``step()`` after every step of the optimiser. It applies the proximal step of
    the penalty, in Adam's own metric where the optimiser has one, so that eigenvalues
    become exactly zero. And every ``interval`` steps it takes such neurons out of a
    `GrowingSpectralNetwork`, and wakes those that pay: whose eigenvalues, leaving
    zero, would lower the loss faster than the penalty asks for.

    A `SpectralNetwork` has all its neurons, and every eigenvalue a gradient; there
    ``step()`` is the proximal step alone.

    Parameters
    ----------
    network : GrowingSpectralNetwork or SpectralNetwork
        A part of the network that is trained, or all of it. Batches that pass through
        it in training mode are what surveys look at.
    optimizer : torch.optim.Optimizer
        Trains it; the network's parameters must be among its own.
    alpha : float, default=1e-4
        Strength of the penalty, in units of the loss that is minimised.
    l1_ratio, depth_factor : float, default=1.0
        As in `SparcsRegressor`: 1 selects neurons, 0 whole layers.
    min_significance : float, default=2.5
        Standard errors that a rate must exceed for its neuron to wake.
    interval : int, default=32
        Steps between two surveys.
    n_batches : int, default=32
        Latest batches that a survey looks at. They are kept: the network's input in
        each of them. Samples should be several times as many as the signals that the
        network hears, or what is still to be learned by links that exist hides what
        neurons could add.
    max_recruits : int, default=8
        Most neurons of a layer to wake after one survey.
    generator : torch.Generator, optional
        Draws the candidates, on the CPU; by default torch's own.

    Raises
    ------
    ValueError
        If the optimiser does not train the network, a number is out of range, or the
        network is a gated `SpectralNetwork`, whose neurons no gradient wakes.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural Network
    Models": [4.4] for the penalised loss.

    Examples
    --------
    >>> import torch
    >>> from sklearn_sparcs.nn import Growth, GrowingSpectralNetwork
    >>> generator = torch.Generator().manual_seed(0)
    >>> x = torch.randn(256, 4, generator=generator)
    >>> y = x[:, :1].abs()
    >>> net = GrowingSpectralNetwork(4, (20,), 1, generator=generator)
    >>> optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    >>> with Growth(net, optimizer, alpha=1e-3, generator=generator) as growth:
    ...     for _ in range(500):
    ...         optimizer.zero_grad()
    ...         loss = (net(x) - y).square().mean()
    ...         loss.backward()
    ...         optimizer.step()
    ...         growth.step()
    >>> bool(loss < 0.01), 0 < net.n_live[0] < 20
    (True, True)
    >>> small = net.to_direct()
    >>> bool(torch.allclose(small(x), net(x), atol=1e-5))
    True
    """

    def __init__(
        self,
        network: GrowingSpectralNetwork | SpectralNetwork,
        optimizer: torch.optim.Optimizer,
        *,
        alpha: float = 1e-4,
        l1_ratio: float = 1.0,
        depth_factor: float = 1.0,
        min_significance: float = 2.5,
        interval: int = 32,
        n_batches: int = 32,
        max_recruits: int = 8,
        generator: torch.Generator | None = None,
    ):
        for name, value, least in (
            ("alpha", alpha, 0),
            ("min_significance", min_significance, 0),
            ("interval", interval, 1),
            ("n_batches", n_batches, 1),
            ("max_recruits", max_recruits, 1),
        ):
            if not value >= least:
                raise ValueError(f"{name} must be at least {least}; got {value!r}.")
        if isinstance(network, SpectralNetwork) and network.gated:
            raise ValueError(
                "A SpectralNetwork with gated=True has neurons that no gradient wakes; "
                "use GrowingSpectralNetwork, or gated=False."
            )
        self.network, self.optimizer = network, optimizer
        self.penalty = SparseGroupPenalty(alpha, l1_ratio, depth_factor)
        self.min_significance, self.max_recruits = min_significance, max_recruits
        self.interval = interval
        self.generator = generator or torch.default_generator
        for parameter in network.parameters():
            _place_in(optimizer, parameter)
        self._before = self._eigenvalues()
        self._n_steps = 0
        self._seen: deque[tuple[Tensor, Tensor]] = deque(maxlen=n_batches)
        self._hook = network.register_forward_hook(self._watch)

    def __enter__(self) -> "Growth":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Take out who has fallen asleep, and stop watching the network."""
        self._retire()
        self._hook.remove()
        self._seen.clear()

    @torch.no_grad()
    def step(self) -> None:
        """After a step of the optimiser: the proximal step, and a survey when due."""
        self._n_steps += 1
        if len(self._before):
            self._shrink()
        if self._n_steps % self.interval == 0:
            self._retire()
            self._recruit()
        self._before = self._eigenvalues()

    def _eigenvalues(self) -> Tensor:
        """A copy of every penalised eigenvalue, in one vector."""
        lam = [lam.detach() for lam in self.network.penalized_eigenvalues()]
        return torch.cat([*lam, lam[0][:0]] if lam else [torch.empty(0)])

    def _watch(self, network: nn.Module, args: tuple, output: Tensor) -> None:
        """Keep the input of a training batch, and later ∂loss/∂y."""
        if network.training and output.requires_grad:
            x = args[0].detach()
            output.register_hook(lambda grad: self._seen.append((x, grad.detach())))

    def _shrink(self) -> None:
        """The proximal step, in place.

        No neuron of a growing network crosses zero: beyond the kink the gradient that
        led there says nothing.
        """
        lam = self.network.penalized_eigenvalues()
        sizes, flat = [len(x) for x in lam], self._eigenvalues()
        growing = isinstance(self.network, GrowingSpectralNetwork)
        self.penalty.prox_(
            TORCH,
            flat,
            self._before.sign() if growing else flat.sign(),
            self.penalty.strengths(sizes, flat),
            torch.cat([self._metric(x) for x in lam]),
            1.0,
            sizes,
        )
        for x, value in zip(lam, flat.split(sizes), strict=True):
            x.copy_(value)

    def _metric(self, lam: Tensor) -> Tensor:
        """(√v̂ + ε) / lr for Adam and its kin, 1 / lr for others."""
        group, _ = _place_in(self.optimizer, lam)
        state = self.optimizer.state.get(lam, {})
        metric = torch.ones_like(lam)
        if "exp_avg_sq" in state:
            unbiased = 1 - group["betas"][1] ** float(state["step"])
            metric = (state["exp_avg_sq"] / unbiased).sqrt() + group["eps"]
        return metric / group["lr"]

    def _retire(self) -> None:
        """Take the neurons out whose eigenvalues have become zero."""
        network = self.network
        if not isinstance(network, GrowingSpectralNetwork):
            return
        keep = [lam.nonzero().flatten() for lam in network.lam]
        if [len(kept) for kept in keep] == network.n_live:
            return

        def kept(tensors: list[Tensor]) -> list[Tensor]:
            return without(tensors, keep)

        neurons = [n[k] for n, k in zip(network.neurons, keep, strict=True)]
        self._restructure(kept, kept, kept, neurons)

    def _recruit(self) -> None:
        """Wake the neurons that pay most, if any do."""
        network = self.network
        if not isinstance(network, GrowingSpectralNetwork) or not self._seen:
            return
        free = zip(network.n_live, network.hidden_layer_sizes, strict=True)
        layers = [k for k, (n_live, most) in enumerate(free) if n_live < most]
        if not layers:
            return
        # under autocast they come in half precision
        x, grad = (
            torch.cat(parts).to(network.Q[-1])
            for parts in zip(*self._seen, strict=True)
        )
        data = TrainingData(x, grad / len(self._seen), None)
        known: Any = _KnownGradient()
        candidates = survey(network.detached(), data, known, layers, self.generator)
        for layer in reversed(candidates):
            awake, n_layers = network.lam[layer.layer], len(network.lam)
            recruits = layer.best(
                self.penalty, awake, n_layers, self.min_significance, self.max_recruits
            )
            if recruits is not None:
                group, _ = _place_in(self.optimizer, awake)
                step = self.optimizer.state.get(awake, {}).get("step", self._n_steps)
                betas = group.get("betas", (group.get("momentum", 0.0), 0.0))
                woken = Insertion.of(network, recruits, float(step), betas)
                self._restructure(
                    woken.values, woken.first, woken.second, woken.neurons
                )

    def _restructure(
        self,
        values: Callable[[list[Tensor]], list[Tensor]],
        first: Callable[[list[Tensor]], list[Tensor]],
        second: Callable[[list[Tensor]], list[Tensor]],
        neurons: list[Tensor],
    ) -> None:
        """Change parameters and the optimiser's moments alike."""
        network: Any = self.network
        parameters = network.structure()
        states = [self.optimizer.state.get(p, {}) for p in parameters]
        for names, change in ((_FIRST, first), (_SECOND, second)):
            for name in names:
                present = [
                    state[name] if state.get(name) is not None else torch.zeros_like(p)
                    for state, p in zip(states, parameters, strict=True)
                ]
                for state, moment in zip(states, change(present), strict=True):
                    if state.get(name) is not None:
                        state[name] = moment
        network.restructure(values([p.detach() for p in parameters]), neurons)
        for old, new in zip(parameters, network.structure(), strict=True):
            group, place = _place_in(self.optimizer, old)
            group["params"][place] = new
            if old in self.optimizer.state:
                self.optimizer.state[new] = self.optimizer.state.pop(old)


@dataclass(frozen=True)
class _KnownGradient:
    """A loss whose gradient at the output is given, as if it were the target."""

    def gradient(
        self, arrays: ArrayLibrary, output: Any, target: Any, weight: Any, out: Any
    ) -> None:
        """Write it, shape (outputs, n)."""
        out[...] = target.T


def _place_in(
    optimizer: torch.optim.Optimizer, parameter: Tensor
) -> tuple[dict[str, Any], int]:
    """The optimiser's group that a parameter is in, and its place there."""
    for group in optimizer.param_groups:
        for place, candidate in enumerate(group["params"]):
            if candidate is parameter:
                return group, place
    raise ValueError(
        "The optimizer does not train the network; make it with parameters that "
        "contain network.parameters()."
    )


@torch.no_grad()
def prune_to_tolerance(
    network: GrowingSpectralNetwork | SpectralNetwork,
    loss: Callable[[], float],
    tol: float = 0.05,
) -> float:
    """Put neurons to sleep, smallest |λ| first, while a loss rises by up to ``tol``.

    Parameters
    ----------
    network : GrowingSpectralNetwork or SpectralNetwork
        Pruned in place: their eigenvalues become zero.
    loss : callable
        The present loss of whatever the network is a part of, on data of your choice.
        It is called about log₂(live neurons) times.
    tol : float, default=0.05
        Largest relative rise (the paper's five per cent, figure 10).

    Returns
    -------
    float
        The threshold: every neuron left has a larger |λ|.

    Examples
    --------
    >>> import torch
    >>> from sklearn_sparcs.nn import SpectralNetwork, prune_to_tolerance
    >>> net = SpectralNetwork(2, (3,), 1)
    >>> _ = net.lam[0].data.copy_(torch.tensor([1e-7, 1.0, -2.0]))
    >>> x = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
    >>> y = net(x)
    >>> loss = lambda: float(1 + (net(x) - y).square().sum())
    >>> threshold = prune_to_tolerance(net, loss, tol=1e-9)
    >>> net.lam[0].tolist()
    [0.0, 1.0, -2.0]
    """
    return prune(_Eigenvalues(network), loss, tol)


class _Eigenvalues:
    """The eigenvalues of a network, as `prune` holds them."""

    def __init__(self, network: GrowingSpectralNetwork | SpectralNetwork):
        self.network = network

    def prune(self, threshold: float) -> None:
        self.network.prune(threshold)

    def snapshot(self) -> list[Tensor]:
        return [lam.detach().clone() for lam in self.network.penalized_eigenvalues()]

    def restore(self, snapshot: list[Tensor]) -> None:
        lam = self.network.penalized_eigenvalues()
        for x, value in zip(lam, snapshot, strict=True):
            x.copy_(value)
