"""The default modes of torch and NumPy, whatever a caller has switched."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
import torch

from .threads import ONE_THREAD


@contextmanager
def library_defaults() -> Iterator[None]:
    """Context with the usual defaults: CPU tensors, gradients, no autocast.

    Undone, in this thread, are ``torch.set_default_device``, ``torch.inference_mode``,
    ``torch.no_grad`` and ``torch.autocast``, and what ``np.seterr`` says of underflow,
    which is right wherever it happens here. A forked child has one thread.
    """
    with ExitStack() as undone:
        undone.enter_context(np.errstate(under="ignore"))
        undone.enter_context(torch.inference_mode(False))
        undone.enter_context(torch.enable_grad())
        for device in ("cpu", "cuda"):
            if torch.is_autocast_enabled(device):
                undone.enter_context(torch.autocast(device, enabled=False))
        if torch.get_default_device().type != "cpu":  # it slows every call
            undone.enter_context(torch.device("cpu"))
        if ONE_THREAD.in_forked_child:
            undone.enter_context(ONE_THREAD.asked_for())
        yield
