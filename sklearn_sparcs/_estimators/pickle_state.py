"""The stamps of version and layout in pickled estimators."""

import warnings
from typing import Any

from sklearn.exceptions import InconsistentVersionWarning

from .._version import __version__

#: Layout of the state. It changes when an older version's state would be misread.
LAYOUT = 2

_VERSION, _LAYOUT = "_sklearn_sparcs_version", "_sklearn_sparcs_layout"


def stamped_state(state: dict[str, Any]) -> dict[str, Any]:
    """A copy of an estimator's state, with version and layout."""
    return {**state, _VERSION: __version__, _LAYOUT: LAYOUT}


def checked_state(state: dict[str, Any], name: str) -> dict[str, Any]:
    """The state as it was before it was stamped.

    Raises
    ------
    ValueError
        If its layout is not the present one: it would be read wrongly.

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
