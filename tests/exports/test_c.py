"""Networks in C compute what the estimators do, as a compiler makes them."""

import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from helpers.compacts import ENCODINGS, SHAPES, compact, features
from helpers.exported import called, compiled, expected
from numpy.testing import assert_allclose
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import SparcsRegressor, SparcsRegressorCV, export_c
from sklearn_sparcs._exports.c_names import refuse_taken
from sklearn_sparcs._fitted.encoding import ClassEncoding

#: What no name of a feature may bring about.
HOSTILE = ['*/ int f(void) { return 1; } /*"', "/* \\", "??/\n#error", "*/*/"]

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """Every kind of target and every shape: (estimator, function) by name."""
    models = {
        kind: compact(kind, hidden=(3, 2), hidden_bounds=True) for kind in ENCODINGS
    }
    for shape, options in SHAPES.items():
        models[shape] = compact("several targets", **options)
    texts = [export_c(model, f"net_{k}") for k, model in enumerate(models.values())]
    library = compiled(tmp_path_factory.mktemp("c"), texts)
    return {
        name: (model, getattr(library, f"net_{k}"))
        for k, (name, model) in enumerate(models.items())
    }


@needs_gcc
@pytest.mark.parametrize("name", [*ENCODINGS, *SHAPES])
def test_every_kind_of_target_and_every_shape(name, networks):
    model, function = networks[name]
    X = features()
    should = expected(model, X)
    found = called(function, X, should.shape[1])
    assert_allclose(found, should, rtol=1e-9, atol=1e-9)


@needs_gcc
@pytest.mark.parametrize(
    "name", ["relu", "three layers, doubly bounded", "several words"]
)
def test_what_is_no_number_is_not_taken_for_one(name, networks):
    model, function = networks[name]
    X = features(1)
    X[0, 1] = np.nan
    assert np.isnan(called(function, X, expected(model, features(1)).shape[1])).all()


@needs_gcc
def test_fitted_estimators_and_scores_far_out(kinked, tmp_path):
    X, y = kinked
    plain = SparcsRegressor(alpha=0.01, random_state=0).fit(X, y)
    chosen = SparcsRegressorCV(4, n_alphas=5, cv=2, random_state=0).fit(X, y)
    texts = [export_c(plain), export_c(chosen, "chosen")]
    extremes = [compact(kind) for kind in ("two words", "several words")]
    texts += [export_c(model, f"extreme_{k}") for k, model in enumerate(extremes)]
    library = compiled(tmp_path, texts)
    for model, function in ((plain, library.predict), (chosen, library.chosen)):
        assert_allclose(called(function, X, 1)[:, 0], model.predict(X), rtol=1e-9)
    far = 1e6 * features()
    for model, function in zip(
        extremes, (library.extreme_0, library.extreme_1), strict=True
    ):
        should = expected(model, far)
        assert_allclose(called(function, far, should.shape[1]), should, atol=1e-9)


@needs_gcc
def test_names_and_labels_are_only_told(tmp_path):
    model = compact("several words", names=np.array(HOSTILE, dtype=object))
    model.encoding_ = ClassEncoding(np.array(HOSTILE[:3], dtype=object), False)
    function, X = compiled(tmp_path, [export_c(model)]).predict, features()
    should = model.predict_proba(pd.DataFrame(X, columns=HOSTILE))
    assert_allclose(called(function, X, 3), should, rtol=1e-9)


def test_bounds_may_be_infinite():
    model = compact(hidden=(2,), bounds=True)
    model.direct_form_.bounds[0][0], model.direct_form_.bounds[1][0] = -np.inf, np.inf
    assert "{\n        -INFINITY, " in export_c(model)


@pytest.mark.parametrize("name", ["", "2nd", "a b", "f();", "é", "_f", "f\n", 3, None])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ValueError, match="begins with a letter; got"):
        export_c(compact(), name)


@pytest.mark.parametrize("name", ["double", "mutable", "sin", "nanf", "NAN", "M_PI"])
def test_a_name_that_is_taken_is_refused(name):
    with pytest.raises(ValueError, match=f"math.h has; got '{name}'. Try '{name}_m"):
        export_c(compact(), name)


@needs_gcc
def test_whatever_math_h_has_is_taken():
    def preprocessed(*options):
        command = ["gcc", "-std=gnu99", "-E", *options, "-x", "c", "-"]
        source = {"input": "#include <math.h>\n", "text": True}
        return subprocess.run(command, check=True, capture_output=True, **source).stdout

    functions = re.findall(r"\b([A-Za-z]\w*) \((?!\()", preprocessed())
    macros = re.findall(r"^#define ([A-Za-z]\w*)", preprocessed("-dM"), re.MULTILINE)
    assert {"sin", "j0", "lgamma_r"} < set(functions)
    assert {"HUGE_VAL", "M_PI", "isnan"} < set(macros)
    for name in {*functions, *macros}:
        with pytest.raises(ValueError, match="name must be"):
            refuse_taken(name)


def test_only_what_is_fitted_can_be_written():
    with pytest.raises(NotFittedError):
        export_c(SparcsRegressor())
