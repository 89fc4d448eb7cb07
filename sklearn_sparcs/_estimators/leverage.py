"""Rows that decide too much are named."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from .._data.leverage import decisive_rows
from .._training.task import Task
from .warned import LeverageWarning, warn_user

#: Rows, or columns, that are named.
_NAMED = 5


def warn_of_leverage(task: Task, names: Sequence[str] | None) -> None:
    """Warn if a few rows carry nearly all of the leverage in some feature.

    Parameters
    ----------
    task : Task
        A sparse X is not looked at.
    names : sequence of str or None
        Of the features.
    """
    if sparse.issparse(task.X):
        return
    found = decisive_rows(task.X, task.weight)
    if found is None:
        return
    columns = [repr(str(names[j])) if names is not None else j for j in found.columns]
    warn_user(
        f"{_listed('Row', found.rows)} alone decide{'s' * (len(found.rows) == 1)} what "
        f"the linear model says of {_listed('column', columns)}: the leverage there is "
        f"{found.share:.4f}, one being all, of values far from all others. Look at "
        "them; clip=5 cuts such values off, and a CV estimator lets its folds say "
        "whether to.",
        LeverageWarning,
    )


def _listed(kind: str, items: Sequence[object] | np.ndarray) -> str:
    """The first of them in words."""
    named = ", ".join(map(str, items[:_NAMED]))
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return f"{kind}{'s' * (len(items) > 1)} {named}{more}"
