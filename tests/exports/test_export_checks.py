"""Only fitted estimators of this package can be written, and others hear what to do."""

import pytest
from helpers.compacts import compact
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_sparcs import (
    SparcsRegressor,
    export_c,
    export_sql,
    export_text,
    save_safetensors,
)

EXPORTS = {
    "export_c": export_c,
    "export_sql": lambda model: export_sql(model, "t"),
    "export_text": export_text,
    "save_safetensors": lambda model: save_safetensors(model, "never"),
}


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(StandardScaler(), compact()),
        GridSearchCV(SparcsRegressor(), {}),
        LinearRegression(),
        SparcsRegressor,
    ],
)
def test_other_kinds(name, model):
    kind = type(model).__name__
    with pytest.raises(TypeError, match=f"{name} takes .* got a {kind}.*pipeline.-1"):
        EXPORTS[name](model)


@pytest.mark.parametrize("name", EXPORTS)
def test_not_fitted(name):
    with pytest.raises(NotFittedError):
        EXPORTS[name](SparcsRegressor())
