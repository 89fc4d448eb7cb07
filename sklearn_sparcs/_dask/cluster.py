"""Check that the workers of a cluster can import this package."""

from typing import Any

from .._version import __version__

#: What a worker is asked: no function of a package that it may not have.
_QUESTION = "__import__('sklearn_sparcs').__version__"


def refuse_other_versions() -> None:
    """Refuse a cluster whose workers have not this version of the package.

    Without a cluster, dask computes here, where there is one.

    Raises
    ------
    RuntimeError
        If there is such a worker; the message says which.
    """
    client = _client()
    if client is None:
        return
    for worker, answer in client.run(eval, _QUESTION, on_error="return").items():
        if answer != __version__:
            has = repr(answer) if isinstance(answer, Exception) else f"version {answer}"
            raise RuntimeError(
                f"Every worker needs sklearn-sparcs {__version__}, as here; worker "
                f"{worker} has: {has}. Install it there first."
            )


def _client() -> Any:
    """The client of a cluster that dask computes on, or None."""
    try:
        from distributed import get_client
    except ImportError:
        return None
    try:
        return get_client()
    except ValueError:
        return None
