"""Modules that torch traces, exports and compiles, and that it cannot script."""

from typing import NoReturn

from torch import nn


class TracedModule(nn.Module):
    """Base of the modules whose source torch's scripting cannot read."""

    def __prepare_scriptable__(self) -> NoReturn:
        """Refuse ``torch.jit.script``, which asks for this before it compiles.

        Raises
        ------
        TypeError
        """
        raise TypeError(
            f"torch.jit.script cannot compile a {type(self).__name__}; use "
            "torch.export.export(net, (x,)), torch.compile(net) or "
            "torch.jit.trace(net, x) of the module, or of the network that it is in."
        )
