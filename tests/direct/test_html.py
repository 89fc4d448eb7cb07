"""What notebooks show."""

import re
from email.message import Message
from importlib.metadata import PackageNotFoundError
from itertools import combinations
from xml.etree import ElementTree

import pytest
from sklearn import config_context
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr

from sklearn_sparcs import (
    Architecture,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._fitted import doc_link

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def architecture(*sizes, links=None):
    pairs = combinations(range(1, len(sizes) + 1), 2)
    every = tuple((i, j) for j, i in pairs)
    hidden = sizes[1:-1]
    neurons = tuple(tuple(range(n)) for n in hidden)
    layers = tuple(range(1, len(hidden) + 1))
    return Architecture(sizes, neurons, layers, links or every, 1234)


def picture(found):
    """The SVG of an architecture, parsed: it is well formed."""
    return ElementTree.fromstring(found._repr_html_())[0]


def circles(svg, radius):
    return [c for c in svg.iter("circle") if float(c.get("r")) == radius]


def lines(svg):
    """Straight links, then arcs."""
    ways = [path.get("d") for path in svg.iter("path")]
    straight = sum(way.count("M") for way in ways if "C" not in way)
    return straight, [way for way in ways if "C" in way]


@pytest.mark.parametrize("n, n_circles, n_dots", [(3, 3, 0), (9, 9, 0), (10, 8, 3)])
def test_circles_and_links(n, n_circles, n_dots):
    svg = picture(architecture(2, n, 1))
    assert len(circles(svg, 4.5)) == 2 + n_circles + 1
    assert len(circles(svg, 1.0)) == n_dots
    straight, arcs = lines(svg)
    assert straight == 3 * n_circles
    assert len(arcs) == 1
    texts = [text.text for text in svg.iter("text")]
    assert texts == ["input", "2", "hidden 1", str(n), "output", "1"]
    assert svg.get("aria-label") == f"network 2 → {n} → 1"


def test_only_links_that_are_there_are_drawn():
    svg = picture(architecture(2, 3, 4, 1, links=((2, 1), (4, 2), (4, 3))))
    straight, arcs = lines(svg)
    assert straight == 2 * 3 + 4 * 1
    assert len(arcs) == 1


def test_arcs_run_above_the_layers_between_and_inside_the_picture():
    svg = picture(architecture(3, 2, 300, 12, 1))
    left, top, width, height = map(float, svg.get("viewBox").split())
    uppermost = min(float(c.get("cy")) for c in circles(svg, 4.5))
    _, arcs = lines(svg)
    assert len(arcs) == 6
    lanes = set()
    for arc in arcs:
        numbers = [float(x) for x in re.findall(r"-?[\d.]+", arc)]
        lane = numbers[7]
        assert lane == numbers[9]
        assert top < lane < uppermost - 4.5
        lanes.add(lane)
    assert len(lanes) == 6
    for item in svg.iter("text"):
        assert left < float(item.get("x")) < left + width
        assert top < float(item.get("y")) < top + height


@pytest.mark.parametrize(
    "sizes, words",
    [
        ((5, 1), "5 → 1: linear model, 1,234 parameters"),
        ((5, 1, 1), "5 → 1 → 1: 1 hidden neuron, 1,234 parameters"),
        ((5, 2, 1), "5 → 2 → 1: 2 hidden neurons, 1,234 parameters"),
    ],
)
def test_caption(sizes, words):
    shown = ElementTree.fromstring(architecture(*sizes)._repr_html_())[1]
    assert "".join(shown.itertext()) == words


def test_fitted_estimators_show_what_they_found(kinked):
    X, y = kinked
    model = SparcsRegressor(10, max_iter=20, random_state=0).fit(X, y)
    folds = SparcsRegressorCV(3, n_alphas=3, cv=2, random_state=0)
    for estimator in (model, model.pruned_estimator_, folds.fit(X, y)):
        html = estimator._repr_html_()
        found = estimator.active_architecture_._repr_html_()
        assert html.endswith(found)
        assert "sk-top-container" in html.removesuffix(found)
        assert estimator._repr_mimebundle_()["text/html"].endswith(found)
        assert "svg" not in repr(estimator) + repr(estimator.active_architecture_)


@pytest.mark.parametrize("kind", [SparcsRegressor, SparcsClassifierCV])
def test_unfitted_estimators_show_scikit_learns_diagram(kind):
    def numberless(html):
        return re.sub(r"sk-(container|estimator)-id-\d+", "", html)

    estimator = kind()
    assert numberless(estimator._repr_html_()) == numberless(
        estimator_html_repr(estimator)
    )


def test_scikit_learns_display_option_is_kept(kinked):
    X, y = kinked
    model = SparcsRegressor(3, max_iter=5).fit(X, y)
    with config_context(display="text"):
        assert not hasattr(model, "_repr_html_")
        assert list(model._repr_mimebundle_()) == ["text/plain"]


def test_pipelines_and_searches_say_what_was_found(kinked):
    X, y = kinked
    pipeline = make_pipeline(StandardScaler(), SparcsRegressor(3, random_state=0))
    assert 'class="caption"' not in pipeline._repr_html_()
    search = GridSearchCV(pipeline, {"sparcsregressor__alpha": [0.01]}, cv=2)
    pipeline.fit(X, y)
    for model, shown in (
        (pipeline, pipeline),
        (search.fit(X, y), search.best_estimator_),
    ):
        html = model._repr_html_()
        (caption,) = re.findall('class="caption">([^<]+)<', html)
        assert caption == str(shown[-1].active_architecture_) and "→" in caption
        assert "SparcsRegressor" in html and "<svg role" not in html


def test_the_diagram_links_to_the_documentation(monkeypatch):
    model = SparcsRegressor()
    assert model._get_doc_link() == ""  # the package has no home
    package = Message()
    package["Project-URL"] = "Source, https://example.org/code"
    package["Project-URL"] = "Documentation, https://example.org/docs/"
    monkeypatch.setattr(doc_link, "metadata", lambda _: package)
    page = "https://example.org/docs/generated/sklearn_sparcs.SparcsRegressor.html"
    assert f'href="{page}"' in model._repr_html_()

    def nowhere(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doc_link, "metadata", nowhere)
    assert model._get_doc_link() == ""
