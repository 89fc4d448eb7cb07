"""Tables to measure on: a folder of them, scikit-learn's own, or OpenML's.

Preprocessing is the same for every model: numbers standardised, categories one-hot,
on the training rows alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

#: Fewest rows that say anything, and most that are trained on.
FEWEST_ROWS, MOST_ROWS = 100, 10_000

BUNDLED = {
    "diabetes": datasets.load_diabetes,
    "breast_cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits,
    "wine": datasets.load_wine,
    "iris": datasets.load_iris,
}


def standardised(X: pd.DataFrame, X_test: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Numbers standardised and categories one-hot, as the training rows say."""
    numbers = make_column_selector(dtype_include="number")
    transform = make_column_transformer(
        (StandardScaler(), numbers),
        (
            OneHotEncoder(handle_unknown="ignore", sparse_output=False),
            make_column_selector(dtype_exclude="number"),
        ),
    )
    X = transform.fit_transform(X).astype(float)
    return X, transform.transform(X_test).astype(float)


@dataclass(frozen=True)
class Table:
    """One task: features, one target, and what kind it is."""

    name: str
    X: pd.DataFrame
    y: np.ndarray
    classes: bool
    constructed: ClassVar[bool] = False

    @property
    def n_rows(self) -> int:
        """Rows to train on: three quarters, at most `MOST_ROWS`."""
        return min(MOST_ROWS, int(0.75 * len(self.X)))

    def split(self, seed: int):
        """``X, X_test, y, y_test``, numeric; the rows left over are the test's."""
        X, X_test, y, y_test = train_test_split(
            self.X,
            self.y,
            train_size=self.n_rows,
            random_state=seed,
            stratify=self.y if self.classes else None,
        )
        return *standardised(X, X_test), y, y_test


def _tables_of(name: str, frame: pd.DataFrame, classes: bool | None) -> Iterator[Table]:
    """A table for each column named target…, or for the last column."""
    columns = [c for c in frame.columns if str(c).startswith("target")]
    columns = columns or [frame.columns[-1]]
    X = frame.drop(columns=columns)
    if len(frame) < FEWEST_ROWS or frame.isna().any(axis=None):
        few = len(frame) < FEWEST_ROWS
        print(f"{name}: left out, {'few rows' if few else 'missing values'}")
        return
    for column in columns:
        y = frame[column]
        of_numbers = pd.api.types.is_float_dtype(y)
        kind = not of_numbers if classes is None else classes
        y = y.astype(str).to_numpy() if kind else y.to_numpy(float)
        yield Table(name if len(columns) == 1 else f"{name}/{column}", X, y, kind)


def from_folder(folder: Path) -> Iterator[Table]:
    """Every parquet or csv file; "regression" or "classification" in a path tells."""
    for path in sorted([*folder.rglob("*.parquet"), *folder.rglob("*.csv")]):
        read = pd.read_csv if path.suffix == ".csv" else pd.read_parquet
        kinds = {"regression": False, "classification": True}
        kind = next((kinds[p] for p in reversed(path.parts) if p in kinds), None)
        yield from _tables_of(path.stem, read(path), kind)


def bundled() -> Iterator[Table]:
    """What comes with scikit-learn."""
    for name, load in BUNDLED.items():
        frame = load(as_frame=True).frame
        yield from _tables_of(name, frame, name != "diabetes")


def from_openml(names: list[str]) -> Iterator[Table]:
    """Tables of these names, downloaded."""
    for name in names:
        frame = datasets.fetch_openml(name, as_frame=True, parser="auto").frame
        yield from _tables_of(name, frame, None)
