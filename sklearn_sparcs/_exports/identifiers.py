"""Names of features as a formula in Python can have them."""

import keyword
import re
from collections.abc import Sequence

from .._activations import ACTIVATIONS

#: Names that a formula has for other things: functions, outputs.
_TAKEN = frozenset({*ACTIVATIONS, "exp", "y", "score", "P"})


def identifiers(names: Sequence[str]) -> list[str]:
    """The names, where they are identifiers, and identifiers like them elsewhere.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    list of str
        All different: a letter, digit or underscore stays, any other run of characters
        becomes an underscore, and as many are appended as make it a new one.

    Raises
    ------
    ValueError
        If two names are the same.
    """
    if len(set(names)) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise ValueError(f"feature_names must be different; {twice!r} is there twice.")
    kept = {name for name in names if _is_free(name)}
    found = []
    for name in names:
        new = name if name in kept else _like(name, kept)
        kept.add(new)
        found.append(new)
    return found


def _is_free(name: str) -> bool:
    """Whether a feature can have a name."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and name not in _TAKEN
        and not re.fullmatch("(y|score)[0-9]+", name)
    )


def _like(name: str, taken: set[str]) -> str:
    """An identifier that resembles a name, and is not among others."""
    new = re.sub(r"\W+", "_", name, flags=re.ASCII)
    new = new if re.match("[A-Za-z_]", new) else f"x_{new}"
    while not _is_free(new) or new in taken:
        new += "_"
    return new
