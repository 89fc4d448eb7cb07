"""A fitted network as a formula that a person can read."""

import re
from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import Any

import numpy as np

from .._data.features import Bounds, unbounded
from .._direct.form import DirectForm
from .._direct.names import feature_names_of, neuron_names_of
from .._estimators.encoding import ClassEncoding, RealEncoding
from .given import fitted
from .identifiers import identifiers

#: Characters a line, at most, where names allow it.
_WIDTH = 80
#: Digits, at most: a float has no more that count.
_DIGITS = 100


def export_text(
    model: Any, feature_names: Sequence[str] | None = None, decimals: int = 2
) -> str:
    """Write the network of a fitted estimator as a formula.

    The counterpart of scikit-learn's ``sklearn.tree.export_text``: a line for each
    target or class, then one for each hidden neuron, ``h1``, ``h2`` and so on, the
    first layer's first. Weights that are zero are left out.

    Parameters
    ----------
    model : estimator
        Fitted: any of this package.
    feature_names : sequence of str of length n_features, optional
        By default those that the model was fitted with, or else ``x0``, ``x1``, ….
    decimals : int, default=2
        Digits after the point; of numbers below one, that many which are not leading
        zeros, as weights of raw features may be small and yet count.

    Returns
    -------
    str
        What stands right of an equals sign is Python: features and neurons by name,
        ``relu``, ``tanh``, ``logistic``, ``gelu`` and ``identity`` as functions. A
        feature whose name is no identifier of Python, or is the name of something else
        here, is given another, and a line says which.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    TypeError
        If it is no estimator of this package, such as a pipeline that ends in one.
    ValueError
        If there are not as many names as features, two are the same, or ``decimals``
        is no whole number from zero to a hundred.

    Examples
    --------
    >>> from sklearn_sparcs import SparcsRegressor, export_text
    >>> model = SparcsRegressor(()).fit([[0.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    >>> print(export_text(model, ["dose"]))
    y = 1.00 + 0.5 * dose
    """
    model = fitted(model, "export_text")
    _refuse_decimals(decimals)
    form, encoding = model.direct_form_, model.encoding_
    own = getattr(model, "feature_names_in_", None)
    given = feature_names_of(form, own if feature_names is None else feature_names)
    names = identifiers(given)
    formula = _Formula(form, names, decimals)
    outputs, after = _said(encoding, formula)
    lines = [*formula.layer(len(form.layer_sizes), outputs), *formula.hidden()]
    renamed = [
        f"{name} is {was!r}"
        for name, was, heard in zip(names, given, form.is_heard, strict=True)
        if heard and name != was
    ]
    return "\n".join([*lines, *after, *formula.limits(), *renamed])


def _refuse_decimals(decimals: Any) -> None:
    """Refuse what is no number of digits.

    Raises
    ------
    ValueError
        If it is none.
    """
    whole = isinstance(decimals, Integral) and decimals is not True
    if not (whole and 0 <= decimals <= _DIGITS):
        raise ValueError(
            f"decimals must be a whole number from zero to {_DIGITS}; got {decimals!r}."
        )


class _Formula:
    """A network, the names of what it hears, and how numbers are written."""

    def __init__(self, form: DirectForm, names: list[str], decimals: int) -> None:
        self._form, self._decimals = form, decimals
        self._names = {1: names, **neuron_names_of(form, names)}

    def number(self, value: float) -> str:
        """A number, rounded."""
        fixed = f"{value:.{self._decimals}f}"
        if abs(float(fixed)) >= 1:
            return fixed
        return f"{value:.{max(self._decimals, 1)}g}"

    def layer(self, i: int, titles: Sequence[str], f: str = "") -> Iterator[str]:
        """A line ``title = f(sum)`` for each neuron of layer i."""
        for n, title in enumerate(titles):
            total = " ".join(self._terms(i, n))
            yield from _wrapped(
                f"{title} = {f}({total})" if f else f"{title} = {total}"
            )

    def hidden(self) -> Iterator[str]:
        """The lines of the hidden neurons."""
        for i in range(2, len(self._form.layer_sizes)):
            yield from self.layer(i, self._names[i], self._form.activation)

    def limits(self) -> Iterator[str]:
        """What is said of features that are cut off."""
        form = self._form
        inner, heard = _heard_inside(form), form.is_heard
        yield from self._limits(form.bounds, heard, "")
        yield from self._limits(form.hidden_bounds, inner, " by hidden neurons")

    def _limits(
        self, bounds: Bounds | None, heard: np.ndarray, whom: str
    ) -> Iterator[str]:
        low, high = unbounded(len(heard)) if bounds is None else bounds
        for j in np.flatnonzero(heard & (np.isfinite(low) | np.isfinite(high))):
            ends = f"[{self.number(low[j])}, {self.number(high[j])}]"
            yield f"{self._names[1][j]} is heard{whom} within {ends}"

    def _terms(self, i: int, n: int) -> Iterator[str]:
        """The intercept of a neuron and what it hears, each with its sign."""
        form, bias = self._form, self._form.intercepts[i][n]
        terms = [(bias, "")] if bias else []
        for j in form.senders(i):
            named = zip(form.coefs[i, j][n], self._names[j], strict=True)
            terms += [(w, f" * {name}") for w, name in named if w]
        for k, (w, rest) in enumerate(terms or [(0.0, "")]):
            sign = "-" if w < 0 else "+" if k else ""
            yield f"{sign}{' ' if k else ''}{self.number(abs(w))}{rest}"


def _heard_inside(form: DirectForm) -> np.ndarray:
    """Mask (features,) of those that a hidden neuron has a weight on."""
    last = len(form.layer_sizes)
    heard = [w.any(axis=0) for (i, j), w in form.coefs.items() if j == 1 and i < last]
    return np.any([np.zeros(form.layer_sizes[0], bool), *heard], axis=0)


def _wrapped(line: str) -> list[str]:
    """A line broken before signs, so that a term stays together."""
    words = re.split(" (?=[+-] )", line)
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) < _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f"    {word}")
    return lines


def _said(
    encoding: RealEncoding | ClassEncoding, formula: _Formula
) -> tuple[list[str], list[str]]:
    """Names of the outputs, and what is done with them."""
    if isinstance(encoding, ClassEncoding):
        return _classes(encoding)
    one = encoding.one_dimensional
    titles = ["y"] if one else [f"y{k}" for k in range(encoding.n_outputs)]
    if encoding.output_bounds is None:
        return titles, []
    ends = zip(titles, *encoding.output_bounds, strict=True)
    number = formula.number
    return titles, [
        f"{y} is kept within [{number(a)}, {number(b)}]" for y, a, b in ends
    ]


def _classes(encoding: ClassEncoding) -> tuple[list[str], list[str]]:
    """Scores, and how they become probabilities."""
    labels = [repr(label) for label in encoding.classes.tolist()]
    if encoding.multilabel:
        titles = [f"score{k}" for k in range(len(labels))]
        last = [f"P(label {k}) = logistic({s})" for k, s in enumerate(titles)]
    elif encoding.n_outputs == 1:
        titles, last = ["score"], [f"P({labels[1]}) = logistic(score)"]
    else:
        titles = [f"score{k}" for k in range(len(labels))]
        total = " + ".join(f"exp({s})" for s in titles)
        last = [
            f"P({label}) = exp({s}) / ({total})"
            for label, s in zip(labels, titles, strict=True)
        ]
    return titles, last
