"""Score against parameters, a point a model."""

from pathlib import Path

import matplotlib
import pandas as pd
from tabular_compare import frame_of
from tabular_names import MINE, NAMES, columns_of

#: Scores further below the best of their table are drawn here.
LOWEST = -0.3


def shortfalls(frame, models: list[str]) -> pd.DataFrame:
    """Below the best model of the same split: a row a table, a column a model."""
    score = frame.pivot(
        index=["table", "task", "seed"], columns="model", values="score"
    )
    score = score[models]
    behind = score.sub(score.max(axis=1), axis=0).clip(lower=LOWEST)
    return behind.groupby(["table", "task"]).mean().groupby("table").mean()


def apart(heights: list[float], gap: float) -> list[float]:
    """Ascending heights, moved as little as keeps each ``gap`` above the last."""
    placed = list(heights)
    for _ in range(100 * len(placed)):
        for i in range(1, len(placed)):
            short = gap - (placed[i] - placed[i - 1])
            if short > 0:
                placed[i - 1] -= short / 2
                placed[i] += short / 2
    return placed


def mark(axes, model: str, sizes: pd.Series, height: float) -> float:
    """A model at its median size, with the middle half of tables; that size."""
    low, middle, high = sizes.quantile([0.25, 0.5, 0.75])
    mine = model in MINE
    color = "tab:blue" if mine else "tab:orange" if model == "boosting" else "0.45"
    axes.plot([low, high], [height, height], color=color, alpha=0.5, zorder=2)
    axes.scatter(
        middle, height, 90 if mine else 45, color, "D" if mine else "o", zorder=3
    )
    return middle


def draw(cells: list[dict], aside: list[str], path: Path) -> None:
    """Mean shortfall over median parameters; names beside, a line from each."""
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    frame = frame_of(cells)
    frame = frame[~frame["constructed"] & ~frame["table"].isin(aside)]
    sizes = frame.groupby(["model", "table"])["n_parameters"].mean().dropna()
    models = [m for m in columns_of(frame) if m in sizes]
    height = shortfalls(frame, models).mean().sort_values()
    figure, axes = plt.subplots(figsize=(8, 4.6), layout="constrained")
    at = {m: mark(axes, m, sizes[m], height[m]) for m in height.index}
    axes.set(xscale="log", xlabel="parameters: median, and middle half of the tables")
    axes.set_ylabel("score below the best of its split, mean")
    names_at = 1.6 * axes.get_xlim()[1]
    gap = 0.06 * (height.max() - height.min())
    for model, y in zip(height.index, apart(list(height), gap), strict=True):
        line = {"arrowstyle": "-", "color": "0.85", "relpos": (0, 0.5)}
        axes.annotate(
            NAMES[model],
            (at[model], height[model]),
            (names_at, y),
            arrowprops=line,
            va="center",
            zorder=1,
            weight="bold" if model in MINE else "normal",
            annotation_clip=False,
        )
    figure.savefig(path, dpi=130)
    plt.close(figure)
