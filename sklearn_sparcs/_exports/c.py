"""A fitted network as a function in C."""

import json
import math
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

import numpy as np

from .._direct.form import DirectForm
from .._fitted.encoding import ClassEncoding, RealEncoding
from .._version import __version__
from .c_names import refuse_taken
from .export_checks import fitted

#: The activation functions of z.
_ACTIVATIONS = {
    "identity": "z",
    "relu": "z < 0 ? 0 : z",
    "tanh": "tanh(z)",
    "logistic": "1 / (1 + exp(-z))",
    "gelu": "z * 0.5 * (1 + erf(z * 0.7071067811865476))",
}


def export_c(model: Any, name: str = "predict") -> str:
    """Write the network of a fitted estimator as a function in C.

    Parameters
    ----------
    model : estimator
        Fitted: any of this package.
    name : str, default="predict"
        Of the function.

    Returns
    -------
    str
        C99 that needs ``math.h`` alone, and allocates nothing: a function
        ``void predict(const double *x, double *y)`` of one sample's raw features, which
        writes its targets, or the probability of each class in the order of
        ``classes_``. A feature that is not a number makes what hears it none.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    TypeError
        If it is no estimator of this package, such as a pipeline that ends in one.
    ValueError
        If ``name`` is no identifier in C, or is one that C or ``math.h`` has.

    Examples
    --------
    >>> from sklearn_sparcs import SparcsRegressor, export_c
    >>> model = SparcsRegressor(()).fit([[0.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    >>> "void predict(const double *x, double *y)" in export_c(model)
    True
    """
    model = fitted(model, "export_c")
    refuse_taken(name)
    form, encoding = model.direct_form_, model.encoding_
    body = [*_constants(form), *_variables(form), "", *_layers(form)]
    if isinstance(encoding, ClassEncoding):
        body += _probabilities(encoding, f"a_{len(form.layer_sizes)}")
    else:
        body += _targets(encoding, f"a_{len(form.layer_sizes)}")
    lines = [
        *_heading(model),
        "#include <math.h>",
        "",
        f"void {name}(const double *x, double *y)",
        "{",
        *(f"    {line}".rstrip() for line in body),
        "}",
    ]
    return "\n".join(lines) + "\n"


# -- what is said and declared -------------------------------------------------------


def _heading(model: Any) -> Iterator[str]:
    """A comment that documents features and outputs."""
    form, encoding = model.direct_form_, model.encoding_
    sizes = " -> ".join(map(str, form.layer_sizes))
    yield f"/* {sizes} ({form.activation}), by sklearn-sparcs {__version__}"
    for i, feature in enumerate(getattr(model, "feature_names_in_", ())):
        yield f" * x[{i}]: {_in_comment(feature)}"
    if isinstance(encoding, ClassEncoding):
        for i, label in enumerate(encoding.classes.tolist()):
            yield f" * y[{i}]: probability of {_in_comment(label)}"
    yield " */"


def _in_comment(text: Any) -> str:
    """Text made safe inside a comment, which it can neither end nor nest."""
    return json.dumps(str(text)).replace("*/", "* /").replace("/*", "/ *")


def _constants(form: DirectForm) -> Iterator[str]:
    """Bounds, weights and intercepts."""
    for name, bounds in (("whole", form.bounds), ("heard", form.hidden_bounds)):
        for end, bound in zip(("low", "high"), bounds or (), strict=False):
            yield from _array(f"{name}_{end}[{len(bound)}]", bound)
    for (i, j), coef in sorted(form.coefs.items()):
        yield from _array(f"w_{i}_{j}[{len(coef)}][{coef.shape[1]}]", coef)
    for i, intercept in sorted(form.intercepts.items()):
        yield from _array(f"b_{i}[{len(intercept)}]", intercept)


def _array(name: str, values: np.ndarray) -> Iterator[str]:
    """A constant array of one or two dimensions, to the last bit."""
    numbers = _numbers(values)
    if values.ndim == 1:
        lines = [*wrap(", ".join(numbers), 76)]
    else:
        rows = np.split(np.array(numbers), len(values))
        lines = [*wrap(", ".join("{" + ", ".join(row) + "}" for row in rows), 76)]
    yield f"static const double {name} = {{"
    yield from (f"    {line}" for line in lines)
    yield "};"


def _numbers(values: np.ndarray) -> list[str]:
    """Literals of numbers; those beyond all have a name in ``math.h``."""
    names = {math.inf: "INFINITY", -math.inf: "-INFINITY"}
    return [names.get(value) or repr(value) for value in values.ravel().tolist()]


def _variables(form: DirectForm) -> Iterator[str]:
    """Declarations of variables: clipped features and hidden layers' signals."""
    n_features, *sizes = form.layer_sizes
    if form.bounds is not None:
        yield f"double whole[{n_features}];"
    if form.hidden_bounds is not None:
        yield f"double heard[{n_features}];"
    yield from (f"double a_{i}[{n}];" for i, n in enumerate(sizes, start=2))
    yield "double z;"
    yield "int i, j;"


# -- what is done --------------------------------------------------------------------


def _loop(n: int, statement: str) -> list[str]:
    """A statement for every i below n."""
    return [f"for (i = 0; i < {n}; i++)", f"    {statement};"]


def _cut(value: str, bounds: str) -> str:
    """An expression of a clipped value; NaN stays NaN."""
    low, high = f"{bounds}_low[i]", f"{bounds}_high[i]"
    return f"{value} < {low} ? {low} : {value} > {high} ? {high} : {value}"


def _layers(form: DirectForm) -> Iterator[str]:
    """Layer after layer."""
    n_features, *sizes = form.layer_sizes
    whole = heard = "x"
    if form.bounds is not None:
        yield from _loop(n_features, f"whole[i] = {_cut('x[i]', 'whole')}")
        whole = heard = "whole"
    if form.hidden_bounds is not None:
        yield from _loop(n_features, f"heard[i] = {_cut(f'{whole}[i]', 'heard')}")
        heard = "heard"
    last = len(form.layer_sizes)
    for i, n in enumerate(sizes, start=2):
        yield f"for (i = 0; i < {n}; i++) {{"
        yield f"    z = b_{i}[i];"
        for j in form.senders(i):
            sent = f"a_{j}" if j > 1 else whole if i == last else heard
            yield f"    for (j = 0; j < {form.layer_sizes[j - 1]}; j++)"
            yield f"        z += w_{i}_{j}[i][j] * {sent}[j];"
        yield f"    a_{i}[i] = {'z' if i == last else _ACTIVATIONS[form.activation]};"
        yield "}"


def _targets(encoding: RealEncoding, scores: str) -> Iterator[str]:
    """The outputs, within their bounds if there are any."""
    value = f"{scores}[i]"
    if encoding.output_bounds is not None:
        for end, bound in zip(("low", "high"), encoding.output_bounds, strict=True):
            yield from _array(f"y_{end}[{encoding.n_outputs}]", bound)
        value = _cut(value, "y")
    yield from _loop(encoding.n_outputs, f"y[i] = {value}")


def _probabilities(encoding: ClassEncoding, scores: str) -> Iterator[str]:
    """Probabilities of classes, by the logistic function or softmax."""
    n = encoding.n_outputs
    if encoding.multilabel:
        yield from _loop(n, f"y[i] = 1 / (1 + exp(-{scores}[i]))")
    elif n == 1:
        yield f"y[0] = 1 / (1 + exp({scores}[0]));"
        yield f"y[1] = 1 / (1 + exp(-{scores}[0]));"
    else:
        yield f"z = {scores}[0];"
        yield from _loop(n, f"z = {scores}[i] > z ? {scores}[i] : z")
        yield from _loop(n, f"y[i] = exp({scores}[i] - z)")
        yield "z = 0;"
        yield from _loop(n, "z += y[i]")
        yield from _loop(n, "y[i] /= z")
