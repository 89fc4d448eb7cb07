"""A fitted network as a query in SQL."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._data.features import Bounds
from .._direct.form import DirectForm
from .._direct.names import listed
from .._fitted.encoding import ClassEncoding, RealEncoding
from .export_checks import fitted

#: Terms that a sum may have without parentheses: databases limit how deep it nests.
_TERMS = 8

#: What 1 − erf(|z| / √2) is, to 1.5e-7: Abramowitz and Stegun, 7.1.26.
_T = "(1e0 / (1e0 + 0.2316418817e0 * ABS({z})))"
_ERFC = (
    f"((((1.061405429e0 * {_T} - 1.453152027e0) * {_T} + 1.421413741e0) * {_T} "
    f"- 0.284496736e0) * {_T} + 0.254829592e0) * {_T} * EXP(-0.5e0 * {{z}} * {{z}})"
)

#: The activation functions of {z}, where no exponential over- or underflows.
_ACTIVATIONS = {
    "identity": "{z}",
    "relu": "CASE WHEN {z} < 0 THEN 0e0 ELSE {z} END",
    "tanh": "CASE WHEN {z} > 20 THEN 1e0 WHEN {z} < -20 THEN -1e0 "
    "ELSE 1e0 - 2e0 / (EXP(2e0 * {z}) + 1e0) END",
    "logistic": "CASE WHEN {z} > 700 THEN 1e0 WHEN {z} < -700 THEN 0e0 "
    "ELSE 1e0 / (1e0 + EXP(-{z})) END",
    "gelu": "CASE WHEN {z} > 30 THEN {z} WHEN {z} < -30 THEN 0e0 "
    f"WHEN {{z}} > 0 THEN {{z}} * (1e0 - 0.5e0 * {_ERFC}) "
    f"ELSE {{z}} * 0.5e0 * {_ERFC} END",
}

#: e^{z}, where that is neither too large nor too small.
_EXP = "CASE WHEN {z} < -700 THEN 0e0 WHEN {z} > 700 THEN 1e304 ELSE EXP({z}) END"


def export_sql(
    model: Any,
    table: str | Sequence[str],
    *,
    columns: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    quote: str = '"',
    materialized: bool = True,
) -> str:
    """Write the network of a fitted estimator as a query over a table.

    Parameters
    ----------
    model : estimator
        Fitted: any of this package.
    table : str or sequence of str
        The table's name, or those of a schema and a table in it.
    columns : sequence of str, optional
        Columns that are the features, in their order: ``feature_names_in_`` by default,
        or x0, x1 and so on for a model that was fitted without names.
    keep : sequence of str, default=()
        Columns that are handed on, such as a key: rows come in no order.
    quote : str, default='"'
        What stands about names: ``"`` as in standard SQL, or a backtick.
    materialized : bool, default=True
        Ask by ``AS MATERIALIZED`` that each neuron is computed once, which PostgreSQL,
        SQLite and DuckDB know; elsewhere it is no SQL. Without it SQLite computes a
        neuron anew wherever it is heard, hundreds of times in two layers, or for
        several classes.

    Returns
    -------
    str
        A query without a semicolon, to be run, or to stand in another. After the
        columns kept it gives ``prediction``, or ``prediction_0`` and so on for several
        targets or labels, and for classes ``probability_`` and each one's name. It
        needs the functions EXP and ABS. A NULL among the features that are heard makes
        a prediction NULL. Of gelu, it has the error function to 1.5e-7.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    TypeError
        If it is no estimator of this package, such as a pipeline that ends in one, or
        ``columns`` or ``keep`` is one string.
    ValueError
        For names that no column can have or that two would have, as many columns as
        there are not features, another mark, or classes that are neither words nor
        numbers.

    Examples
    --------
    >>> from sklearn_sparcs import SparcsRegressor, export_sql
    >>> model = SparcsRegressor(()).fit([[0.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    >>> query = export_sql(model, "patients", columns=["age"], keep=["id"])
    >>> 't."age"' in query and 'FROM "patients" AS t' in query
    True
    """
    model = fitted(model, "export_sql")
    if quote not in ('"', "`"):
        raise ValueError(f"quote must be '\"' or '`'; got {quote!r}.")
    form, encoding = model.direct_form_, model.encoding_
    path = [table] if isinstance(table, str) else list(table)
    if not path:
        raise ValueError("table must be a name, or those of a schema and a table.")
    keep = listed(keep, "keep")
    source = ".".join(_quoted(part, quote) for part in path)
    kept = {f"k_{i}": f"t.{_quoted(name, quote)}" for i, name in enumerate(keep)}
    names = _names(model, columns)
    features = {
        f"x_{j}": f"t.{_quoted(names[j], quote)}" for j in np.flatnonzero(form.is_heard)
    }
    hint = "AS MATERIALIZED" if materialized else "AS"
    query = _Query(f"{source} AS t", _prefix(path[-1]), hint)
    query.stage((kept | features) or {"one": "1"})
    _network(query, form)
    classes = isinstance(encoding, ClassEncoding)
    predicted = _classes(encoding) if classes else _targets(encoding)
    outputs = [*zip(keep, kept, strict=True), *predicted]
    _refuse_twins([name for name, _ in outputs])
    return query.text({_quoted(name, quote): value for name, value in outputs})


@dataclass
class _Query:
    """A chain of common table expressions in the making.

    Attributes
    ----------
    source : str
        What the next one selects from.
    prefix : str
        Of their names, which the user's table has not.
    hint : str
        What stands between such a name and its text.
    carried : list of str
        Columns that the last one has.
    stages : list of str
        Their texts.
    """

    source: str
    prefix: str
    hint: str
    carried: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def stage(self, columns: Mapping[str, str], drop: Iterable[str] = ()) -> None:
        """Append an expression with other columns too, or anew, and some no more."""
        if not columns:
            return
        gone, name = {*drop, *columns}, f"{self.prefix}{len(self.stages)}"
        kept = [column for column in self.carried if column not in gone]
        carried = [", ".join(kept)] if kept else []
        text = _select(carried, columns, self.source)
        self.stages.append(f"{name} {self.hint} ({text})")
        self.source, self.carried = name, [*kept, *columns]

    def text(self, outputs: Mapping[str, str]) -> str:
        """The whole, which gives some columns under names."""
        chain = ",\n".join(self.stages)
        return f"WITH {chain}\n{_select([], outputs, self.source)}"


def _select(carried: Sequence[str], columns: Mapping[str, str], source: str) -> str:
    """Columns as they are, and others under names, a line each."""
    lines = [*carried, *(f"{value} AS {name}" for name, value in columns.items())]
    return "SELECT\n    " + ",\n    ".join(lines) + f"\nFROM {source}"


# -- the network ---------------------------------------------------------------------


def _network(query: _Query, form: DirectForm) -> None:
    """Append the layers; the outputs are s_0, s_1 and so on."""
    last, features = len(form.layer_sizes), np.flatnonzero(form.is_heard)
    query.stage(_cut("x", "x", features, form.bounds))
    inner = "x" if form.hidden_bounds is None else "h"
    if inner == "h" and last > 2:
        query.stage(_cut("h", "x", features, form.hidden_bounds))
    sent, f = {1: inner}, _ACTIVATIONS[form.activation]
    for i in range(2, last):
        z, sent[i] = _received("z", form, i, sent), f"a{i}"
        query.stage(z)
        query.stage({f"a{i}_{k}": f.format(z=name) for k, name in enumerate(z)}, drop=z)
    query.stage(_received("s", form, last, sent | {1: "x"}))


def _received(
    name: str, form: DirectForm, i: int, sent: Mapping[int, str]
) -> dict[str, str]:
    """Expressions of the neurons' weighted sums, without zero weights."""
    return {
        f"{name}_{k}": _sum(
            [
                _number(intercept),
                *(
                    f"{_number(weight)} * {sent[j]}_{n}"
                    for j in form.senders(i)
                    for n, weight in enumerate(form.coefs[i, j][k])
                    if weight
                ),
            ]
        )
        for k, intercept in enumerate(form.intercepts[i])
    }


def _cut(
    new: str, old: str, which: Iterable[int], bounds: Bounds | None
) -> dict[str, str]:
    """Expressions of signals clipped to bounds, if there are any; NULL stays NULL."""
    if bounds is None:
        return {}
    found = {}
    for j in which:
        value, (low, high) = f"{old}_{j}", (float(bound[j]) for bound in bounds)
        cases = ""
        if low > -math.inf:
            cases += f" WHEN {value} < {_number(low)} THEN {_number(low)}"
        if high < math.inf:
            cases += f" WHEN {value} > {_number(high)} THEN {_number(high)}"
        found[f"{new}_{j}"] = f"CASE{cases} ELSE {value} END" if cases else value
    return found


# -- what comes out ------------------------------------------------------------------


def _targets(encoding: RealEncoding) -> Iterator[tuple[str, str]]:
    """Targets, within their bounds: (name, expression)."""
    n = encoding.n_outputs
    values = _cut("s", "s", range(n), encoding.output_bounds)
    for k in range(n):
        name = "prediction" if encoding.one_dimensional else f"prediction_{k}"
        yield name, values.get(f"s_{k}", f"s_{k}")


def _classes(encoding: ClassEncoding) -> Iterator[tuple[str, str]]:
    """The likeliest class and the probability of each: (name, expression)."""
    n, logistic = encoding.n_outputs, _ACTIVATIONS["logistic"]
    if encoding.multilabel:
        for k in range(n):
            yield f"prediction_{k}", _chosen([f"s_{k} > 0"], ["1", "0"], f"s_{k}")
        for k in range(n):
            yield f"probability_{k}", logistic.format(z=f"s_{k}")
        return
    labels = encoding.classes.tolist()
    values = [_literal(label) for label in labels]
    if n == 1:
        yield "prediction", _chosen(["s_0 > 0"], values[::-1], "s_0")
        probabilities = [logistic.format(z=z) for z in ("(-s_0)", "s_0")]
    else:
        leads = [
            " AND ".join(f"s_{k} >= s_{j}" for j in range(k + 1, n))
            for k in range(n - 1)
        ]
        known = _sum([f"s_{k}" for k in range(n)])
        yield "prediction", _chosen(leads, values, known)
        probabilities = [_softmax(k, n) for k in range(n)]
    for label, probability in zip(labels, probabilities, strict=True):
        yield f"probability_{label}", probability


def _softmax(k: int, n: int) -> str:
    """The probability of class k, as one over a sum of exponentials."""
    ratios = [_EXP.format(z=f"(s_{j} - s_{k})") for j in range(n) if j != k]
    return f"1e0 / ({_sum(['1e0', *ratios])})"


def _chosen(conditions: Sequence[str], values: Sequence[str], known: str) -> str:
    """The value of the first condition that holds, or else the last; NULL for NULL."""
    cases = zip(conditions, values, strict=False)
    whens = "".join(f" WHEN {condition} THEN {value}" for condition, value in cases)
    return f"CASE WHEN {known} IS NULL THEN NULL{whens} ELSE {values[-1]} END"


# -- texts ---------------------------------------------------------------------------


def _names(model: Any, columns: Sequence[str] | None) -> list[str]:
    """Columns of the features."""
    n = model.n_features_in_
    if columns is None:
        return list(getattr(model, "feature_names_in_", [f"x{j}" for j in range(n)]))
    names = listed(columns, "columns")
    if len(names) != n:
        raise ValueError(f"columns has {len(names)} names; the model has {n} features.")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"columns must be different; {twice[0]!r} is there twice.")
    return names


def _quoted(name: str, mark: str) -> str:
    """A name between quotation marks, with those inside it doubled."""
    if not isinstance(name, str) or not name:
        raise ValueError(f"A table or column cannot have the name {name!r}.")
    return _between(name, mark)


def _between(text: str, mark: str) -> str:
    """A text between quotation marks, with those inside it doubled.

    Raises
    ------
    ValueError
        If some databases would see its end elsewhere: after NUL, or a mark that follows
        a backslash, which hides it in MySQL or BigQuery.
    """
    marked = mark + text.replace(mark, 2 * mark) + mark
    if "\0" in text or f"\\{mark}" in marked:
        raise ValueError(
            f"{text!r} cannot be written in SQL: databases do not agree where it ends. "
            "Give it another name, without a backslash before a quotation mark or at "
            "its end, and without NUL."
        )
    return marked


def _prefix(table: str) -> str:
    """A prefix that no column of the table has."""
    prefix = "sparcs_"
    while table.lower().startswith(prefix):
        prefix += "_"
    return prefix


def _refuse_twins(names: Sequence[str]) -> None:
    """Refuse columns whose names differ in case alone.

    Raises
    ------
    ValueError
        If there are two; the message says what they are called.
    """
    counts = Counter(name.lower() for name in names)
    twins = [name for name in names if counts[name.lower()] > 1]
    if twins:
        raise ValueError(f"Two columns of the result would be called {twins[0]!r}.")


def _literal(label: Any) -> str:
    """A class label as a value."""
    if isinstance(label, str):
        return _between(label, "'")
    if isinstance(label, bool):
        return "TRUE" if label else "FALSE"
    if isinstance(label, int | float):
        return repr(label)
    raise ValueError(f"Classes must be words or numbers; one is {label!r}.")


def _number(value: float) -> str:
    """A literal in double precision: those without an exponent are decimals."""
    digits = repr(float(value))
    return digits if "e" in digits else f"{digits}e0"


def _sum(terms: Sequence[str]) -> str:
    """A sum, nested no deeper than it must be."""
    if len(terms) <= _TERMS:
        return " + ".join(terms)
    middle = len(terms) // 2
    return f"({_sum(terms[:middle])}) + ({_sum(terms[middle:])})"
