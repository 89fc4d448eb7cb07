"""Removal of the neurons that the penalty has all but put to sleep."""

from .objective import Evaluation, Objective

#: A neuron is weak whose strength is below this share of the strongest one's,
_WEAK = 1e-3
#: or below this, of scaled signals and targets; else the last would never go.
_NOTHING = 1e-6


def without_weak(objective: Objective, at: Evaluation) -> Evaluation:
    """The network without its weak neurons, if loss and penalty do not rise.

    A neuron's strength is ‖w‖ ‖t‖, the lengths of what it hears and sends by. Where the
    wiring is given, all of them stay.
    """
    if objective.wiring is not None:
        return at
    network = at.network
    heard, sent = network.norms()
    strength = heard * sent
    if not len(strength):
        return at
    strong = strength > (_WEAK * strength.max()).clamp_min(_NOTHING)
    if bool(strong.all()):
        return at
    smaller = objective.evaluate(network.kept(strong.split(network.n_live)), keep=True)
    return smaller if smaller.value <= at.value else at
