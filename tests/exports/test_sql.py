"""Queries compute what the estimators do, as SQLite runs them."""

import math

import numpy as np
import pandas as pd
import pytest
from helpers import exported
from helpers.compacts import ENCODINGS, SHAPES, compact, features
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressor, export_sql
from sklearn_sparcs._fitted.encoding import ClassEncoding

#: Names that end a quotation, mean something, or look like the query's own.
HOSTILE = ['a"; DROP TABLE "t"; --', "select", "x_0", "Größe' `]\n"]


@pytest.fixture
def database():
    """Empty."""
    found = exported.database()
    yield found
    found.close()


def fill(database, table, columns, rows):
    """Make a table with a column ``id``, which counts, and others."""

    def quoted(name):
        return '"' + name.replace('"', '""') + '"'

    names = ", ".join(map(quoted, ["id", *columns]))
    marks = ", ".join("?" * (len(columns) + 1))
    database.execute(f"CREATE TABLE {quoted(table)} ({names})")
    numbered = [(i, *row) for i, row in enumerate(rows)]
    database.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", numbered)


def run(database, model, table="t", **options):
    """What the query says, in the order of the key, as a frame without it."""
    query = export_sql(model, table, keep=["id"], **options)
    return pd.read_sql_query(query + "\nORDER BY 1", database).drop(columns="id")


def assert_says_the_same(found, model, X, tolerance=1e-9):
    """Targets; or classes and the probability of each."""
    if not hasattr(model, "predict_proba"):
        expected = model.predict(X).reshape(len(X), -1)
        assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
        return
    expected = model.predict_proba(X)
    n = found.shape[1] - expected.shape[1]
    said = found.iloc[:, :n].to_numpy().reshape(model.predict(X).shape)
    assert_array_equal(said, model.predict(X))
    assert_allclose(found.iloc[:, n:], expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("kind", ENCODINGS)
def test_every_kind_of_target(kind, database):
    model, X = compact(kind, hidden=(3, 2), hidden_bounds=True), features()
    fill(database, "t", ["x0", "x1", "x2", "x3"], X.tolist())
    assert_says_the_same(run(database, model), model, X)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape(shape, database):
    model, X = compact("several targets", **SHAPES[shape]), features()
    fill(database, "t", ["x0", "x1", "x2", "x3"], X.tolist())
    tolerance = 1e-5 if shape == "gelu" else 1e-9
    assert_says_the_same(run(database, model), model, X, tolerance)


@pytest.mark.parametrize("activation", ["tanh", "logistic", "gelu"])
@pytest.mark.parametrize("kind", ["two words", "several classes"])
def test_far_out_nothing_overflows(activation, kind, database):
    model, X = compact(kind, activation=activation), 1e6 * features()
    database.create_function("EXP", 1, math.exp)  # which raises where SQLite does not
    fill(database, "t", ["x0", "x1", "x2", "x3"], X.tolist())
    assert_says_the_same(run(database, model), model, X)


def test_names_are_quoted(database):
    model, X = compact(hidden=(3, 2), names=np.array(HOSTILE, dtype=object)), features()
    fill(database, 'sparcs_0"; --', HOSTILE, X.tolist())
    found = run(database, model, 'sparcs_0"; --')
    assert_says_the_same(found, model, pd.DataFrame(X, columns=HOSTILE))
    fill(database, "Sparcs_0", HOSTILE, X.tolist())  # as the query's own would be
    pd.testing.assert_frame_equal(run(database, model, "Sparcs_0"), found)
    backticks = export_sql(model, ["a`b", "c"], keep=["``"], quote="`")
    assert "FROM `a``b`.`c` AS t" in backticks
    assert "t.`````` AS k_0" in backticks


def test_labels_are_quoted(database):
    model, X = compact("two words"), features()
    labels = np.array(["it's", '"--'], dtype=object)
    model.encoding_ = ClassEncoding(labels, False)
    fill(database, "t", ["x0", "x1", "x2", "x3"], X.tolist())
    found = run(database, model)
    assert_says_the_same(found, model, X)
    assert list(found) == ["prediction", "probability_it's", 'probability_"--']


def test_a_column_that_is_not_there_is_an_error(database):
    fill(database, "t", ["a", "b", "c"], [(1.0, 2.0, 3.0)])
    with pytest.raises(pd.errors.DatabaseError, match="no such column"):
        run(database, compact(), columns=["a", "b", "c", "d"])


def test_null_makes_null_where_it_is_heard(database):
    model = compact("several classes", hidden=(3,), hidden_bounds=True)
    for (_, j), coef in model.direct_form_.coefs.items():
        if j == 1:
            coef[:, 3] = 0
    X = features(3)
    rows = [[*X[0, :3], None], [None, *X[1, 1:]], X[2].tolist()]
    fill(database, "t", ["x0", "x1", "x2", "x3"], rows)
    found = run(database, model)
    assert found.iloc[1].isna().all()
    assert_says_the_same(found.drop(index=1), model, X[[0, 2]])
    assert "x3" not in export_sql(model, "t")


def test_fitted_estimators_and_many_features(database):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 1200))
    y = X[:, 0] + rng.normal(size=60)
    columns = [f"x{j}" for j in range(1200)]
    fill(database, "t", columns, X.tolist())
    model = SparcsRegressor((), random_state=0).fit(X, y)
    assert_says_the_same(run(database, model), model, X)


def test_folds_choice(rings, database):
    X, y = rings
    model = SparcsClassifierCV(8, n_alphas=6, cv=2, random_state=0).fit(X, y)
    assert not model.active_architecture_.is_linear
    fill(database, "t", ["a", "b"], X.tolist())
    assert_says_the_same(run(database, model, columns=["a", "b"]), model, X, 1e-7)


def test_each_neuron_is_computed_once_unless_the_database_decides(database):
    model, X = compact("several classes", hidden=(20, 20)), features()
    fill(database, "t", ["x0", "x1", "x2", "x3"], X.tolist())
    assert_says_the_same(run(database, model), model, X)  # or it would take seconds
    assert export_sql(model, "t").count(" AS MATERIALIZED (") == 6
    small = compact("several classes", hidden=(2,))
    assert "MATERIALIZED" not in export_sql(small, "t", materialized=False)
    assert_says_the_same(run(database, small, materialized=False), small, X)


def test_a_constant_needs_no_column(database):
    model = compact("one target", hidden=())
    model.coefs_[2, 1][:] = 0
    fill(database, "t", [], [(), ()])
    assert_allclose(run(database, model)["prediction"], model.intercepts_[2][0])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"columns": ["a"]}, "1 names; the model has 4 features"),
        ({"columns": ["a", "b", "c", ""]}, "cannot have the name ''"),
        ({"columns": ["a", "b", "c", "\0"]}, "cannot be written in SQL"),
        ({"columns": ["a", "b", "c", "a"]}, "different; 'a' is there twice"),
        ({"columns": ["a", "b", "c", 4]}, "cannot have the name 4"),
        ({"keep": ["Prediction"]}, "Two columns .* called 'Prediction'"),
        ({"quote": "'"}, "quote must be"),
    ],
)
def test_bad_names_are_refused(options, why):
    with pytest.raises(ValueError, match=why):
        export_sql(compact(), "t", **options)


@pytest.mark.parametrize("options", [{"columns": "abcd"}, {"keep": "id"}])
def test_one_word_is_no_list_of_names(options):
    with pytest.raises(TypeError, match=r"sequence of names, such as \['"):
        export_sql(compact(), "t", **options)


def test_no_table_and_no_columns():
    with pytest.raises(ValueError, match="table must be a name"):
        export_sql(compact(), [])
    with pytest.raises(ValueError, match="columns has 0 names"):
        export_sql(compact(), "t", columns=[])


def test_what_cannot_be_written_is_refused():
    with pytest.raises(NotFittedError):
        export_sql(SparcsRegressor(), "t")
    model = compact("two words")
    model.encoding_ = ClassEncoding(np.array([(1,), None], dtype=object), False)
    with pytest.raises(ValueError, match="words or numbers"):
        export_sql(model, "t")
