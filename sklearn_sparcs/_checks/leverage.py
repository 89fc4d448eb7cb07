"""Warn of rows whose leverage determines a coefficient of the linear model."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from .._data.leverage import decisive_rows
from .._problems.task import Task
from .warned import LeverageWarning, warn_user

#: Rows, or columns, that are named.
_NAMED = 5
#: What can be done, or was.
_ADVICE = (
    'clip=5 cuts such values off, and clip="auto" does so if linear models score '
    "better with it in cross-validation."
)
_DONE = (
    "features are cut off at {:g} standard deviations, as linear models score better "
    "with it in cross-validation; clip=None leaves them whole."
)


def warn_of_leverage(
    task: Task, names: Sequence[str] | None, clip: float | None
) -> None:
    """Warn if a few rows carry nearly all of the leverage in some feature.

    Parameters
    ----------
    task : Task
        A sparse X is not looked at.
    names : sequence of str or None
        Of the features.
    clip : float or None
        Where they were cut off because of these rows.
    """
    if sparse.issparse(task.X):
        return
    found = decisive_rows(task.X, task.weight)
    if found is None:
        return
    columns = [repr(str(names[j])) if names is not None else j for j in found.columns]
    warn_user(
        f"{_listed('Row', found.rows)} alone determine{'s' * (len(found.rows) == 1)} "
        f"the linear model's coefficient of {_listed('column', columns)}: values far "
        f"from all others have a leverage of {found.share:.4f} there, out of at most "
        f"1. Check them; {_ADVICE if clip is None else _DONE.format(clip)}",
        LeverageWarning,
    )


def _listed(kind: str, items: Sequence[object] | np.ndarray) -> str:
    """The first of them in words."""
    named = ", ".join(map(str, items[:_NAMED]))
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return f"{kind}{'s' * (len(items) > 1)} {named}{more}"
