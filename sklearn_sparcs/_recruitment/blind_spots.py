"""What `Growth` cannot see of a training loop, in words to its user."""

from torch.optim import Optimizer

from .accumulated import MOST_ZEROED

BY_HAND = (
    "The optimizer steps along a gradient that was put together by hand, and is no "
    "sum of what backward passes have left: Growth wakes neurons by the last of "
    "them. Give it one backward pass of the summed losses, or add up gradients of "
    "loss.backward() alone, without a GradScaler."
)

CONTAINED = (
    "The loss contains derivatives of the network's output (create_graph=True), "
    "as a gradient penalty does: Growth sees what of the loss depends on the "
    "output itself, and wakes neurons by that alone."
)

BYPASSED = (
    "Gradients have reached the network, and no batch has passed through it, so "
    "that no neuron can wake: Growth sees calls of the network itself, network(x), "
    "and neither its forward method nor copies by torch.jit.trace or torch.export."
)


def takes_no_steps(optimizer: Optimizer) -> str:
    """Words where another optimiser seems to have taken the place of the given one."""
    return (
        f"Gradients of {MOST_ZEROED} backward passes were zeroed without a step of the "
        f"{type(optimizer).__name__} that Growth was given, and Growth does "
        "nothing meanwhile. If another optimizer trains the network now, make Growth "
        "anew with that one."
    )
