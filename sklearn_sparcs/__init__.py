"""Estimators that start as a linear model and grow neurons where the data pay.

Names are looked up where they live once they are asked for: until then torch, which
takes seconds, is not imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from ._checks.warned import LeverageWarning
    from ._direct.architecture import Architecture
    from ._direct.form import DirectForm
    from ._displays import (
        ArchitectureDisplay,
        EigenvalueDisplay,
        PathDisplay,
        PruningCurveDisplay,
        TransitionDisplay,
    )
    from ._estimators.classifier import SparcsClassifier
    from ._estimators.compact import CompactClassifier, CompactRegressor
    from ._estimators.cv import SparcsClassifierCV, SparcsRegressorCV
    from ._estimators.found_path import SparcsPath
    from ._estimators.path import sparcs_path
    from ._estimators.regressor import SparcsRegressor
    from ._exports.c import export_c
    from ._exports.skops_types import trusted_types
    from ._exports.sql import export_sql
    from ._exports.text import export_text
    from ._exports.weights import load_safetensors, save_safetensors
    from ._fitted.measures import hidden_path_norm

#: The module that each name lives in.
_HOMES = {
    "Architecture": "_direct.architecture",
    "ArchitectureDisplay": "_displays",
    "CompactClassifier": "_estimators.compact",
    "CompactRegressor": "_estimators.compact",
    "DirectForm": "_direct.form",
    "EigenvalueDisplay": "_displays",
    "LeverageWarning": "_checks.warned",
    "PathDisplay": "_displays",
    "PruningCurveDisplay": "_displays",
    "SparcsClassifier": "_estimators.classifier",
    "SparcsClassifierCV": "_estimators.cv",
    "SparcsPath": "_estimators.found_path",
    "SparcsRegressor": "_estimators.regressor",
    "SparcsRegressorCV": "_estimators.cv",
    "TransitionDisplay": "_displays",
    "export_c": "_exports.c",
    "export_sql": "_exports.sql",
    "export_text": "_exports.text",
    "hidden_path_norm": "_fitted.measures",
    "load_safetensors": "_exports.weights",
    "save_safetensors": "_exports.weights",
    "sparcs_path": "_estimators.path",
    "trusted_types": "_exports.skops_types",
}

__all__ = [
    "Architecture",
    "ArchitectureDisplay",
    "CompactClassifier",
    "CompactRegressor",
    "DirectForm",
    "EigenvalueDisplay",
    "LeverageWarning",
    "PathDisplay",
    "PruningCurveDisplay",
    "SparcsClassifier",
    "SparcsClassifierCV",
    "SparcsPath",
    "SparcsRegressor",
    "SparcsRegressorCV",
    "TransitionDisplay",
    "__version__",
    "export_c",
    "export_sql",
    "export_text",
    "hidden_path_norm",
    "load_safetensors",
    "save_safetensors",
    "sparcs_path",
    "trusted_types",
]


def __getattr__(name: str) -> Any:
    """Import a public name."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
