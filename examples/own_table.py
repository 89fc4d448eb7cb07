"""A table of one's own, read for the demo: each decision is a line of its own.

skrub's `TableVectorizer` makes numbers of dates and words. What it cannot know, such as
that a column is a name of the row, or that a comma is a decimal point, is decided here.
"""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skrub import TableVectorizer

#: A numeric target with more different values than this is a regression target.
MOST_CLASSES = 20
#: Share of missing values from which a column is left out, and of different words from
#: which they are names.
MOSTLY_EMPTY, MOSTLY_DIFFERENT = 0.5, 0.9
#: Rows that there must be.
FEWEST = 20
#: A number, perhaps with a unit before or behind it.
_MEASURED = re.compile(
    r"\s*(?:[^\W\d_]{1,3}|[€$£])?\s*([-+]?\d[\d., ']*)\s*(?:[^\W\d_]{1,3}|[€$£%])?\s*"
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
    table = without_infinities(with_numbers(read(Path(path))))
    if target not in table.columns:
        stop(f"{path} has no column {target!r}; it has {list(table.columns)}.")
    known = table[table[target].notna()]
    if len(known) < len(table):
        say(f"{target}: {len(table) - len(known)} rows do not have it, left out")
    if len(known) < FEWEST:
        stop(f"Only {len(known)} rows have {target!r}; {FEWEST} are needed.")
    y = known[target].convert_dtypes(dtype_backend="numpy_nullable")
    y = pd.Series(y.to_numpy(), index=y.index, name=target)
    task = agreed_task(y, task)
    X = with_columns_that_say_something(known.drop(columns=target))
    return X, y, task


def say(line):
    """Print a line, whatever the names in it."""
    print(plain(line))


def stop(line):
    """End the program with a line."""
    sys.exit(plain(line))


def plain(words):
    """Words without what a terminal obeys: a question mark for what has no shape."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(words))


def read(path):
    """A csv or parquet file; of a csv, the separator is whichever its head has most."""
    if not path.is_file():
        stop(f"There is no file {path}.")
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline()
        separator = max(",;\t|", key=head.count)
        if separator != ",":
            say(f"{path}: columns are separated by {separator!r}")
        return pd.read_csv(path, sep=separator, encoding="utf-8-sig")
    except (ValueError, OSError) as error:
        line = str(error).splitlines()[0]
        stop(f"{path} cannot be read as a table: {line}")


def with_numbers(table):
    """Words that are all numbers with a unit, or with decimal commas, as numbers."""
    table = table.copy()
    for name in table.columns:
        values = table[name].dropna()
        if not (len(values) and all(isinstance(value, str) for value in values)):
            continue
        found = [_MEASURED.fullmatch(value) for value in values]
        numbers = as_numbers([match[1] for match in found]) if all(found) else None
        if numbers is not None:
            table[name] = pd.Series(numbers, index=values.index).reindex(table.index)
            say(f"{name}: {values.iloc[0]!r} is read as {table[name].dropna().iloc[0]}")
    return table


def as_numbers(words):
    """Numbers; None if there are such as dates, versions or addresses among them."""
    decimal = decimal_mark(words)
    try:
        return [as_number(word, decimal) for word in words]
    except ValueError:
        return None


def decimal_mark(numbers):
    """The comma, if numbers end in one and digits that are not three; or the point."""
    last = [re.search(r"([.,])(\d*)$", number.strip()) for number in numbers]
    commas = [len(match[2]) for match in last if match and match[1] == ","]
    points = [match for match in last if match and match[1] == "."]
    return "," if commas and not points and set(commas) != {3} else "."


def as_number(number, decimal):
    """A number without the marks between its thousands."""
    kept = re.sub(rf"[^\d{re.escape(decimal)}+-]", "", number)
    return float(kept.replace(decimal, "."))


def without_infinities(table):
    """Infinite numbers as missing ones."""
    table = table.copy()
    for name in table.select_dtypes("number").columns:
        values = table[name].to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(values).any():
            say(f"{name}: {np.isinf(values).sum()} infinite values count as missing")
            table[name] = np.where(np.isinf(values), np.nan, values)
    return table


def agreed_task(y, task):
    """Regression or classification: as asked, if y allows it, or by the look of y."""
    numeric = pd.api.types.is_numeric_dtype(y) and not pd.api.types.is_bool_dtype(y)
    if task is None:
        many = numeric and y.nunique() > MOST_CLASSES
        task = "regression" if many else "classification"
        say(f"{y.name}: {y.nunique()} different values, so a {task} task")
    if task == "regression" and not numeric:
        stop(
            f"TASK=regression needs numbers; {y.name!r} holds {y.iloc[0]!r}. "
            "Leave TASK out, or say TASK=classification."
        )
    if task == "classification" and y.value_counts().min() < 2 and y.nunique() > 2:
        rare = y.value_counts().index[-1]
        stop(
            f"TASK=classification needs two rows a class; {y.name!r} has "
            f"{y.nunique()} different values, and only one row has {rare!r}."
        )
    if y.nunique() < 2:
        stop(f"{y.name!r} is the same in all rows: there is nothing to predict.")
    return task


def with_columns_that_say_something(X):
    """Without columns that are nearly empty, constant, or a name of the row."""
    for name in X.columns:
        missing = X[name].isna().mean()
        different = X[name].nunique() / max(X[name].notna().sum(), 1)
        words = not pd.api.types.is_numeric_dtype(X[name]) and not is_date(X[name])
        if missing > MOSTLY_EMPTY:
            why = f"{missing:.0%} of it is missing"
        elif X[name].nunique() < 2:
            why = "it is the same in all rows"
        elif words and different > MOSTLY_DIFFERENT:
            why = f"{X[name].nunique()} different words look like names of the rows"
        else:
            continue
        say(f"{name}: left out, {why}")
        X = X.drop(columns=name)
    if not X.shape[1]:
        stop("No column is left to predict from.")
    return X


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
            say(f"{name}: {X[name].isna().sum()} missing values get the mean")
    return steps
