"""Models against models: on the same splits, task by task, and a table counts once.

A table of several targets is several tasks. Whatever is counted or averaged is so over
the tasks of a table first, and over tables then.
"""

import numpy as np
import pandas as pd

OURS = "sparcs_cv"

#: Others, in the order in which they are shown.
OTHERS = [
    "linear",
    "mlp",
    "mlp_tuned",
    "mlp_lbfgs",
    "lassonet",
    "realmlp",
    "ebm",
    "aplr",
    "boosting",
]

#: Scores that differ by less than this are called the same.
SAME = 0.005

#: What only some cells have.
MEASURES = ["log_loss", "brier", "rmse", "cpu_seconds"]


def frame_of(cells: list[dict]) -> pd.DataFrame:
    """A row a cell, with the table that its task is of; nan for what it lacks."""
    frame = pd.DataFrame(cells)
    lacking = {m: np.nan for m in MEASURES if m not in frame}
    return frame.assign(table=frame["task"].str.split("/").str[0], **lacking)


def on_same_splits(frame, models: list[str], column="score") -> pd.DataFrame:
    """Means over the splits that every one of the models ran on: a row a task."""
    wide = frame.pivot(index=["table", "task", "seed"], columns="model", values=column)
    wide = wide.reindex(columns=models).dropna()
    return wide.groupby(["table", "task"]).mean()


def over_tables(values: pd.Series | pd.DataFrame):
    """The mean over tables of the mean over tasks."""
    return values.groupby("table").mean().mean()


def lead(frame, ours: str, other: str) -> pd.Series:
    """By how much ours is better, a task."""
    means = on_same_splits(frame, [ours, other])
    return means[ours] - means[other]


def margin(frame, ours: str, others: list[str], column="score") -> pd.DataFrame:
    """The best of the others on each table, and our lead over it.

    A row a table: ``other``, ``lead``, and ``spread``, the standard deviation of the
    lead over splits. A table of several tasks has the median of each figure, and the
    other that is best most often.
    """
    wide = frame.pivot(index=["table", "task", "seed"], columns="model", values=column)
    gaps = wide.reindex(columns=others).rsub(wide[ours], axis=0)
    gaps = gaps if column == "score" else -gaps
    by_task = gaps.groupby(level=["table", "task"])
    mean, spread = by_task.mean().dropna(how="all"), by_task.std()
    best = mean.idxmin(axis=1)
    each = pd.DataFrame(
        {
            "other": best,
            "lead": mean.min(axis=1),
            "spread": [spread.loc[task, other] for task, other in best.items()],
        }
    )
    return each.groupby("table").agg(
        {"other": lambda names: names.mode()[0], "lead": "median", "spread": "median"}
    )


def share(differences: pd.Series, least: float) -> tuple[float, dict[str, float]]:
    """Share of tables with a difference of at least so much; the tasks without."""
    short = differences[differences < least]
    return float(over_tables(differences >= least)), dict(
        short.droplevel("table").sort_values()
    )


def mean_ranks(frame, models: list[str], column="score") -> pd.Series:
    """One is best, where all of the models ran; ties share a rank."""
    means = on_same_splits(frame, models, column).round(6)
    best_last = column == "score"
    return over_tables(means.rank(axis=1, ascending=not best_last)).sort_values()


def n_tables(frame, models: list[str], column="score") -> int:
    """Tables that every one of the models ran on."""
    return on_same_splits(frame, models, column).index.unique("table").size


def widely_run(frame, models: list[str], least=1.0, by=("task", "seed")) -> list[str]:
    """Those that ran on such a share of the splits, or tables, that ours ran on."""
    keys = {
        m: set(group[list(by)].itertuples(index=False, name=None))
        for m, group in frame.groupby("model")
    }
    ours = keys.get(OURS, set())
    both = {m: len(ours & keys[m]) for m in models if m in keys}
    return [m for m, n in both.items() if n > 0 and n >= least * len(ours)]


def leads(frame, ours: str, others: list[str]) -> pd.DataFrame:
    """`lead` over each other model: a row a task, nan where one did not run."""
    return pd.DataFrame({other: lead(frame, ours, other) for other in others})


def as_small(frame, ours: str, others: list[str], factor=2.0) -> pd.DataFrame:
    """Whether a model has at most ``factor`` times our parameters, task by task."""
    small = {}
    for other in others:
        size = on_same_splits(frame, [ours, other], "n_parameters")
        small[other] = size[other] <= factor * size[ours]
    return pd.DataFrame(small).astype("boolean").fillna(False).astype(bool)


def lead_at_size(frame, ours: str, others: list[str]) -> pd.Series:
    """`lead` over the best model that is as small; nan where none is."""
    ahead = leads(frame, ours, others)
    return ahead.where(as_small(frame, ours, others).reindex_like(ahead)).min(axis=1)
