"""The time in which one growth steps for a network."""

from collections.abc import Callable
from weakref import WeakKeyDictionary, ref

from torch import nn

CLOSED = (
    "This Growth is closed, and no longer sees what the network does; make another of "
    "the network and its optimiser, and give it the state_dict() of this one to go on."
)
REPLACED = (
    "Another Growth of the same network was made after this one, and has taken over: "
    "call its step() alone, since two would apply the penalty twice."
)


class Tenure:
    """The time in which one growth steps for a network, until another is made.

    Parameters
    ----------
    network : torch.nn.Module
    stop : callable
        Is called at the end, once.

    Attributes
    ----------
    ended : str
        Why there are no more steps; empty while there are.
    """

    def __init__(self, network: nn.Module, stop: Callable[[], None]):
        self.ended = ""
        self._stop = stop
        former = _latest.get(network, _nobody)()
        if former is not None:
            former.end(REPLACED)
        _latest[network] = ref(self)

    def end(self, why: str) -> None:
        """Let no step follow."""
        if not self.ended:
            self._stop()
            self.ended = why

    def refuse_ended(self) -> None:
        """Refuse a step that comes too late.

        Raises
        ------
        RuntimeError
            If it does.
        """
        if self.ended:
            raise RuntimeError(self.ended)


def _nobody() -> None:
    """What a network has before its first tenure."""


#: The latest tenure of each network; both may go before this knows.
_latest: WeakKeyDictionary[nn.Module, Callable[[], Tenure | None]] = WeakKeyDictionary()
