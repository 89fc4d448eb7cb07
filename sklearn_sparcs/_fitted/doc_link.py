"""The documentation page that scikit-learn's HTML diagrams link to."""

from importlib.metadata import PackageNotFoundError, metadata
from typing import Any


def page_of(estimator: Any) -> str:
    """Address of an estimator's page; empty where the package names no home.

    That is the Documentation among the package's addresses, its ``project_urls``.
    """
    try:
        addresses = metadata("sklearn-sparcs").get_all("Project-URL") or []
    except PackageNotFoundError:
        addresses = []
    homes = dict(address.split(", ", 1) for address in addresses)
    if "Documentation" not in homes:
        return ""
    home = homes["Documentation"].rstrip("/")
    return f"{home}/generated/sklearn_sparcs.{type(estimator).__name__}.html"
