"""Models by the names that readers know, and tables in Markdown."""

from collections.abc import Iterable

import pandas as pd
from tabular_compare import OTHERS, widely_run

NAMES = {
    "sparcs_cv": "SPARCS CV",
    "sparcs_cv_1se": "SPARCS CV 1-SE",
    "sparcs_cv_pruned": "SPARCS CV pruned",
    "sparcs": "SPARCS",
    "linear": "linear",
    "ridge": "ridge",
    "mlp": "MLP",
    "mlp_tuned": "MLP tuned",
    "mlp_lbfgs": "MLP L-BFGS",
    "lassonet": "LassoNet",
    "realmlp": "RealMLP",
    "ebm": "EBM",
    "aplr": "APLR",
    "boosting": "boosting",
}
MINE = ["sparcs_cv", "sparcs_cv_1se", "sparcs"]

#: A model with results on a smaller share of the tables has no column.
COLUMN_FROM = 0.3


def columns_of(frame: pd.DataFrame) -> list[str]:
    """Models that have a column: ours, then the others that ran widely."""
    others = widely_run(frame, OTHERS, COLUMN_FROM, by=["table"])
    return [*(m for m in MINE if m in set(frame["model"])), *others]


def markdown(header: list[str], rows: Iterable[list[str]]) -> str:
    """A table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def signed(x: float) -> str:
    """A difference to three digits; nothing is "0.000"."""
    return "0.000" if abs(x) < 5e-4 else f"{x:+.3f}".replace("-", "−")


def percent(x: float) -> str:
    """A share, without decimals."""
    return f"{100 * x:.0f} %"


def listed(figures: dict[str, float], form=signed) -> str:
    """Tasks with a figure each, differences unless ``form`` says otherwise."""
    return ", ".join(f"{task} ({form(x)})" for task, x in figures.items())


def counted(values: pd.Series, noun: str) -> str:
    """How many different ones there are: "1 split", "3 splits"."""
    n = values.nunique()
    return f"{n} {noun}" + ("" if n == 1 else "s")
