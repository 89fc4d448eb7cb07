"""A fitted network in words, for ``summary()``."""

from collections.abc import Iterator, Sequence

import numpy as np

from .._direct.architecture import Architecture
from .._direct.form import DirectForm
from .._direct.names import feature_names_of, neuron_names_of
from .._direct.words import counted, on_one_line

#: Features, neurons and senders that are named at most.
_FEATURES, _NEURONS, _SENDERS = 5, 10, 3
#: Share of what is decided below which a feature is not named, and of the largest of
#: what a neuron hears.
_LEAST, _FAINT = 0.01, 0.1
#: The p-value from which on chance is no explanation.
_CERTAIN = 0.05


def network_in_words(
    form: DirectForm,
    feature_names: Sequence[str] | np.ndarray | None,
    importances: np.ndarray | None,
) -> list[str]:
    """Sentences: what the network is, which features matter, what each neuron hears."""
    given = feature_names_of(form, feature_names)
    names = [on_one_line(name) or repr(name) for name in given]
    sentences = [_size(form)]
    if importances is not None:
        sentences.append(_features(names, importances))
    return [*sentences, *_neurons(form, names)]


def p_value_in_words(p: float, without_neurons: str | None) -> str:
    """A sentence on the p-value of the linear model.

    A linear model may be false and yet predict best. Where it is kept in spite of a
    small p-value, the sentence says why.

    Parameters
    ----------
    p : float
    without_neurons : str, optional
        Why a linear model is kept although it misses something; None if none is kept.
    """
    linear = without_neurons is not None
    if p > _CERTAIN:
        so = "it may be true" if linear else "the neurons may be due to chance"
    else:
        so = (
            f"it misses something, but {without_neurons}"
            if linear
            else "it falls short"
        )
    return (
        f"p-value of the linear model {p:.3f}: if it were true, this share of data "
        f"sets would show as much evidence against it; so {so}."
    )


def _size(form: DirectForm) -> str:
    found = Architecture.of(form)
    heard = f"{counted(int(form.is_heard.sum()), 'feature')} of {len(form.is_heard)}"
    parts = []
    if found.is_linear or (len(form.layer_sizes), 1) in form.coefs:
        parts.append("a linear model")
    if not found.is_linear:
        neurons = counted(found.n_hidden, "hidden neuron")
        parts.append(f"{neurons} ({form.activation})")
    uses = "uses" if len(parts) == 1 and found.n_hidden < 2 else "use"
    return (
        f"{found}: {' and '.join(parts)}, which {uses} {heard}; "
        f"{counted(found.n_parameters, 'parameter')}."
    )


def _features(names: Sequence[str], importances: np.ndarray) -> str:
    first = np.argsort(-importances, kind="stable")[:_FEATURES]
    said = [
        f"{names[j]} {importances[j]:.0%}" for j in first if importances[j] > _LEAST
    ]
    if not said:
        return "No feature matters: every prediction is the same."
    return f"Feature importances: {', '.join(said)}."


def _neurons(form: DirectForm, features: Sequence[str]) -> Iterator[str]:
    """A sentence for each hidden neuron, up to a number."""
    names = {1: features, **neuron_names_of(form, features)}
    own = [(i, n) for i in sorted(names) if i > 1 for n in range(len(names[i]))]
    for i, n in own[:_NEURONS]:
        up, down = _driven(form, i, n, names)
        driven = " and ".join(
            f"{way} by {_listed(who)}"
            for way, who in (("up", up), ("down", down))
            if who
        )
        yield f"{names[i][n]} is driven {driven or 'by nothing'}{_driving(form, i, n)}."
    if len(own) > _NEURONS:
        more = len(own) - _NEURONS
        yield f"{more} more {'neuron is' if more == 1 else 'neurons are'} not listed."


def _driven(
    form: DirectForm, i: int, n: int, names: dict[int, Sequence[str]]
) -> tuple[list[str], list[str]]:
    """The strongest inputs of neuron n of layer i, by sign.

    A feature's strength is its weight times its standard deviation, if that is known.
    Those a tenth as strong as the strongest, or less, are left out.
    """
    heard: list[tuple[float, float, str]] = []
    for j in form.senders(i):
        w = form.coefs[i, j][n]
        size = form.feature_strengths(i)[n] if j == 1 else np.abs(w)
        heard += zip(size.tolist(), w.tolist(), names[j], strict=True)
    least = _FAINT * max((h[0] for h in heard), default=0.0)
    most = sorted((h for h in heard if h[0] > least), key=lambda h: -h[0])[:_SENDERS]
    return [h[2] for h in most if h[1] > 0], [h[2] for h in most if h[1] < 0]


def _driving(form: DirectForm, i: int, n: int) -> str:
    """The sign of a neuron's effect on the output, if one output receives it."""
    link = len(form.layer_sizes), i
    if link not in form.coefs or len(form.coefs[link]) > 1:
        return ""
    w = form.coefs[link][0, n]
    if not w:
        return ""
    return f", and drives the output {'up' if w > 0 else 'down'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
