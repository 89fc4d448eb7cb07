"""A fitted network as a formula that a person can read."""

import math
from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import Any

from .._direct.names import feature_names_of
from .._fitted.encoding import ClassEncoding, RealEncoding
from .export_checks import fitted
from .formula import Formula, paragraph
from .identifiers import identifiers

#: Digits, at most: a float has no more that count.
_DIGITS = 100


def export_text(
    model: Any,
    feature_names: Sequence[str] | None = None,
    decimals: int = 2,
    max_features: int | None = None,
) -> str:
    """Write the network of a fitted estimator as a formula.

    The counterpart of scikit-learn's ``sklearn.tree.export_text``: a formula for each
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
    max_features : int, optional
        Features in a formula, at most: those with the largest weights times standard
        deviations, the largest first. How many more there are is said in brackets. By
        default all, in the order of the columns, so that the formula is the model.

    Returns
    -------
    str
        What stands right of an equals sign is Python, unless ``max_features`` left
        something out: features and neurons by name,
        ``relu``, ``tanh``, ``logistic``, ``gelu`` and ``identity`` as functions. Last
        comes what is cut off. Spaces in names become underscores; a
        feature whose name is else no identifier of Python, or is the name of something
        else here, is given another, and the end says which.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    TypeError
        If it is no estimator of this package, such as a pipeline that ends in one, or
        ``feature_names`` are no sequence, or one string.
    ValueError
        If there are not as many names as features, two are the same, or ``decimals``
        is no whole number from zero to a hundred, or ``max_features`` none from one on.

    Examples
    --------
    >>> from sklearn_sparcs import SparcsRegressor, export_text
    >>> model = SparcsRegressor(()).fit([[0.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    >>> print(export_text(model, ["dose"]))
    y = 1.00 + 0.5 * dose
    """
    model = fitted(model, "export_text")
    _refuse("decimals", decimals, 0, _DIGITS)
    if max_features is not None:
        _refuse("max_features", max_features, 1, math.inf)
    form, encoding = model.direct_form_, model.encoding_
    own = getattr(model, "feature_names_in_", None)
    given = feature_names_of(form, own if feature_names is None else feature_names)
    names = identifiers(given)
    formula = Formula(form, names, decimals, max_features)
    outputs, after = _said(encoding, formula)
    lines = [*formula.layer(len(form.layer_sizes), outputs), *formula.hidden()]
    pairs = zip(names, given, formula.is_named, strict=True)
    renamed = _renamed([(name, was) for name, was, named in pairs if named])
    return "\n".join([*lines, *after, *formula.limits(), *renamed])


def _renamed(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Lines on features that were renamed."""
    spaced = [name for name, was in pairs if name == was.replace(" ", "_") != was]
    if spaced:
        yield "underscores in names may stand for spaces"
    others = [pair for pair in pairs if pair[0] not in {*spaced, pair[1]}]
    yield from paragraph("", [f"{name} is {was!r}" for name, was in others])


def _refuse(name: str, value: Any, least: int, most: float) -> None:
    """Refuse what is no whole number within some range.

    Raises
    ------
    ValueError
        If it is none.
    """
    whole = isinstance(value, Integral) and value is not True
    if not (whole and least <= value <= most):
        upwards = f"from {least} on" if most == math.inf else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {upwards}; got {value!r}.")


def _said(
    encoding: RealEncoding | ClassEncoding, formula: Formula
) -> tuple[list[str], list[str]]:
    """Names of the outputs, and lines on how they become predictions."""
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
