"""What the cells of `tabular` say: a table, mean ranks, the claims, a picture."""

from pathlib import Path

import numpy as np
import pandas as pd

#: Compared by rank; boosting stands apart, and what only some tables have is left out.
RANKED = ["linear", "mlp", "mlp_tuned", "lassonet", "sparcs_cv"]
SHOWN = [
    *RANKED[:4],
    "boosting",
    "sparcs",
    "sparcs_cv",
    "sparcs_cv_1se",
    "sparcs_cv_pruned",
]
#: Hidden neurons of scikit-learn's default network.
MLP_NEURONS = 100


def by_set(cells: list[dict], column: str) -> pd.DataFrame:
    """Means over the splits that ours ran on: a row a set, a column a model."""
    frame = pd.DataFrame(cells)
    ours = frame.loc[frame["model"] == "sparcs_cv", ["set", "seed"]]
    if len(ours):
        frame = frame.merge(ours.drop_duplicates(), on=["set", "seed"])
    means = frame.pivot_table(column, "set", "model", aggfunc="mean")
    return means[[name for name in SHOWN if name in means]]


def share(differences: pd.Series, least: float) -> tuple[float, str]:
    """Of the sets with a difference of at least so much, and those without."""
    known = differences.dropna()
    below = ", ".join(known[known < least].index)
    return float((known >= least).mean()), below


def claims(cells: list[dict]) -> list[tuple[str, float, float, bool, str]]:
    """(what, value, target, reached, where not) for each thing to be shown."""
    score, live = by_set(cells, "score"), by_set(cells, "n_live")
    seconds = by_set(cells, "seconds")
    found = []

    def at_least(what, differences, least, target):
        value, below = share(differences, least)
        found.append((what, value, target, value >= target, below))

    for what, ours, theirs, least, target in (
        ("CV not 0.005 below linear", "sparcs_cv", "linear", -0.005, 1.0),
        ("CV not 0.005 below default MLP", "sparcs_cv", "mlp", -0.005, 0.9),
        ("CV within 0.01 of boosting", "sparcs_cv", "boosting", -0.01, 0.6),
        ("default not 0.01 below default MLP", "sparcs", "mlp", -0.01, 0.8),
        ("pruned loses at most 0.01", "sparcs_cv_pruned", "sparcs_cv", -0.01, 1.0),
    ):
        if ours in score and theirs in score:
            at_least(what, score[ours] - score[theirs], least, target)
    if "sparcs_cv_1se" in live:
        neurons = float(live["sparcs_cv_1se"].median())
        most = 0.2 * MLP_NEURONS
        found.append(
            ("median neurons of 1-SE choice", neurons, most, neurons <= most, "")
        )
    if {"lassonet", "sparcs_cv"} <= set(seconds):
        ratio = seconds["lassonet"] / seconds["sparcs_cv"]
        at_least("CV faster than LassoNet's", ratio, 1.0, 1.0)
    ranks = mean_ranks(score)
    if "sparcs_cv" in ranks:
        place = float((ranks < ranks["sparcs_cv"]).sum() + 1)
        found.append(("place of CV by mean rank", place, 1, place == 1, ""))
    return found


def mean_ranks(score: pd.DataFrame) -> pd.Series:
    """One is best; a model without a result on a set is not ranked there."""
    ranked = score[[name for name in RANKED if name in score]].round(6)
    return ranked.rank(axis=1, ascending=False).mean()


def report(cells: list[dict], picture: Path | None = None) -> str:
    """Everything as text; the picture is written besides."""
    score, live = by_set(cells, "score"), by_set(cells, "n_live")
    neurons = live[[c for c in live if c.startswith("sparcs")]].add_suffix(" neurons")
    lines = [
        score.round(4).to_string(na_rep="-"),
        "",
        neurons.round(1).to_string(na_rep="-"),
        "",
        "seconds, median over sets: "
        + by_set(cells, "seconds").median().round(1).to_dict().__str__(),
        "mean ranks: " + mean_ranks(score).round(2).to_dict().__str__(),
        "",
    ]
    for what, value, target, reached, below in claims(cells):
        said = "yes" if reached else "NO"
        lines.append(f"{what:40}{value:9.3f}{target:9.3f}  {said:4} {below}")
    if picture:
        draw(cells, picture)
    return "\n".join(lines)


def draw(cells: list[dict], path: Path) -> None:
    """Score against parameters, a point a model and set; large ones are the means."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    score, size = by_set(cells, "score"), by_set(cells, "n_parameters")
    names = [c for c in SHOWN if c in size and c in score and size[c].notna().any()]
    behind = score.sub(score.max(axis=1), axis=0).clip(lower=-0.3)
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    for name, marker in zip(names, "ovs^DP*X", strict=False):
        points = axes.scatter(size[name], behind[name], s=22, marker=marker, alpha=0.35)
        axes.scatter(
            np.exp(np.log(size[name].dropna()).mean()),
            behind[name].mean(),
            s=170,
            marker=marker,
            color=points.get_facecolor()[0],
            edgecolor="black",
            alpha=1.0,
            label=name,
        )
    axes.set_xscale("log")
    axes.set_xlabel("parameters")
    axes.set_ylabel("score below the best model of the set (cut at −0.3)")
    axes.legend(fontsize=8, loc="lower right")
    figure.savefig(path, dpi=130)
