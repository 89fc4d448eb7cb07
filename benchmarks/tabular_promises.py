"""What was asked of SPARCS beforehand, and what came out."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from tabular_compare import (
    OTHERS,
    OURS,
    lead,
    lead_at_size,
    mean_ranks,
    on_same_splits,
    over_tables,
    share,
    widely_run,
)
from tabular_names import NAMES, listed, percent

#: (model of ours, other, least difference, share of tables) asked.
NEVER_FAR_BELOW = (
    ("sparcs_cv", "linear", -0.005, 1.0),
    ("sparcs_cv", "mlp", -0.005, 0.95),
    ("sparcs_cv", "mlp_tuned", -0.005, 0.8),
    ("sparcs_cv", "mlp_lbfgs", -0.005, 0.9),
    ("sparcs", "linear", -0.005, 1.0),
    ("sparcs", "mlp", -0.01, 0.9),
    ("sparcs_cv", "boosting", -0.01, 0.7),
    ("sparcs_cv_pruned", "sparcs_cv", -0.01, 1.0),
)

#: Least score asked of a table, and most neurons.
NAMED = {
    "airfoil": (0.945, 60),
    "concrete": (0.925, 40),
    "abalone": (0.585, 5),
    "puma32h": (0.96, 8),
    "california_housing": (0.785, 40),
    "protein": (0.48, 60),
    "power_plant": (0.948, 60),
    "cpu_act": (0.98, 12),
    "phoneme": (0.88, None),
    "letter": (0.945, None),
    "satimage": (0.912, None),
    "digits": (0.972, None),
}


@dataclass(frozen=True)
class Promise:
    """A figure beside what was asked of it.

    Attributes
    ----------
    what : str
        In words.
    value, asked : str
        What came out, and what should have.
    kept : bool
        Whether it did.
    missed : str
        Where not, and by how much.
    """

    what: str
    value: str
    asked: str
    kept: bool
    missed: str = ""


def never_far_below(frame) -> Iterator[Promise]:
    """Shares of tables on which ours is not far below another model."""
    for ours, other, least, asked in NEVER_FAR_BELOW:
        differences = lead(frame, ours, other)
        if differences.size:
            value, missed = share(differences, least)
            what = f"{NAMES[ours]} not more than {-least} below {NAMES[other]}"
            kept = value >= asked
            yield Promise(what, percent(value), percent(asked), kept, listed(missed))


def place(frame) -> Iterator[Promise]:
    """Where the mean rank puts ours, among models that ran on most tables."""
    models = [*widely_run(frame, OTHERS, 0.5, by=["table"]), OURS]
    ranks = mean_ranks(frame, models)
    if len(models) > 1 and ranks.notna().all():
        found = int((ranks < ranks[OURS]).sum() + 1)
        what = f"place by mean rank, where all {len(models)} models ran"
        yield Promise(what, f"{found}.", "1. or 2.", found <= 2)


def at_size(frame) -> Iterator[Promise]:
    """How often no model that is as small is better."""
    ahead = lead_at_size(frame, OURS, widely_run(frame, OTHERS, 0.0))
    if ahead.size:
        value, missed = share(ahead.fillna(0.0), -0.005)
        what = "no model with at most twice its parameters better by 0.005"
        yield Promise(
            what, percent(value), percent(0.95), value >= 0.95, listed(missed)
        )


def neurons(frame) -> Iterator[Promise]:
    """Median live neurons over tables."""
    for model, asked in (("sparcs_cv", 15), ("sparcs_cv_1se", 6)):
        live = on_same_splits(frame, [model], "n_live")[model]
        if live.size:
            value = live.groupby("table").mean().median()
            what = f"median neurons, {'1-SE choice' if '1se' in model else 'choice'}"
            yield Promise(what, f"{value:.0f}", f"≤ {asked}", value <= asked)


def small_task(frame) -> pd.Series:
    """Up to 1,500 rows and 15 columns."""
    return (frame["rows"] <= 1500) & (frame["columns"] <= 15)


def large_task(frame) -> pd.Series:
    """From 5,000 to 10,000 rows."""
    return frame["rows"].between(5000, 10_000)


def seconds(frame) -> Iterator[Promise]:
    """Median CPU seconds of a CV fit, small tables and large ones."""
    for what, rows, asked in (
        ("up to 1,500 rows and 15 columns", small_task(frame), 4),
        ("5,000 to 10,000 rows", large_task(frame), 40),
    ):
        cpu = on_same_splits(frame[rows], [OURS], "cpu_seconds")[OURS]
        if cpu.size:
            value = cpu.groupby("table").mean().median()
            what = f"median CPU seconds of a CV fit, {what}"
            yield Promise(what, f"{value:.1f}", f"≤ {asked}", value <= asked)


def named_tables(frame) -> Iterator[Promise]:
    """Scores and neurons that were asked of single tables."""
    score = on_same_splits(frame, [OURS])[OURS].droplevel("table")
    live = on_same_splits(frame, [OURS], "n_live")[OURS].droplevel("table")
    for table, (least, most) in NAMED.items():
        if table in score:
            value, asked = f"{score[table]:.3f}", f"≥ {least}"
            kept = round(score[table], 3) >= least
            if most is not None:
                value += f" with {live[table]:.0f}"
                asked += f" with ≤ {most}"
                kept &= live[table] <= most
            yield Promise(f"{table}: score and neurons", value, asked, bool(kept))


def promises(frame: pd.DataFrame) -> list[Promise]:
    """Each that the cells can tell of."""
    return [
        *never_far_below(frame),
        *place(frame),
        *at_size(frame),
        *neurons(frame),
        *seconds(frame),
        *named_tables(frame),
    ]


def of_constructed(frame: pd.DataFrame) -> list[Promise]:
    """False alarms, and the distance to the best linear model."""
    noise = frame["table"].str.startswith("noise")
    told = frame.assign(alarm=1.0 - frame["says_linear"].astype(float))
    found = []
    for what, rows, model, most in (
        ("pure noise on which the plain estimator grows", noise, "sparcs", 0.02),
        ("pure noise that CV calls not linear", noise, OURS, 0.05),
        ("linear with noise that CV calls not linear", ~noise, OURS, 0.05),
    ):
        alarms = on_same_splits(told[rows], [model], "alarm")[model]
        if alarms.size:
            value = over_tables(alarms)
            where = listed(dict(alarms[alarms > 0].droplevel("table")), percent)
            asked = f"≤ {percent(most)}"
            found.append(Promise(what, percent(value), asked, value <= most, where))
    behind = behind_linear(frame[~noise & ~frame["classes"]], OURS)
    if behind.size:
        value, missed = share(-behind, -0.002)
        what = "CV within 0.002 of the best linear model, linear tables"
        kept = value == 1.0
        found.append(Promise(what, percent(value), percent(1.0), kept, listed(missed)))
    return found


def behind_linear(frame, model: str) -> pd.Series:
    """By how much the better of least squares and ridge is ahead, a task."""
    means = on_same_splits(frame, ["linear", "ridge", model])
    return means[["linear", "ridge"]].max(axis=1) - means[model]
