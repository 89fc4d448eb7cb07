"""Displays of fitted estimators with matplotlib, in the manner of scikit-learn's."""

from .architecture import ArchitectureDisplay
from .eigenvalue import EigenvalueDisplay
from .path import PathDisplay
from .pruning_curve import PruningCurveDisplay
from .transition import TransitionDisplay

__all__ = [
    "ArchitectureDisplay",
    "EigenvalueDisplay",
    "PathDisplay",
    "PruningCurveDisplay",
    "TransitionDisplay",
]
