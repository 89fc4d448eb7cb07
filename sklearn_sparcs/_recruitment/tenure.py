"""The time in which one growth steps for a network."""

from collections.abc import Callable
from weakref import WeakKeyDictionary, WeakMethod

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
    stop : bound method
        Is called at the end, once. Its object may go before, with the network.

    Attributes
    ----------
    ended : str
        Why there are no more steps; empty while there are.
    """

    def __init__(self, network: nn.Module, stop: Callable[[], None]):
        self.ended = ""
        self._stop = WeakMethod(stop)
        if network in _latest:
            _latest[network].end(REPLACED)
        _latest[network] = self

    def end(self, why: str) -> None:
        """Let no step follow."""
        stop = self._stop()
        if stop is not None and not self.ended:
            stop()
        self.ended = self.ended or why

    def refuse_ended(self) -> None:
        """Refuse a step that comes too late.

        Raises
        ------
        RuntimeError
            If it does.
        """
        if self.ended:
            raise RuntimeError(self.ended)


#: The latest tenure of each network, which may be there still when its growth is not.
_latest: WeakKeyDictionary[nn.Module, Tenure] = WeakKeyDictionary()
