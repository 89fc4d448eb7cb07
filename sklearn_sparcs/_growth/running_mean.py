"""The running mean of the parameters, which lies where batches' noise cancels."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from torch import Tensor

from .._networks.flat import pack, unpack

#: What the mean keeps of itself at each step.
DECAY = 0.98


class RunningMean:
    """Exponential running mean of a vector.

    Parameters
    ----------
    present : Tensor (n,)
        The vector where the mean begins.

    Attributes
    ----------
    value : Tensor (n,)
    """

    def __init__(self, present: Tensor):
        self.value = present.clone()

    def update(self, present: Tensor) -> None:
        """Move towards the vector as it is now."""
        self.value.lerp_(present, 1 - DECAY)

    def rewrite(
        self,
        change: Callable[[Sequence[Tensor]], list[Tensor]],
        like: Sequence[Tensor],
    ) -> None:
        """Follow the vector, which is made of tensors such as ``like``, to others."""
        self.value = pack(change(unpack(self.value, like)))

    @contextmanager
    def in_place_of(self, present: Tensor) -> Iterator[None]:
        """The mean in the vector's memory for a while."""
        kept = present.clone()
        present.copy_(self.value)
        try:
            yield
        finally:
            present.copy_(kept)
