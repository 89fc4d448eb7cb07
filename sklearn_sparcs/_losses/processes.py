"""Collective operations of a torch.distributed group that its first process leads."""

import io
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, distributed

from .observations import Sums


class Processes:
    """The processes of torch's default group.

    Attributes
    ----------
    rank : int
        The number of this one; the first, of number zero, leads.
    size : int
    """

    def __init__(self) -> None:
        self.rank, self.size = distributed.get_rank(), distributed.get_world_size()

    @property
    def leads(self) -> bool:
        """Whether this is the first."""
        return self.rank == 0

    def of_all(self, own: Any) -> list[Any]:
        """Gather each process's value in all of them."""
        found: list[Any] = [None] * self.size
        with _none_lost():
            distributed.all_gather_object(found, own)
        return found

    def from_first(self, own: Any = None) -> Any:
        """Broadcast the first process's value; tensors arrive on each one's device."""
        held: list[Any] = [_packed(own) if self.leads else None]
        with _none_lost():
            distributed.broadcast_object_list(held, 0)
        return own if self.leads else _unpacked(held[0])

    def to_first(self, own: Any) -> list[Any]:
        """Gather each process's value in the first; an empty list elsewhere."""
        found: list[Any] = [None] * self.size
        with _none_lost():
            distributed.gather_object(_packed(own), found if self.leads else None, 0)
        return [_unpacked(each) for each in found] if self.leads else []

    def summed(self, own: Sums) -> Sums:
        """The sums of all, in the first; in the others nothing of use."""
        return tuple(self._summed(each) for each in own)

    def _summed(self, own: Tensor) -> Tensor:
        # nccl sends between GPUs, gloo between CPUs
        way = "cuda" if distributed.get_backend() == "nccl" else "cpu"
        total = own.detach().to(way, copy=True).contiguous()
        with _none_lost():
            distributed.reduce(total, 0)
        return total.to(own.device)


def in_process_group() -> bool:
    """Whether there is a group of processes."""
    return distributed.is_available() and distributed.is_initialized()


@contextmanager
def _none_lost() -> Iterator[None]:
    """Say in plain words what it means that torch cannot reach a process.

    Raises
    ------
    ConnectionError
        If that is so.
    """
    try:
        yield
    except RuntimeError as error:
        raise ConnectionError(
            "A process of the group has ended, or does not answer, in the middle of "
            "what all must do together; start them anew."
        ) from error


class _Pickler(pickle.Pickler):
    """Pickles for a process that has another device: its current one."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, Tensor) and thing.is_cuda:
            return torch.Tensor.cuda, (thing.detach().cpu(),)
        if isinstance(thing, torch.device) and thing.type == "cuda":
            return torch.device, ("cuda",)
        return NotImplemented


def _packed(thing: Any) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(thing)
    return buffer.getvalue()


def _unpacked(packed: bytes) -> Any:
    # of another process of the group: torch's own collectives trust it as well
    return pickle.loads(packed)  # nosec B301
