"""How Sphinx builds these pages; `make docs` runs it."""

import re
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref

import sklearn_sparcs
from sklearn_sparcs import datasets, nn, onnx

project = "sklearn-sparcs"
author = "the sklearn-sparcs developers"
copyright = author
version = release = sklearn_sparcs.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "gallery/*.ipynb", "gallery/*.py"]
templates_path = ["_templates"]
nitpicky = True

# A name in single backticks is a link where it is ours, and plain words elsewhere.
default_role = "autolink"
autosummary_generate = True
autodoc_typehints = "none"  # numpydoc says it better
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False  # the class template lists them

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

sphinx_gallery_conf = {
    "examples_dirs": "../examples/gallery",
    "gallery_dirs": "gallery",
    "within_subsection_order": "FileNameSortKey",
    "image_srcset": ["2x"],
    "thumbnail_size": (480, 320),
    "write_computation_times": False,
    "show_signature": False,
    "download_all_examples": False,
    "min_reported_time": 1,
    "abort_on_example_error": True,
}

# What is copied of an example is its input, without prompts.
copybutton_exclude = ".linenos, .gp, .go"

# Equations need no network: MathJax comes with a package, whose one file will do.
mathjax = Path(str(find_spec("sphinx-mathjax-offline").origin)).parent
mathjax_path = "tex-svg.js"

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static", str(mathjax / "static" / "mathjax" / mathjax_path)]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": project},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
wide_pages = (
    "index",
    "mathematics",
    "paper",
    "accuracy",
    "benchmarks",
    "beside-others",
    "changelog",
    "contributing",
)
html_sidebars = {page: [] for page in wide_pages}


def absolute_values(app, what, name, obj, options, lines):
    """Bars around a name are absolute values, not reStructuredText's substitutions."""
    lines[:] = [re.sub(r"\|(\w+)\|", r"\\|\1\\|", line) for line in lines]


def public_names():
    """Names as pages write them, `SparcsRegressor` or `nn.Growth`, and whole ones."""
    for module in (sklearn_sparcs, datasets, nn, onnx):
        path = module.__name__
        short = path.removeprefix("sklearn_sparcs").removeprefix(".")
        for name in module.__all__:
            whole = f"{path}.{name}"
            yield from ((name, whole), (f"{short}.{name}", whole))


PUBLIC = dict(public_names())


def link_names(app, doctree):
    """In pages, a public name set as code links to what the reference says of it."""
    for literal in list(doctree.findall(nodes.literal)):
        whole = PUBLIC.get(literal.astext().removesuffix("()"))
        within = (nodes.reference, pending_xref, nodes.title)
        if whole is None or isinstance(literal.parent, within):
            continue
        link = pending_xref(
            refdomain="py", reftype="obj", reftarget=whole, refexplicit=True
        )
        literal.replace_self(link)
        link += literal


def setup(app):
    app.connect("autodoc-process-docstring", absolute_values)
    app.connect("doctree-read", link_names)
