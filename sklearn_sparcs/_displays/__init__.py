"""Displays: what was found, drawn by matplotlib as scikit-learn's displays are."""

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
