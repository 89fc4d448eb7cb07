"""`sparcs_path`: networks along falling alphas, as a function."""

from typing import Any

from .cv import SparcsClassifierCV, SparcsRegressorCV
from .found_path import SparcsPath

#: Parameters of the CV estimators that mean nothing to a single path.
OF_FOLDS = {"cv", "scoring", "selection", "n_jobs", "prune_tol"}


def sparcs_path(
    X: Any,
    y: Any,
    *,
    task: str = "regression",
    n_alphas: int = 25,
    eps: float = 1e-4,
    alphas: Any = None,
    X_val: Any = None,
    y_val: Any = None,
    sample_weight: Any = None,
    random_state: Any = None,
    **params: Any,
) -> SparcsPath:
    """Compute networks along a path of decreasing alphas, from the linear model on.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    task : {"regression", "classification"}, default="regression"
    n_alphas : int, default=25
        Number of alphas in the grid, which is geometric and starts at ``alpha_max``.
    eps : float in (0, 1), default=1e-4
        Smallest alpha of the grid, as a fraction of the largest.
    alphas : array-like, optional
        A grid to use instead; it is followed from the largest down.
    X_val, y_val : array-like, optional
        Validation data, for ``valid_loss``.
    sample_weight : array-like of shape (n_samples,), optional
    random_state : int, RandomState instance or None, default=None
    **params
        Other parameters of `SparcsRegressorCV` or `SparcsClassifierCV`, except those of
        the folds. All hidden layers may have neurons from the start; the defaults are
        ``activation="relu"`` and ``clip=None``.

    Returns
    -------
    SparcsPath

    Raises
    ------
    ValueError
        For data or parameters that cannot be used; the message says why.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import sparcs_path
    >>> X, y = make_friedman1(300, random_state=0)
    >>> path = sparcs_path(X, y, n_alphas=10, random_state=0)
    >>> path.architectures[0]
    Architecture(10 → 1)
    >>> bool(path.train_loss[-1] < 0.1 * path.train_loss[0])
    True
    """
    kinds: dict[str, type[SparcsRegressorCV] | type[SparcsClassifierCV]]
    kinds = {"regression": SparcsRegressorCV, "classification": SparcsClassifierCV}
    if task not in kinds:
        raise ValueError(f"task must be one of {sorted(kinds)}; got {task!r}.")
    known = set(kinds[task]().get_params(deep=False)) - OF_FOLDS
    foreign = sorted(set(params) - known)
    if foreign:
        raise ValueError(
            f"{foreign} mean nothing to a path, which has its own alphas and stages; "
            f"give some of {sorted(known)}."
        )
    params = {"activation": "relu", "clip": None, **params}
    grid = {"n_alphas": n_alphas, "eps": eps, "alphas": alphas}
    model = kinds[task](**grid, random_state=random_state, **params)
    return model.path(X, y, sample_weight, X_val=X_val, y_val=y_val)
