"""Everything that the package shows, as its documentation lists it."""

import importlib
import inspect

import sklearn_sparcs

#: Modules that users import from.
FACES = [
    "sklearn_sparcs",
    "sklearn_sparcs.distributed",
    "sklearn_sparcs.nn",
    "sklearn_sparcs.datasets",
    "sklearn_sparcs.onnx",
    "sklearn_sparcs.dask",
]


def names(face):
    """Public names of a module: those it lists, or else those it defines."""
    module = importlib.import_module(face)
    listed = getattr(module, "__all__", None)
    if listed is None:
        listed = [
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", None) == face and not name.startswith("_")
        ]
    return [name for name in listed if name != "__version__"]


def objects():
    """(dotted name, object) of every public class and function."""
    for face in FACES:
        for name in names(face):
            yield f"{face}.{name}", getattr(importlib.import_module(face), name)


def methods():
    """(dotted name, class, method name) of the public methods that are ours."""
    for path, cls in objects():
        if inspect.isclass(cls):
            for name in dir(cls):
                if not name.startswith("_") and _is_method(_raw(cls, name)):
                    yield f"{path}.{name}", cls, name


def estimators():
    """The public estimators, by name."""
    for name in sklearn_sparcs.__all__:
        cls = getattr(sklearn_sparcs, name)
        if hasattr(cls, "fit"):
            yield name, cls


def is_override(cls, name):
    """Whether a library that ours builds upon says what the method does."""
    return any(
        name in vars(base)
        for base in cls.__mro__
        if not base.__module__.startswith("sklearn_sparcs")
    )


def _raw(cls, name):
    """The attribute as the class has it, if the class that has it is ours."""
    owner = next((base for base in cls.__mro__ if name in vars(base)), object)
    if owner.__module__.startswith("sklearn_sparcs"):
        return vars(owner)[name]
    return None


def _is_method(value):
    kinds = (classmethod, staticmethod, property)
    return inspect.isfunction(value) or isinstance(value, kinds)
