"""Estimators that start as a linear model and grow neurons where the data pay."""

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
from ._estimators.measures import hidden_path_norm
from ._estimators.path import sparcs_path
from ._estimators.regressor import SparcsRegressor
from ._estimators.warned import LeverageWarning
from ._exports.c import export_c
from ._exports.sql import export_sql
from ._exports.trusted import trusted_types
from ._exports.weights import load_safetensors, save_safetensors
from ._version import __version__

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
    "hidden_path_norm",
    "load_safetensors",
    "save_safetensors",
    "sparcs_path",
    "trusted_types",
]
