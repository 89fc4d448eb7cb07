"""Names of columns and classes that would be something else: code, commands, ends."""

import re
from itertools import product

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from helpers.compacts import compact, features
from numpy.testing import assert_allclose

from sklearn_sparcs import export_c, export_sql, export_text
from sklearn_sparcs._fitted.encoding import ClassEncoding
from sklearn_sparcs.onnx import to_onnx

#: Web pages, formulas of typesetters and spreadsheets, terminals, paths, databases.
NAMES = [
    "<script>alert(1)</script>",
    r"$\frac{",
    "\x1b[2J\x07",
    "../../etc/passwd",
    '"; DROP TABLE t; --',
    "=HYPERLINK(1)",
    "\u202eevil",
    "a\r\nb",
    "*/ int x; /*",
    "{0} %s",
]


def named(names, kind="one target"):
    """A model whose four features have the names."""
    return compact(kind, names=np.array(names, dtype=object))


def with_labels(labels):
    """A classifier of such labels."""
    model = compact("several words" if len(labels) > 2 else "two words")
    model.encoding_ = ClassEncoding(np.array(labels, dtype=object), False)
    return model


@pytest.mark.parametrize("name", NAMES)
def test_no_text_holds_what_a_terminal_obeys(name):
    model = named([name, "b", "c", "d"])
    labels = with_labels([name, "yes"])
    for text in (model.summary(), export_text(model), export_c(model)):
        assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert export_c(labels).isascii()


@pytest.mark.parametrize("name", NAMES)
def test_the_right_of_a_formula_is_made_of_names_alone(name):
    text = export_text(named([name, "b", "c", "d"])).replace("\n    ", " ")
    for line in text.splitlines():
        if " = " in line:
            assert re.fullmatch(r"[\w.+\-* ()]+", line.split(" = ")[1])


# -- SQL -------------------------------------------------------------------------------


def quoted_parts(query, hides):
    """What stands between marks, as a database reads it that lets a backslash hide."""
    parts, rest = [], query
    while found := re.search("[\"'`]", rest):
        mark, text, rest = found[0], "", rest[found.end() :]
        while rest and (not rest.startswith(mark) or rest.startswith(2 * mark)):
            step = 2 if rest.startswith(2 * mark) or (hides and rest[0] == "\\") else 1
            text, rest = text + rest[step - 1 : step], rest[step:]
        parts.append(text)
        rest = rest[1:]
    return parts


def read_alike(write, text):
    """Whether all databases see the same ends of what is written, or it is refused."""
    try:
        query = write(text)
    except ValueError as error:
        assert "backslash before a quotation mark" in str(error)
        return True
    one, other = (quoted_parts(query + " '' \"\" ``", hides) for hides in (False, True))
    return len(one) == len(other) and text.replace("\\", "") in (
        part.replace("\\", "") for part in one
    )


WORDS = ["".join(word) for n in (1, 2, 3) for word in product("\\'\"`a", repeat=n)]


@pytest.mark.parametrize("mark", ['"', "`"])
def test_every_database_sees_where_a_name_ends(mark):
    def write(name):
        return export_sql(
            compact(hidden=()), "t", columns=["b", name, "c", "d"], quote=mark
        )

    assert [word for word in WORDS if not read_alike(write, word)] == []
    assert r"C:\new" in write(r"C:\new")


def test_every_database_sees_where_a_label_ends():
    model = with_labels(["z", "y"])

    def write(label):
        model.encoding_ = ClassEncoding(np.array([label, "z"], dtype=object), False)
        return export_sql(model, "t").replace(f"probability_{label}", "")

    assert [word for word in WORDS if not read_alike(write, word)] == []
    for label in ("\\", "nul\0", "\\' OR 1 = 1"):
        with pytest.raises(ValueError, match="databases do not agree where it ends"):
            write(label)


# -- ONNX ------------------------------------------------------------------------------


def test_inputs_keep_the_order_of_columns_with_any_names():
    for names in (NAMES[:4], NAMES[4:8], ["variable", "a b", "a_b", "a.b"]):
        model, X = named(names), features()
        frame = pd.DataFrame(X, columns=pd.Index(names, dtype=object))
        session = onnxruntime.InferenceSession(
            to_onnx(model, frame[:1]).SerializeToString()
        )
        inputs = [given.name for given in session.get_inputs()]
        assert all(re.fullmatch(r"\w+", name) for name in inputs)
        columns = {n: X[:, [j]] for j, n in enumerate(inputs)}
        (found,) = session.run(None, columns)
        assert_allclose(found[:, 0], model.predict(frame), rtol=1e-6)


@pytest.mark.parametrize("name", ["", 0, None])
def test_columns_without_a_name_are_refused(name):
    X = features(1)
    frame = pd.DataFrame(X, columns=pd.Index(["a", name, "c", "d"], dtype=object))
    with pytest.raises(ValueError, match=f"{name!r} is none. Rename the column"):
        to_onnx(compact(), frame)
    assert [i.name for i in to_onnx(compact(), X).graph.input] == ["X"]


@pytest.mark.parametrize("label", NAMES)
def test_labels_come_back_letter_by_letter(label):
    model, X = with_labels([label, "yes"]), features()
    session = onnxruntime.InferenceSession(to_onnx(model, X[:1]).SerializeToString())
    labels = session.run(None, {"X": X})[0]
    assert labels.tolist() == model.predict(X).tolist()
    assert set(labels) == {label, "yes"}


@pytest.mark.parametrize("label", ["nul\0", "\0", "half a pair \ud800"])
def test_labels_that_would_be_cut_are_refused(label):
    with pytest.raises(ValueError, match="ONNX has no such label"):
        to_onnx(with_labels([label, "yes"]), features(1))
