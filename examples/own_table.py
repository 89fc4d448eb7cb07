"""A table of one's own, read for the demo: each decision is a line of its own.

skrub's `TableVectorizer` makes numbers of dates and words. What it cannot know, such as
that a column is a name of the row, is decided here, and in `read_words`.
"""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
from read_words import with_words_read
from say import say, stop
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skrub import TableVectorizer

#: A numeric target with more different values than this is a regression target.
MOST_CLASSES = 20
#: Share of missing values from which a column is left out, and of different words from
#: which they are names.
MOSTLY_EMPTY, MOSTLY_DIFFERENT = 0.5, 0.9
#: Rows that there must be, and columns that are listed at most.
FEWEST, LISTED = 20, 20
#: Endings of tables that can be read, and encodings that are tried.
READABLE, ENCODINGS = (
    (".csv", ".tsv", ".txt", ".gz", ".parquet"),
    ("utf-8-sig", "cp1252"),
)
#: The words that explain each kind of column, in skrub's names.
_KINDS = {
    "datetime": "dates, as years, months, days and seconds",
    "low_cardinality": "words, a column each",
    "high_cardinality": "many different words, as numbers that say how they are spelt",
}


def users_table(path, target, task):
    """(features, target, task) of a file, decided upon line by line.

    Whatever is in the way of that ends the program, in one line.
    """
    table = read(Path(path))
    if target not in table.columns:
        stop(f"{path} has no column {target!r}; it has {listed(table.columns)}.")
    table = without_infinities(with_words_read(table))
    known = table[table[target].notna()]
    if len(known) < len(table):
        say(f"{target}: left out, the {rows(len(table) - len(known))} without it")
    if len(known) < FEWEST:
        stop(f"Only {rows(len(known))} with {target!r}; {FEWEST} are needed.")
    y = known[target].convert_dtypes(dtype_backend="numpy_nullable")
    y = pd.Series(y.to_numpy(), index=y.index, name=target)
    task = agreed_task(y, task)
    X = with_columns_that_say_something(known.drop(columns=target))
    return X, y, task


def rows(n):
    """A number of rows."""
    return "1 row" if n == 1 else f"{n} rows"


def listed(columns):
    """The names of columns, of many the first."""
    more = len(columns) - LISTED
    first = ", ".join(repr(name) for name in columns[:LISTED])
    return f"{first} and {more} more" if more > 0 else first


def read(path):
    """A csv or parquet file, in whichever encoding can be read."""
    if not path.is_file():
        stop(f"There is no file {path}.")
    if path.suffix not in READABLE:
        stop(f"{path} is no csv or parquet file; save the table as one of them.")
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        for encoding in ENCODINGS[:-1]:
            try:
                return read_csv(path, encoding)
            except UnicodeDecodeError:
                say(f"{path}: it is no UTF-8, and is read as {ENCODINGS[-1]}")
        return read_csv(path, ENCODINGS[-1])
    except (ValueError, OSError, EOFError) as error:
        line = str(error).splitlines()[0]
        stop(f"{path} cannot be read as a table: {line}")


def read_csv(path, encoding):
    """A csv file, whose separator is whichever its head has most."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding=encoding) as file:
        head = file.readline()
    separator = max(",;\t|", key=head.count)
    table = pd.read_csv(path, sep=separator, encoding=encoding)
    if separator != ",":
        say(f"{path}: columns are separated by {separator!r}")
    return table


def without_infinities(table):
    """Infinite numbers as missing ones."""
    table = table.copy()
    for name in table.select_dtypes("number").columns:
        values = table[name].to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(values).any():
            say(f"{name}: infinite in {rows(np.isinf(values).sum())}, now missing")
            table[name] = np.where(np.isinf(values), np.nan, values)
    return table


def agreed_task(y, task):
    """Regression or classification: as asked, if y allows it, or by the look of y."""
    if y.nunique() < 2:
        stop(f"{y.name!r} is the same in all rows: there is nothing to predict.")
    if pd.api.types.is_datetime64_any_dtype(y):
        stop(f"{y.name!r} holds dates; a target must be numbers or classes.")
    numeric = pd.api.types.is_numeric_dtype(y) and not pd.api.types.is_bool_dtype(y)
    if task is None:
        many = numeric and y.nunique() > MOST_CLASSES
        task = "regression" if many else "classification"
        say(f"{y.name}: {y.nunique()} different values, so a {task} task")
    if task == "regression" and not numeric:
        stop(
            f"TASK=regression needs numbers; {y.name!r} holds '{y.iloc[0]}'. "
            "Leave TASK out, or say TASK=classification."
        )
    if task == "classification" and y.value_counts().min() < 2 and y.nunique() > 2:
        rare = y.value_counts().index[-1]
        stop(
            f"TASK=classification needs two rows a class; {y.name!r} has "
            f"{y.nunique()} different values, and only one row has '{rare}'."
        )
    return task


def with_columns_that_say_something(X):
    """Without columns that are nearly empty, constant, or a name of the row."""
    for name in X.columns:
        missing = X[name].isna().sum()
        different = X[name].nunique() / max(X[name].notna().sum(), 1)
        words = not pd.api.types.is_numeric_dtype(X[name]) and not is_date(X[name])
        if missing > MOSTLY_EMPTY * len(X):
            why = f"it is missing in {missing} of {rows(len(X))}"
        elif X[name].nunique() < 2:
            why = "it is the same in all rows"
        elif words and different > MOSTLY_DIFFERENT:
            why = f"{X[name].nunique()} different words look like names of the rows"
        elif counts_rows(X[name]):
            why = "it counts the rows"
        else:
            continue
        say(f"{name}: left out, {why}")
        X = X.drop(columns=name)
    if not X.shape[1]:
        stop("No column is left to predict from.")
    return X


def counts_rows(values):
    """Whether whole numbers go up from zero or one, a row a step."""
    if not pd.api.types.is_integer_dtype(values) or values.isna().any():
        return False
    return values.iloc[0] in (0, 1) and bool((values.diff().iloc[1:] == 1).all())


def is_date(values):
    """Whether all that is there is a date, or reads as one."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return True
    if pd.api.types.is_numeric_dtype(values):
        return False
    read = pd.to_datetime(
        values.dropna().astype(str), errors="coerce", format="ISO8601"
    )
    return bool(len(read) and read.notna().all())


def encoder(X):
    """To numbers, of mean zero and variance one, without gaps; fitted, and said."""
    # skrub's numbers are float32
    whole = FunctionTransformer(np.float64, feature_names_out="one-to-one")
    steps = make_pipeline(TableVectorizer(), SimpleImputer(), whole, StandardScaler())
    steps.fit(X)
    kinds = steps[0].column_to_kind_
    for name in X.columns:
        if kinds.get(name) in _KINDS:
            say(f"{name}: {_KINDS[kinds[name]]}")
        if X[name].isna().any():
            words = kinds.get(name) == "low_cardinality"
            gets = "which is a column of its own" if words else "given the mean"
            say(f"{name}: missing in {rows(X[name].isna().sum())}, {gets}")
    return steps
