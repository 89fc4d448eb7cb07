"""What passes through a network in training, a step of its optimiser at a time.

A step may be of several batches: gradients are accumulated until they are zeroed, a
closure asks for several, a network is called more than once. What counts is what
reaches the parameters: validation, a frozen network, or a gradient with respect to the
input leaves nothing here. Where several backward passes are put together by hand, with
gradients zeroed between them, each counts with its share (`gradient_surgery`).
"""

import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor, nn

from .._data.batches import Batch
from .._losses.processes import in_process_group
from .._networks.growing_module import GrowingSpectralNetwork
from .gradient_surgery import is_along, shares, warn_of_surgery
from .loss_scale import loss_scale
from .optimizer_adapter import OptimizerAdapter
from .partialling_out import BOTH_HALVES, FEW_SIGNALS, SAMPLES_A_SIGNAL

#: Backward passes whose gradients are zeroed that are known of in a step.
_MOST = 32

#: Input of a network, and ∂loss/∂y, a row a sample.
Passage = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Seen:
    """What passed in some steps, as samples of a survey.

    Attributes
    ----------
    passages : list of Passages
    factor : float
        Of their gradients, whose sum is then that of one step.
    dtype : torch.dtype
        Of the network's parameters, single precision at least: passages are in half
        under autocast, or where parameters are.
    """

    passages: list[Passage]
    factor: float
    dtype: torch.dtype

    #: Every sample counts alike.
    weight = None

    def __len__(self) -> int:
        return sum(len(x) for x, _ in self.passages)

    def slices(self) -> Iterator[Batch]:
        """A passage at a time; as target the gradient, of a loss that is its mean."""
        for x, grad in self.passages:
            factor = self.factor * len(self) / len(x)
            yield x.to(self.dtype), factor * grad.to(self.dtype), None

    def halves(self) -> tuple["Seen", "Seen"]:
        """What was seen first, and what since: each stands for all."""
        middle = len(self) // 2
        return self._part(0, middle), self._part(middle, len(self))

    def _part(self, first: int, end: int) -> "Seen":
        """Some of the samples, counted from the earliest."""
        starts = accumulate((len(x) for x, _ in self.passages), initial=0)
        places = [slice(max(first - i, 0), max(end - i, 0)) for i in starts]
        pairs = zip(self.passages, places, strict=False)
        return self._of([(x[at], grad[at]) for (x, grad), at in pairs])

    def unmet(self, others: "Seen") -> "Seen":
        """Samples that the others do not have, as they may where an epoch ends."""
        met = torch.cat([_mark(x) for x, _ in others.passages])
        new = [~torch.isin(_mark(x), met) for x, _ in self.passages]
        pairs = zip(self.passages, new, strict=True)
        return self._of([(x[at], grad[at]) for (x, grad), at in pairs])

    def _of(self, passages: list[Passage]) -> "Seen":
        """Some of the samples, which stand for all."""
        kept = [passage for passage in passages if len(passage[0])]
        n = max(1, sum(len(x) for x, _ in kept))
        return Seen(kept, self.factor * len(self) / n, self.dtype)

    def multiplicity(self, weight: Tensor | None) -> float:
        """How many samples a row stands for."""
        return 1.0


class Recorder:
    """Records the input of a network and ∂loss/∂y of its optimiser's latest steps.

    Parameters
    ----------
    network : GrowingSpectralNetwork
    optimizer : OptimizerAdapter
    n_steps : int
        How many are kept, or more until they hold `n_samples`.

    Attributes
    ----------
    steps : deque of lists of Passages
        The latest steps, the earliest first, in units of the loss.
    loaded : bool
        Whether a ``state_dict`` has been loaded into the network; set to False by who
        has taken that in.
    """

    def __init__(
        self,
        network: GrowingSpectralNetwork,
        optimizer: OptimizerAdapter,
        n_steps: int,
    ):
        self.network, self.optimizer = network, optimizer
        self.n_steps = n_steps
        self.steps: deque[list[Passage]] = deque()
        self.loaded = False
        # since gradients were zeroed, by forward pass
        self._met: dict[int, Passage] = {}
        # by forward pass, of a backward pass that has not reached the parameters
        self._passing: dict[int, _Passing] = {}
        self._n_forwards = 0
        self._ever_reached = False
        # what backward passes have left in the last parameter, the latest in the end,
        # and those before it whose gradients were zeroed since the last step
        self._left: Tensor | None = None
        self._zeroed: deque[tuple[Tensor, dict[int, Passage]]] = deque(maxlen=_MOST)
        self._several = self._by_hand = self._warned = False
        # added to gradients that may be differentiated: a loss that contains them
        # comes back to it
        self._zero = torch.zeros((), device="cpu", requires_grad=True)
        self._zero.register_hook(lambda _: self._come_back())
        self._contained = self._warned_of_contained = False
        # a wrapper may step the optimiser in another way: then none is told
        self._told_of_steps = self._stepped = self._warned_of_another = False
        self._scale = 1.0
        self._last = network.Q[-1]
        # compiled, it would be so anew for every batch, whose number it counts
        self.watch = torch.compiler.disable(self.forward)
        hooks = _Hooks(self)
        self._handles = [
            network.register_forward_hook(hooks.forward, with_kwargs=True),
            nn.Module.register_load_state_dict_post_hook(network, hooks.loaded),
            self._last.register_post_accumulate_grad_hook(hooks.reached),
            optimizer.before_step(hooks.stepping),
        ]

    def close(self) -> None:
        """Stop recording, and forget what was seen."""
        for handle in self._handles:
            handle.remove()
        self.forget()

    def forget(self) -> None:
        """Forget what was seen."""
        self.steps.clear()
        self._met.clear()
        self._passing.clear()
        self._zeroed.clear()
        self._left = None

    @property
    def is_bypassed(self) -> bool:
        """Whether gradients come of batches that have not passed through a call."""
        return self._ever_reached and not self.steps and not self._warned_of_contained

    def end_step(self) -> bool:
        """After a step of the optimiser: whether there was one.

        There is none where gradients are still accumulated, or were not finite for a
        `GradScaler`.
        """
        if self._told_of_steps and not self._stepped:
            if len(self._zeroed) == _MOST and not self._warned_of_another:
                _warn_of_another(self.optimizer)
                self._warned_of_another = True
            return False
        passages = self._met or {k: of.passage for k, of in self._passing.items()}
        if passages:
            factor = 1 / self._scale
            self._keep([(x, factor * grad) for x, grad in passages.values()])
        self._by_hand |= self._several and not self._met
        if self._by_hand and not self._warned:
            warn_of_surgery()
            self._warned = True
        if self._contained and not self._warned_of_contained:
            _warn_of_contained()
            self._warned_of_contained = True
        self._met, self._passing, self._left = {}, {}, None
        self._zeroed.clear()
        self._several = self._by_hand = self._contained = False
        self._stepped, self._scale = False, 1.0
        return True

    def _keep(self, step: list[Passage]) -> None:
        """Take a step in, and let go of old ones that are not needed any more."""
        self.steps.append(step)
        spare = sum(map(_length, self.steps)) - self.n_samples
        while len(self.steps) > self.n_steps and spare >= _length(self.steps[0]):
            spare -= _length(self.steps.popleft())

    @property
    def n_samples(self) -> int:
        """Samples that a survey needs: fewer do not tell links from neurons."""
        n = self.n_signals
        return n * (BOTH_HALVES if n > FEW_SIGNALS else SAMPLES_A_SIGNAL)

    @property
    def n_signals(self) -> int:
        """What the outputs hear: the network's input, and its live neurons."""
        return self.network.n_inputs + sum(self.network.n_live)

    def seen(self, direction: float = 1.0) -> Seen:
        """All that was seen: the gradient at an output is that of a step, on average.

        Steps whose gradients are not finite are left out.

        Parameters
        ----------
        direction : float
            A factor of the gradients: -1 where the optimiser maximises.

        Returns
        -------
        Seen
        """
        steps = [step for step in self.steps if all(map(_is_finite, step))]
        passages = [passage for step in steps for passage in step if len(passage[0])]
        dtype = torch.promote_types(self._last.dtype, torch.float32)
        return Seen(passages, direction / max(1, len(steps)), dtype)

    # -- hooks -----------------------------------------------------------------------

    def forward(self, x: Tensor, output: Tensor) -> None:
        """A batch passes; its gradient may follow."""
        self._n_forwards += 1
        key = self._n_forwards
        output.register_hook(lambda grad: self._sent_back(key, x, grad))

    def _sent_back(self, key: int, x: Tensor, grad: Tensor) -> Tensor | None:
        """∂loss/∂y of a forward pass is there, and goes on to the parameters."""
        if _are_many(grad):
            self._several = True
            return None
        if (self._met or self._left is not None) and _is_zero(self._last.grad):
            if self._left is not None:
                self._zeroed.append((self._left, self._met))
            self._met, self._left = {}, None
        # a gradient that was there before this batch passed did not go on
        passing = self._passing.items()
        self._passing = {k: of for k, of in passing if of.n_forwards >= key}
        rows = x.detach().reshape(-1, x.shape[-1]).clone()
        sensitivity = grad.detach().reshape(-1, grad.shape[-1]).clone()
        before = self._passing.get(key)
        if before is not None and not is_along(before.passage[1], sensitivity):
            self._several = True  # which of them will be set as gradients is unknown
        differentiable = torch.is_grad_enabled()
        self._passing[key] = _Passing(
            (rows, sensitivity), self._n_forwards, differentiable
        )
        return grad + self._zero if differentiable else None

    def _come_back(self) -> None:
        """The loss contains a gradient at the output."""
        self._contained = True

    def reached(self) -> None:
        """A backward pass has reached the parameters.

        A forward pass may be gone back through more than once, as losses of one output
        are in turn: its samples are there once, and its gradients add up. Those that
        could be differentiated have gone into the loss, unless these can be, too.
        """
        differentiable = torch.is_grad_enabled()
        for key, of in self._passing.items():
            if of.differentiable == differentiable:
                _add(self._met, key, of.passage)
        self._passing, self._ever_reached = {}, True
        grad = self._last.grad
        self._left = None if grad is None else grad.detach().clone()

    def stepping(self) -> None:
        """The optimiser is about to take a step."""
        if not self._told_of_steps:
            self.steps.clear()  # those were none
        self._told_of_steps = self._stepped = True
        self._scale = loss_scale()
        if self._zeroed and not in_process_group():
            self._put_together()
        self._zeroed.clear()

    def _put_together(self) -> None:
        """What several backward passes met, as their gradients make up that of a step.

        They do not where the last was alone what counts, as a closure's second look.
        """
        grad, left = self._last.grad, self._left
        if grad is None or (left is not None and is_along(grad, left)):
            return
        latest = [] if left is None else [(left, self._met)]
        passes = [of for of in (*self._zeroed, *latest) if not _is_zero(of[0])]
        if not passes:
            return
        found = shares(grad, [of_pass for of_pass, _ in passes])
        if found is None or self._scale != 1:
            self._by_hand = True
            return
        self._met = {}
        for share, (_, met) in zip(found, passes, strict=True):
            for key, (x, sensitivity) in met.items():
                _add(self._met, key, (x, share * sensitivity))

    def load(self) -> None:
        """Other parameters have been loaded: what was seen says nothing of them."""
        self.forget()
        self.optimizer.forget_unfitting(self.network.structure())
        self.loaded = True


@dataclass(frozen=True)
class _Passing:
    """A passage of a backward pass that has not reached the parameters.

    Beside it how many forward passes there had been, and whether its gradient may be
    differentiated in turn (``create_graph=True``).
    """

    passage: Passage
    n_forwards: int
    differentiable: bool


class _Hooks:
    """What torch calls: a copy of a network, or a pickle, is not recorded."""

    def __init__(self, recorder: Recorder | None = None):
        self.recorder = recorder

    def __reduce__(self) -> tuple[type["_Hooks"], tuple[()]]:
        return _Hooks, ()

    def forward(
        self, network: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], y: Any
    ) -> None:
        """After a forward pass: the recorder hears of it if a gradient may follow."""
        if self.recorder is not None and y.requires_grad:
            self.recorder.watch(args[0] if args else kwargs["x"], y)

    def loaded(self, network: nn.Module, keys: Any) -> None:
        """After a ``state_dict`` has been loaded."""
        if self.recorder is not None:
            self.recorder.load()

    def reached(self, parameter: Tensor) -> None:
        """After a gradient has been added to the parameter's."""
        if self.recorder is not None:
            self.recorder.reached()

    def stepping(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """Before a step of the optimiser."""
        if self.recorder is not None:
            self.recorder.stepping()


def _add(met: dict[int, Passage], key: int, passage: Passage) -> None:
    """Add a gradient to that of a forward pass, if it was met before."""
    x, grad = passage
    met[key] = x, met[key][1] + grad if key in met else grad


def _warn_of_contained() -> None:
    """Say that a part of the loss is not seen."""
    warnings.warn(
        "The loss contains derivatives of the network's output (create_graph=True), "
        "as a gradient penalty does: Growth sees what of the loss depends on the "
        "output itself, and wakes neurons by that alone.",
        UserWarning,
        stacklevel=6,
    )


def _warn_of_another(optimizer: OptimizerAdapter) -> None:
    """Say that the optimiser that growth was given takes no steps."""
    warnings.warn(
        f"Gradients of {_MOST} backward passes were zeroed without a step of the "
        f"{type(optimizer.optimizer).__name__} that Growth was given, and Growth does "
        "nothing meanwhile. If another optimizer trains the network now, make Growth "
        "anew with that one.",
        UserWarning,
        stacklevel=6,
    )


def _are_many(grad: Tensor) -> bool:
    """Whether it stands for gradients of many losses, under vmap: they have no memory.

    Such are not added to a parameter's gradient.
    """
    try:
        grad.data_ptr()
    except RuntimeError:
        return True
    return False


def _is_zero(grad: Tensor | None) -> bool:
    return grad is None or not bool(grad.any())


def _mark(x: Tensor) -> Tensor:
    """A number a row (n, features): the same for the same row, and hardly another's."""
    n = x.shape[1]
    weights = torch.arange(1, n + 1, dtype=torch.float64, device=x.device).sqrt()
    return (x * weights).sum(dim=1).float()


def _length(step: list[Passage]) -> int:
    """Samples that passed in a step."""
    return sum(len(x) for x, _ in step)


def _is_finite(passage: Passage) -> bool:
    return all(bool(part.isfinite().all()) for part in passage)
