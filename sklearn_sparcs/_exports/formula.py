"""Sums of weighted terms as text, and how long lines are broken."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from .._data.features import Bounds, unbounded
from .._direct.form import DirectForm
from .._direct.names import neuron_names_of

#: Characters a line, at most, where names allow it.
_WIDTH = 80


class Formula:
    """A network, the names of what it hears, and how numbers are written.

    Parameters
    ----------
    form : DirectForm
    names : list of str
        Of the features.
    decimals : int
        Digits after the point.
    max_features : int, optional
        Features that a neuron's line names.
    """

    def __init__(
        self,
        form: DirectForm,
        names: list[str],
        decimals: int,
        max_features: int | None = None,
    ) -> None:
        self._form, self._decimals, self._most = form, decimals, max_features
        self._names = {1: names, **neuron_names_of(form, names)}

    @property
    def is_named(self) -> np.ndarray:
        """Mask (features,) of those that some line names."""
        return self._named(range(2, len(self._form.layer_sizes) + 1))

    def number(self, value: float) -> str:
        """A number, rounded."""
        fixed = f"{value:.{self._decimals}f}"
        if abs(float(fixed)) >= 1:
            return fixed
        return f"{value:.{max(self._decimals, 1)}g}"

    def layer(self, i: int, titles: Sequence[str], f: str = "") -> Iterator[str]:
        """A formula ``title = f(sum)`` for each neuron of layer i."""
        for n, title in enumerate(titles):
            total = " ".join(self._terms(i, n))
            said = f"{title} = {f}({total})" if f else f"{title} = {total}"
            # lines break before signs, so that a term is not split
            yield from _wrapped(re.split(" (?=[+-] )", said))

    def hidden(self) -> Iterator[str]:
        """The formulas of the hidden neurons."""
        for i in range(2, len(self._form.layer_sizes)):
            yield from self.layer(i, self._names[i], self._form.activation)

    def limits(self) -> Iterator[str]:
        """Lines on features that are clipped."""
        form = self._form
        inner = self._named(range(2, len(form.layer_sizes)))
        yield from self._limits(form.bounds, self.is_named, "features are clipped to: ")
        yield from self._limits(
            form.hidden_bounds, inner, "inputs of hidden neurons are clipped to: "
        )

    def _limits(
        self, bounds: Bounds | None, named: np.ndarray, title: str
    ) -> Iterator[str]:
        low, high = unbounded(len(named)) if bounds is None else bounds
        cut = np.flatnonzero(named & (np.isfinite(low) | np.isfinite(high)))
        number, names = self.number, self._names[1]
        yield from paragraph(
            title, [f"{names[j]} [{number(low[j])}, {number(high[j])}]" for j in cut]
        )

    def _named(self, layers: range) -> np.ndarray:
        """Mask (features,) of those that lines of some layers name."""
        mask = np.zeros(len(self._names[1]), bool)
        for i in layers:
            for n in range(len(self._form.intercepts[i])):
                mask[self._features(i, n)] = True
        return mask

    def _features(self, i: int, n: int) -> np.ndarray:
        """Indices of the features that neuron n of layer i names, in their order."""
        strengths = self._form.feature_strengths(i)[n]
        if self._most is None:
            return np.flatnonzero(strengths)
        first = np.argsort(-strengths, kind="stable")[: self._most]
        return first[strengths[first] > 0]

    def _terms(self, i: int, n: int) -> Iterator[str]:
        """The intercept of a neuron and what it hears, each with its sign."""
        form, bias, more = self._form, self._form.intercepts[i][n], 0
        terms = [(bias, "")] if bias else []
        for j in form.senders(i):
            weights, names = form.coefs[i, j][n], self._names[j]
            heard = self._features(i, n) if j == 1 else np.flatnonzero(weights)
            more += int(np.count_nonzero(weights)) - len(heard)
            terms += [(weights[k], f" * {names[k]}") for k in heard]
        for k, (w, rest) in enumerate(terms or [(0.0, "")]):
            sign = "-" if w < 0 else "+" if k else ""
            yield f"{sign}{' ' if k else ''}{self.number(abs(w))}{rest}"
        if more:
            yield f"+ ({more} more feature{'s' * (more > 1)})"


def paragraph(title: str, items: Sequence[str]) -> list[str]:
    """Lines of a title and items with commas between them; none without items."""
    if not items:
        return []
    *others, last = items
    return _wrapped([*title.split(), *(f"{item}," for item in others), last])


def _wrapped(items: Sequence[str]) -> list[str]:
    """Lines of items that stay together; from the second line on, indented."""
    lines = [items[0]]
    for item in items[1:]:
        if len(lines[-1]) + len(item) < _WIDTH:
            lines[-1] += f" {item}"
        else:
            lines.append(f"    {item}")
    return lines
