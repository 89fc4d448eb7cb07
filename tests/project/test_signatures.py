"""What docstrings say of parameters and attributes is what the code has."""

import ast
import inspect
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from helpers import public
from numpydoc.docscrape import ClassDoc, FunctionDoc

from sklearn_sparcs import SparcsRegressor

OBJECTS = dict(public.objects())
ESTIMATORS = dict(public.estimators())
#: Parameters that mean, or must be, something else in another family, and why.
DIFFERENT = {
    "hidden_layer_sizes": "the largest network to search, or the wiring itself",
    "max_iter": "epochs of a fit, or of each round",
    "learning_rate_init": "a search fits its own to the batches",
    "tol": "growth is judged by larger steps than a fixed wiring",
    "n_iter_no_change": "as tol",
    "activation": "folds choose where there are some",
    "warm_start": "a pruned network goes on from its weights",
    "random_state": "what is drawn",
    "verbose": "a bar over folds, or a line an epoch",
    "solver": "growth, or a fixed wiring's training",
}
FAMILIES = ("Sparcs{}", "Sparcs{}CV", "Compact{}")


def described(doc, section):
    """{name: (type, text)} of a section; ``a, b : type`` is two parameters."""
    return {
        name.strip(): (entry.type, " ".join(" ".join(entry.desc).split()))
        for entry in doc[section]
        for name in entry.name.split(",")
    }


def documented(cls):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sections that numpydoc does not know
        return ClassDoc(cls)


def parameters(function):
    """Those of the signature but ``self`` and ``cls``, by name."""
    found = inspect.signature(function).parameters
    return {n: p for n, p in found.items() if n not in ("self", "cls")}


def stated_default(kind):
    """What ``default=…`` says; None where the parameter is optional."""
    if "default=" not in kind:
        return None if "optional" in kind else inspect.Parameter.empty
    stated = kind.partition("default=")[2]
    if stated in ("None", "True", "False"):
        return ast.literal_eval(stated)
    return stated if stated.isidentifier() else ast.literal_eval(stated)


def shown(default):
    """A default as a docstring states it: what has a name, by its name."""
    if default in (None, True, False) or default is inspect.Parameter.empty:
        return default
    if default == math.inf:
        return "inf"
    return getattr(default, "__name__", default)


def functions():
    """(dotted name, function, documentation) of all that is called."""
    for path, found in OBJECTS.items():
        if inspect.isclass(found) and "Parameters" in (found.__doc__ or ""):
            yield path, found.__init__, documented(found)
        elif inspect.isfunction(found):
            yield path, found, FunctionDoc(found)
    for path, cls, name in public.methods():
        method = getattr(cls, name)
        if callable(method) and not public.is_override(cls, name):
            yield path, method, FunctionDoc(method)


FUNCTIONS = {path: (function, doc) for path, function, doc in functions()}


@pytest.mark.parametrize("path", FUNCTIONS)
def test_parameters(path):
    function, doc = FUNCTIONS[path]
    signature, stated = parameters(function), described(doc, "Parameters")
    assert [name.lstrip("*") for name in stated] == list(signature)
    keywords = [n for n, p in signature.items() if p.kind is p.VAR_KEYWORD]
    for name in keywords:
        del signature[name], stated[f"**{name}"]
    defaults = {name: stated_default(kind) for name, (kind, _) in stated.items()}
    assert defaults == {name: shown(p.default) for name, p in signature.items()}


@pytest.fixture(scope="module")
def small_fits():
    """Each estimator, fitted to a small frame, and those that others hold."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(80, 2)), columns=["a", "b"])
    y = np.abs(X["a"].to_numpy()) + 0.1 * rng.normal(size=80)
    fits = {}
    for name, cls in ESTIMATORS.items():
        model = cls(random_state=0)
        quick = {"max_iter": 20, "n_alphas": 3, "cv": 2, "hidden_layer_sizes": (4,)}
        model.set_params(**{k: v for k, v in quick.items() if k in model.get_params()})
        target = y > np.median(y) if "Classifier" in name else y
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fits[name] = [model.fit(X, target)]
    for task in ("Regressor", "Classifier"):
        fits[f"Compact{task}"] += [
            fits[f"Sparcs{task}{kind}"][0].pruned_estimator_ for kind in ("", "CV")
        ]
    return fits


def fitted_attributes(model):
    """Public names that end in an underscore: values, and properties of the class."""
    own = [n for n in vars(model) if n.endswith("_") and not n.startswith("_")]
    properties = [
        name
        for base in type(model).__mro__
        for name, value in vars(base).items()
        if isinstance(value, property) and name.endswith("_") and name[0] != "_"
    ]
    return {*own, *(name for name in properties if hasattr(model, name))}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_attributes(name, small_fits):
    stated = set(described(documented(ESTIMATORS[name]), "Attributes"))
    found = set().union(*map(fitted_attributes, small_fits[name]))
    assert {"missing": found - stated, "stale": stated - found} == {
        "missing": set(),
        "stale": set(),
    }


def shared():
    """(name, estimators) that should agree on a parameter."""
    for name in sorted({n for cls in ESTIMATORS.values() for n in parameters(cls)}):
        having = [c for c, cls in ESTIMATORS.items() if name in parameters(cls)]
        if name not in DIFFERENT:
            yield name, having
            continue
        for family in FAMILIES:
            pair = [family.format(task) for task in ("Regressor", "Classifier")]
            if set(pair) <= set(having):
                yield name, pair


@pytest.mark.parametrize(("name", "having"), list(shared()))
def test_shared_parameters_are_the_same(name, having):
    """One default, type and text, in every estimator that has the parameter."""
    classes = [ESTIMATORS[cls] for cls in having]
    stated = [described(documented(cls), "Parameters").get(name) for cls in classes]
    defaults = [repr(parameters(cls)[name].default) for cls in classes]
    if name == "alpha":  # of squared errors, or of cross-entropy
        assert len({text for _, text in stated}) == 1
    else:
        assert len(set(zip(stated, defaults, strict=True))) == 1


@pytest.mark.parametrize("name", DIFFERENT)
def test_those_that_differ_do(name):
    having = [cls for cls in ESTIMATORS.values() if name in parameters(cls)]
    texts = {described(documented(cls), "Parameters").get(name) for cls in having}
    assert len(texts) > 1, f"take {name} off the list"


def test_a_default_is_read():
    assert stated_default("float, default=0.5") == 0.5
    assert stated_default('{"a", "b"}, default="a"') == "a"
    assert stated_default("array-like, optional") is None
    assert stated_default("int") is inspect.Parameter.empty
    assert parameters(SparcsRegressor)["prune_tol"].default == pytest.approx(0.05)
