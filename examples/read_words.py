"""Words of a table that are numbers, dates or times of day, read as such.

pandas and skrub know numbers with points, and dates that begin with the year. Units,
decimal commas and dates that begin with the day are read here, a line a decision.
"""

import re

import pandas as pd
from say import say

#: Share of the words of a column that must be numbers; the others are missing then.
MOSTLY_NUMBERS = 0.9
#: A number, perhaps with a unit behind it, or a currency before it.
_MEASURED = re.compile(
    r"\s*(?:[^\W\d_]{1,3}\s+|[€$£]\s*)?"
    r"([-+]?\d[\d., ']*)\s*(?:[^\W\d_]{1,3}|[€$£%])?\s*"
)
#: A day and a month, or a month and a day; a year; and perhaps a time.
_DATE = re.compile(
    r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?\s*"
)
_TIME = re.compile(r"\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*")


def with_words_read(table):
    """A table whose columns of words are numbers or dates wherever they can be."""
    table = table.copy()
    for name in table.columns:
        words = table[name].dropna()
        if not (len(words) and all(isinstance(word, str) for word in words)):
            continue
        for read in (as_numbers, as_dates, as_hours):
            values = read(words)
            if values is not None:
                said(name, words, values)
                table[name] = values.reindex(table.index)
                break
    return table


def said(name, words, values):
    """A line on how words are read, and one on those that are missing by it."""
    first = values.dropna().index[0]
    value = str(values[first]).removesuffix(" 00:00:00")
    say(f"{name}: {words[first]!r} is read as {value}")
    gone = words[values.isna()]
    if len(gone):
        say(f"{name}: {gone.iloc[0]!r} is no number, and counts as missing")


def as_numbers(words):
    """Numbers with a unit, or with decimal commas; None if they are others.

    Such are dates, versions, addresses, and codes that begin with a zero.
    """
    found = words.map(_MEASURED.fullmatch).dropna()
    if len(found) < MOSTLY_NUMBERS * len(words):
        return None
    numbers = found.map(lambda match: match[1].strip())
    if numbers.str.match(r"[-+]?0\d").any():
        return None
    decimal = decimal_mark(numbers)
    try:
        return numbers.map(lambda number: as_number(number, decimal)).reindex(
            words.index
        )
    except ValueError:
        return None


def decimal_mark(numbers):
    """The comma, if numbers end in one and digits that are not three; or the point."""
    last = [re.search(r"([.,])(\d*)$", number) for number in numbers]
    commas = [len(match[2]) for match in last if match and match[1] == ","]
    points = [match for match in last if match and match[1] == "."]
    return "," if commas and not points and set(commas) != {3} else "."


def as_number(number, decimal):
    """A number without the marks between its thousands."""
    kept = re.sub(rf"[^\d{re.escape(decimal)}+-]", "", number)
    return float(kept.replace(decimal, "."))


def as_dates(words):
    """Dates that end in the year; None if they are others.

    The day is first with points between, or if one is above twelve.
    """
    found = words.map(_DATE.fullmatch)
    if found.isna().any():
        return None
    points = found.map(lambda match: match[2] == ".").any()
    day_first = points or found.map(lambda match: int(match[1]) > 12).any()
    day, month = (1, 3) if day_first else (3, 1)
    iso = found.map(
        lambda m: f"{m[4]}-{int(m[month]):02}-{int(m[day]):02} {m[5] or '00:00'}"
    )
    dates = pd.to_datetime(iso, errors="coerce", format="ISO8601")
    return None if dates.isna().any() else dates


def as_hours(words):
    """Times of day in hours; None if they are others."""
    found = words.map(_TIME.fullmatch)
    if found.isna().any():
        return None
    return found.map(lambda m: int(m[1]) + int(m[2]) / 60 + int(m[3] or 0) / 3600)
