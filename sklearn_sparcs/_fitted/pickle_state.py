"""The stamps of version and layout in pickled estimators."""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from sklearn.exceptions import InconsistentVersionWarning

from .._version import __version__

#: Layout of the state. It changes when an older version's state would be misread.
LAYOUT = 2

#: What going on with a fit reads of the estimator, beside its parameters.
_GONE_ON_FROM = ("alpha_", "hidden_alpha_", "clip_", "history_")

_VERSION, _LAYOUT = "_sklearn_sparcs_version", "_sklearn_sparcs_layout"


def stamped_state(state: dict[str, Any]) -> dict[str, Any]:
    """A copy of an estimator's state, with version and layout."""
    return {**state, _VERSION: __version__, _LAYOUT: LAYOUT}


def checked_state(
    state: dict[str, Any], name: str, parameters: Iterable[str] = ()
) -> dict[str, Any]:
    """The state as it was before it was stamped.

    Raises
    ------
    ValueError
        If its layout is not the present one, so that it would be read wrongly; or if
        it lacks a parameter, or what this version keeps in a value.

    Warns
    -----
    InconsistentVersionWarning
        If another version made it.
    """
    state = dict(state)
    version, layout = state.pop(_VERSION, "before 0.1.0"), state.pop(_LAYOUT, None)
    if layout != LAYOUT:
        raise ValueError(
            f"This {name} was pickled by sklearn-sparcs {version}, whose state is "
            f"arranged differently (layout {layout}; this is {__version__}, layout "
            f"{LAYOUT}). Load it with the version that made it, or fit it again."
        )
    lacking = list(_lacking(state, parameters))
    if lacking:
        raise ValueError(
            f"This {name} was pickled by another state of sklearn-sparcs {version}, "
            f"and lacks {', '.join(lacking)}, which {__version__} needs. Load it with "
            "the version that made it, or fit it again."
        )
    if version != __version__:
        warnings.warn(
            InconsistentVersionWarning(
                estimator_name=name,
                current_sklearn_version=__version__,
                original_sklearn_version=version,
            ),
            stacklevel=4,
        )
    return state


def _lacking(state: dict[str, Any], parameters: Iterable[str]) -> Iterator[str]:
    """Yield what a state lacks: parameters, attributes, and fields of its values."""
    needed = [*parameters, *(_GONE_ON_FROM if "_checkpoint" in state else ())]
    yield from (name for name in needed if name not in state)
    for name, value in state.items():
        yield from _lacking_fields(value, name)


def _lacking_fields(value: Any, name: str) -> Iterator[str]:
    """Yield the fields that a dataclass, or one within it, was pickled without."""
    if not is_dataclass(value):
        return
    for field in fields(value):
        path = f"{name}.{field.name}"
        if hasattr(value, field.name):
            yield from _lacking_fields(getattr(value, field.name), path)
        else:
            yield path
