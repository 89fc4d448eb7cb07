"""The table of scores: a row a table, a column a model, the best in bold."""

from dataclasses import dataclass

import pandas as pd
from tabular_compare import OURS, margin
from tabular_names import MINE, NAMES, columns_of, markdown, signed


def by_table(frame, column: str, how: str) -> pd.DataFrame:
    """A statistic over splits, and its median over a table's tasks."""
    each = frame.pivot_table(column, ["table", "task"], "model", aggfunc=how)
    return each.groupby("table").median()


@dataclass(frozen=True)
class Figures:
    """What a cell of the table is made of: tables as rows, models as columns.

    Attributes
    ----------
    mean : DataFrame
        Means over splits.
    few : DataFrame
        Whether there are fewer splits than other models have.
    live : DataFrame
        Mean hidden neurons.
    best : Series
        The best mean of each table over all of its splits, to three digits.
    """

    mean: pd.DataFrame
    few: pd.DataFrame
    live: pd.DataFrame
    best: pd.Series

    @classmethod
    def of(cls, frame: pd.DataFrame, column: str) -> "Figures":
        """Figures of one measure; log loss is best where it is least."""
        mean = by_table(frame, column, "mean")
        count = by_table(frame, column, "count").reindex_like(mean)
        few = count.lt(count.max(axis=1), axis=0)
        live = by_table(frame, "n_live", "mean").reindex_like(mean)
        rounded = mean.where(~few).round(3)
        best = rounded.max(axis=1) if column == "score" else rounded.min(axis=1)
        return cls(mean, few, live, best)

    def cell(self, table: str, model: str) -> str:
        """A mean, for ours with neurons; ¹ says that splits are missing."""
        mean = self.mean.loc[table, model]
        if pd.isna(mean):
            return ""
        few = self.few.loc[table, model]
        best = round(mean, 3) == self.best[table] and not few
        text = f"**{mean:.3f}**" if best else f"{mean:.3f}"
        if model in MINE:
            text += f" ({self.live.loc[table, model]:.0f})"
        return text + (" ¹" if few else "")


def titles(frame) -> dict[str, tuple[str, str]]:
    """A table's name and, where it has several, number of tasks; rows and columns."""
    found = {}
    for name, part in frame.groupby("table"):
        n = part["task"].nunique()
        title = name if n == 1 else f"{name}, median of {n} targets"
        found[name] = title, f"{part['rows'].max():,} × {part['columns'].max()}"
    return found


def leads_of(frame, column: str, others: list[str]) -> pd.Series:
    """Our lead over the best other and its spread over splits, in words."""
    if not others or not (frame["model"] == OURS).any():
        return pd.Series(dtype=str)
    found = margin(frame, OURS, others, column)
    return found.apply(
        lambda row: (
            signed(row["lead"])
            + ("" if pd.isna(row["spread"]) else f" ± {row['spread']:.3f}")
            + f" {NAMES[row['other']]}"
        ),
        axis=1,
    )


def scores(frame: pd.DataFrame, column: str = "score") -> str:
    """The table, in Markdown; empty where no model has the measure."""
    models = columns_of(frame)
    known = frame[frame["model"].isin(models)].dropna(subset=[column])
    models = [m for m in models if m in set(known["model"])]
    if not models:
        return ""
    figures, title = Figures.of(known, column), titles(known)
    lead = leads_of(known, column, [m for m in models if m not in MINE])
    rows = [
        [*title[table], *(figures.cell(table, m) for m in models), lead.get(table, "")]
        for table in figures.mean.index
    ]
    header = ["", "rows × columns", *(NAMES[m] for m in models)]
    return markdown([*header, "lead over the best other"], rows)
