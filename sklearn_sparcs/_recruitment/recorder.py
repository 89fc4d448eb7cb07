"""The latest steps of a network's training, as hooks of torch tell of them."""

import warnings
from collections import deque
from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

import torch
from torch import Tensor, nn

from .._networks.growing_module import GrowingSpectralNetwork
from .accumulated import MOST_ZEROED
from .backward_passes import BackwardPasses
from .blind_spots import CONTAINED, takes_no_steps
from .loss_scale import loss_scale
from .optimizer_adapter import OptimizerAdapter
from .partialling_out import BOTH_HALVES, FEW_SIGNALS, SAMPLES_A_SIGNAL
from .seen import Passage, Seen, count_samples
from .step_watch import StepWatch

#: Whether torch.export traces the network, where torch can tell (since 2.7).
_is_exporting = getattr(torch.compiler, "is_exporting", lambda: False)


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
        self._last = network.Q[-1]
        self._passes = BackwardPasses(self._last)
        self._ever_reached = False
        # a wrapper may step the optimiser in another way: then none is told
        self._told_of_steps = False
        self._said: set[str] = set()
        # compiled, it would be so anew for every batch, whose number it counts
        self.watch = torch.compiler.disable(self._passes.follow)
        self._watch = StepWatch(optimizer, [self._last])
        hooks = _Hooks(self)
        self._handles = [
            network.register_forward_hook(hooks.forward, with_kwargs=True),
            nn.Module.register_load_state_dict_post_hook(network, hooks.loaded),
            self._last.register_post_accumulate_grad_hook(_weakly(self.reached)),
            optimizer.before_step(hooks.stepping),
        ]

    def close(self) -> None:
        """Stop recording, and forget what was seen."""
        self._watch.close()
        for handle in self._handles:
            handle.remove()
        self.forget()

    def forget(self) -> None:
        """Forget what was seen."""
        self.steps.clear()
        self._passes.forget()

    @property
    def is_bypassed(self) -> bool:
        """Whether gradients come of batches that have not passed through a call."""
        return self._ever_reached and not self.steps and CONTAINED not in self._said

    def end_step(self) -> bool:
        """After a step of the optimiser: whether there was one, of the network.

        There is none where gradients are still accumulated, or were not finite for a
        `GradScaler`, nor of a network that has no gradient.
        """
        if self._told_of_steps and not self._passes.stepped:
            if self._passes.n_zeroed == MOST_ZEROED:
                self._say(takes_no_steps(self.optimizer.optimizer))
            return False
        unseen, step = self._passes.unseen(), self._passes.take()
        if step:
            self._keep(step)
        for words in unseen:
            self._say(words)
        return self._watch.end_step()

    def _keep(self, step: list[Passage]) -> None:
        """Take a step in, and let go of old ones that are not needed any more."""
        self.steps.append(step)
        spare = sum(map(count_samples, self.steps)) - self.n_samples
        while len(self.steps) > self.n_steps and spare >= count_samples(self.steps[0]):
            spare -= count_samples(self.steps.popleft())

    def _say(self, words: str) -> None:
        """Warn of what cannot be seen, once, where the user calls ``Growth.step``."""
        if words not in self._said:
            warnings.warn(words, UserWarning, stacklevel=6)
            self._said.add(words)

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
        return Seen.of(self.steps, direction, self._last)

    # -- hooks -----------------------------------------------------------------------

    def reached(self) -> None:
        """A backward pass has reached the parameters."""
        self._ever_reached = True
        self._passes.reached()

    def stepping(self) -> None:
        """The optimiser is about to take a step."""
        if not self._told_of_steps:
            self.steps.clear()  # those were none
        self._told_of_steps = True
        self._passes.stepping(loss_scale())

    def load(self) -> None:
        """Other parameters have been loaded: what was seen says nothing of them."""
        self.forget()
        self.optimizer.forget_unfitting(self.network.structure())
        self.loaded = True


def _weakly(method: Callable[[], None]) -> Callable[[Tensor], None]:
    """A parameter's hook, which calls a method as long as its object is there.

    Python does not see through such hooks: one that held the network would keep it, and
    what was recorded, for good.
    """
    found = WeakMethod(method)

    def hook(_: Tensor) -> None:
        call = found()
        if call is not None:
            call()

    return hook


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
        if self.recorder is not None and y.requires_grad and not _is_exporting():
            self.recorder.watch(args[0] if args else kwargs["x"], y)

    def loaded(self, network: nn.Module, keys: Any) -> None:
        """After a ``state_dict`` has been loaded."""
        if self.recorder is not None:
            self.recorder.load()

    def stepping(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """Before a step of the optimiser."""
        if self.recorder is not None:
            self.recorder.stepping()
