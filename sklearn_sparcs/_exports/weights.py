"""A fitted network in a file of safetensors: arrays, and a header of plain words."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Any

import numpy as np

from .._activations import ACTIVATIONS
from .._data.features import Bounds
from .._direct.form import DirectForm
from .._estimators.compact import CompactClassifier, CompactRegressor
from .._fitted.encoding import ClassEncoding, RealEncoding
from .._version import __version__
from .export_checks import fitted

#: Key of the header, and the layout of what stands there.
_KEY, _LAYOUT = "sklearn_sparcs", 1

#: The attribute, and the array, of what data alone tell.
_IMPORTANCES = "feature_importances_"

#: Arrays of the file, by name.
_Arrays = dict[str, np.ndarray]

_Encoding = RealEncoding | ClassEncoding


def save_safetensors(model: Any, file: str | PathLike[str]) -> None:
    """Write the network of a fitted estimator to a file that cannot hold code.

    Parameters
    ----------
    model : estimator
        Fitted: any of this package.
    file : str or path
        Written anew, by convention with the ending ``.safetensors``.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    TypeError
        If it is no estimator of this package, such as a pipeline that ends in one.
    ValueError
        If classes are neither words nor numbers.

    See Also
    --------
    load_safetensors : Reads the file.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_sparcs import SparcsRegressor, load_safetensors, save_safetensors
    >>> model = SparcsRegressor().fit([[0.0], [1.0], [2.0]], [1, 3, 5])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = os.path.join(folder, "model.safetensors")
    ...     save_safetensors(model, file)
    ...     load_safetensors(file).predict([[3.0]]).round(6)
    array([7.])
    """
    from safetensors.numpy import save_file

    model = fitted(model, "save_safetensors")
    form, encoding = model.direct_form_, model.encoding_
    names = getattr(model, "feature_names_in_", None)
    header = {
        "layout": _LAYOUT,
        "version": __version__,
        "activation": form.activation,
        "layers": list(form.layers),
        "targets": _targets(encoding),
        "feature_names": None if names is None else list(names),
    }
    seen = encoding.seen if isinstance(encoding, RealEncoding) else None
    arrays = _arrays(form) | _pair("seen", seen)
    if hasattr(model, _IMPORTANCES):
        arrays[_IMPORTANCES] = model.feature_importances_
    contiguous = {name: np.ascontiguousarray(a) for name, a in arrays.items()}
    save_file(contiguous, file, {_KEY: json.dumps(header)})


def load_safetensors(
    file: str | PathLike[str],
) -> CompactRegressor | CompactClassifier:
    """Read the network that `save_safetensors` wrote, as a fitted estimator.

    Nothing in the file is run, whoever wrote it.

    Parameters
    ----------
    file : str or path

    Returns
    -------
    CompactRegressor or CompactClassifier
        It predicts the same to the last bit; ``fit`` trains the weights on.

    Raises
    ------
    ValueError
        If the file holds no network of this package, or one that was changed or does
        not fit together.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_sparcs import SparcsRegressor, load_safetensors, save_safetensors
    >>> model = SparcsRegressor().fit([[0.0], [1.0], [2.0]], [1, 3, 5])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = os.path.join(folder, "model.safetensors")
    ...     save_safetensors(model, file)
    ...     load_safetensors(file)
    CompactRegressor(links=((2, 1),), warm_start=True)
    """
    header, arrays = _read(file)
    form, encoding, names = _network(file, header, arrays)
    importances = arrays.get(_IMPORTANCES)
    options: dict[str, Any] = {"feature_names": names, "importances": importances}
    if isinstance(encoding, ClassEncoding):
        return CompactClassifier.from_form(form, encoding, **options)
    margin = encoding.margin
    return CompactRegressor.from_form(
        form, encoding, prediction_margin=margin, **options
    )


def _read(file: str | PathLike[str]) -> tuple[dict[str, Any], _Arrays]:
    """The metadata and arrays of a file.

    Raises
    ------
    ValueError
        If it is no file of safetensors, or none that `save_safetensors` wrote.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as opened:
            text = (opened.metadata() or {}).get(_KEY, "null")
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}
    except SafetensorError as error:
        raise ValueError(f"{file} is no whole file of safetensors: {error}.") from error
    header = _parsed(text)
    if not isinstance(header, dict) or header.get("layout") != _LAYOUT:
        raise ValueError(
            f"{file} holds no network of sklearn-sparcs in layout {_LAYOUT}, which is "
            f"what version {__version__} reads."
        )
    return header, arrays


def _network(
    file: str | PathLike[str], header: dict[str, Any], arrays: _Arrays
) -> tuple[DirectForm, _Encoding, np.ndarray | None]:
    """The network of a file, the encoding of its targets, and names of features.

    Raises
    ------
    ValueError
        If it does not fit together.
    """
    with _blamed_on_changes(file):
        form, encoding = _form(header, arrays), _encoding(header["targets"], arrays)
        names = header["feature_names"]
        fits = _fits_together(form, encoding, arrays) and _are_names(names, form)
    if not fits:
        raise ValueError(
            f"The network of {file} does not fit together: layers of "
            f"{form.layer_sizes} neurons with activation {form.activation!r}, for "
            f"{encoding.n_outputs} outputs."
        )
    return form, encoding, None if names is None else np.array(names, dtype=object)


@contextmanager
def _blamed_on_changes(file: str | PathLike[str]) -> Iterator[None]:
    """Say of errors in the body that the file was changed.

    Raises
    ------
    ValueError
        If there is one.
    """
    try:
        yield
    except (
        ArithmeticError,
        LookupError,
        StopIteration,
        TypeError,
        ValueError,
    ) as error:
        raise ValueError(
            f"{file} was changed since it was written: {type(error).__name__}: {error}."
        ) from error


def _parsed(text: str) -> Any:
    """The parsed header; None if it is no JSON, or nests too deep."""
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return None


# -- networks ------------------------------------------------------------------------


def _arrays(form: DirectForm) -> _Arrays:
    """Arrays of a network, by names that say what they are."""
    coefs = {f"coefs.{i}.{j}": coef for (i, j), coef in form.coefs.items()}
    intercepts = {f"intercepts.{i}": b for i, b in form.intercepts.items()}
    neurons = {f"neurons.{k}": n for k, n in enumerate(form.neurons)}
    moments = {
        "feature_scale": form.feature_scale,
        "feature_center": form.feature_center,
    }
    return {
        **coefs,
        **intercepts,
        **neurons,
        **_pair("bounds", form.bounds),
        **_pair("hidden_bounds", form.hidden_bounds),
        **{name: each for name, each in moments.items() if each is not None},
    }


def _form(header: dict[str, Any], arrays: _Arrays) -> DirectForm:
    """The network of a file."""

    def numbered(kind: str) -> dict[tuple[int, ...], np.ndarray]:
        parted = {tuple(name.split(".")): array for name, array in arrays.items()}
        return {
            tuple(map(int, numbers)): array
            for (name, *numbers), array in sorted(parted.items())
            if name == kind
        }

    neurons = numbered("neurons")
    return DirectForm(
        {(i, j): coef for (i, j), coef in numbered("coefs").items()},
        {i: intercept for (i,), intercept in sorted(numbered("intercepts").items())},
        header["activation"],
        tuple(map(int, header["layers"])),
        tuple(neurons[k] for k in sorted(neurons)),
        bounds=_unpaired("bounds", arrays),
        feature_scale=arrays.get("feature_scale"),
        hidden_bounds=_unpaired("hidden_bounds", arrays),
        feature_center=arrays.get("feature_center"),
    )


def _fits_together(form: DirectForm, encoding: _Encoding, arrays: _Arrays) -> bool:
    """Whether every array has the shape that others ask, and nothing is missing."""
    sizes, n, n_outputs = form.layer_sizes, form.layer_sizes[0], encoding.n_outputs
    if not all(1 <= j < i <= len(sizes) for i, j in form.coefs):
        return False
    per_feature = ("bounds", "hidden_bounds")
    expected: dict[str, tuple[int, ...]] = {
        **{f"coefs.{i}.{j}": (sizes[i - 1], sizes[j - 1]) for i, j in form.coefs},
        **{f"intercepts.{i}": (size,) for i, size in enumerate(sizes[1:], start=2)},
        **{f"neurons.{k}": (size,) for k, size in enumerate(sizes[1:-1])},
        **{f"{name}.{end}": (n,) for name in per_feature for end in ("low", "high")},
        **{f"seen.{end}": (n_outputs,) for end in ("low", "high")},
        **{name: (n,) for name in ("feature_scale", "feature_center", _IMPORTANCES)},
    }
    return (
        form.activation in ACTIVATIONS
        and sizes[-1] == n_outputs
        and len(form.layers) == len(form.neurons) == len(sizes) - 2
        and all(map(_are_indices, [np.array(form.layers, int), *form.neurons]))
        and {name: a.shape for name, a in arrays.items()}.items() <= expected.items()
        and all(_are_numbers(name, array) for name, array in arrays.items())
    )


def _are_names(names: Any, form: DirectForm) -> bool:
    """Whether features have no names, or as many as they are."""
    if names is None:
        return True
    listed = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return listed and len(names) == form.layer_sizes[0]


def _are_indices(numbers: np.ndarray) -> bool:
    """Whether no number is negative, and none comes twice."""
    return bool((numbers >= 0).all()) and len(np.unique(numbers)) == len(numbers)


def _are_numbers(name: str, array: np.ndarray) -> bool:
    """Whether neurons have whole numbers, and all else is of finite floats.

    Bounds may be infinite.
    """
    if name.startswith("neurons."):
        return array.dtype.kind in "iu"
    ends = name.endswith((".low", ".high"))
    return (
        array.dtype.kind == "f"
        and not (np.isnan(array) if ends else ~np.isfinite(array)).any()
    )


def _pair(name: str, bounds: Bounds | None) -> _Arrays:
    """Two bounds by name, if there are any."""
    return (
        {} if bounds is None else {f"{name}.low": bounds[0], f"{name}.high": bounds[1]}
    )


def _unpaired(name: str, arrays: _Arrays) -> Bounds | None:
    """The two bounds of a name, if they are there."""
    low, high = (f"{name}.{end}" for end in ("low", "high"))
    return (arrays[low], arrays[high]) if {low, high} & arrays.keys() else None


# -- targets -------------------------------------------------------------------------


def _targets(encoding: _Encoding) -> dict[str, Any]:
    """Metadata on how outputs become predictions.

    Raises
    ------
    ValueError
        If classes are neither words nor numbers.
    """
    if isinstance(encoding, RealEncoding):
        return {
            "n_outputs": encoding.n_outputs,
            "one_dimensional": encoding.one_dimensional,
            "margin": None if encoding.margin is None else float(encoding.margin),
        }
    labels = encoding.classes.tolist()
    if not all(isinstance(label, (str, int, float)) for label in labels):
        raise ValueError(f"Classes must be words or numbers; they are {labels}.")
    return {
        "classes": labels,
        "dtype": encoding.classes.dtype.str,
        "multilabel": encoding.multilabel,
    }


def _encoding(targets: dict[str, Any], arrays: _Arrays) -> _Encoding:
    """The encoding that `_targets` described."""
    if "classes" in targets:
        classes = np.array(targets["classes"], np.dtype(targets["dtype"]))
        return ClassEncoding(classes, targets["multilabel"])
    seen, margin = _unpaired("seen", arrays), targets["margin"]
    return RealEncoding(targets["n_outputs"], targets["one_dimensional"], seen, margin)
