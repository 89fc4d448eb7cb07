"""Estimators that start as a linear model and grow neurons where the data pay."""

from ._architecture import Architecture
from ._classifier import SparcsClassifier
from ._compact import CompactClassifier, CompactRegressor
from ._cv import SparcsClassifierCV, SparcsRegressorCV
from ._displays import (
    ArchitectureDisplay,
    EigenvalueDisplay,
    PathDisplay,
    PruningCurveDisplay,
    TransitionDisplay,
)
from ._measures import hidden_path_norm
from ._path import SparcsPath, sparcs_path
from ._regressor import SparcsRegressor

__version__ = "0.1.0"

__all__ = [
    "Architecture",
    "ArchitectureDisplay",
    "CompactClassifier",
    "CompactRegressor",
    "EigenvalueDisplay",
    "PathDisplay",
    "PruningCurveDisplay",
    "SparcsClassifier",
    "SparcsClassifierCV",
    "SparcsPath",
    "SparcsRegressor",
    "SparcsRegressorCV",
    "TransitionDisplay",
    "__version__",
    "hidden_path_norm",
    "sparcs_path",
]
