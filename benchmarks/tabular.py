"""How accurate, on real tables: linear, network, boosting and SPARCS side by side.

Three random 75/25 splits a table, the same preprocessing for every model, one thread a
fit. A score is R² for numbers and accuracy for classes. Each fit is written to
``--json`` as it ends, and a later run with that file does only what is missing: what
no fit, or one of another version of the model's package, has answered.

Tables: ``--data FOLDER``, else scikit-learn's own; ``--openml NAME …`` besides; and
``constructed`` ones, linear or pure noise. Models whose package is not installed are
left out. ``--page`` writes the figures into a page, between its markers.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from constructed import CONSTRUCTED
from joblib import Parallel, delayed
from tables import bundled, from_folder, from_openml
from tabular_cells import Cells
from tabular_measure import measure
from tabular_models import MODELS, version_of
from tabular_page import rewrite
from tabular_picture import draw
from tabular_report import sections


def work(table) -> float:
    """Training rows times columns, times classes."""
    X, _, y, _ = table.split(0)
    return X.size * (len(np.unique(y)) if table.classes else 1)


def installed(names: list[str]) -> list[str]:
    """Those whose package is here; a line for each other."""
    for name in names:
        if version_of(name) is None:
            print(f"{name}: left out, {MODELS[name].package} is not installed")
    return [name for name in names if version_of(name) is not None]


def wanted(tables, names, n_splits: int, n_draws: int) -> list[tuple]:
    """(table, split, model) of every fit, the quickest models and tables first."""
    sizes = {table.name: work(table) for table in tables}
    tables = sorted(tables, key=lambda table: sizes[table.name])
    jobs = []
    for name in names:
        model = MODELS[name]
        for table in tables:
            on_it = table.constructed or not model.only_constructed
            if on_it and sizes[table.name] <= model.most_work:
                drawn = table.constructed and model.cheap
                seeds = range(n_draws if drawn else n_splits)
                jobs += [(table, seed, name) for seed in seeds]
    return jobs


def run(jobs: list[tuple], cells: Cells, n_jobs: int, kept: list[str]) -> None:
    """Every fit that is missing; of ``kept`` models any version will do."""
    todo = [
        (table, seed, name)
        for table, seed, name in jobs
        if not cells.stands(
            table.name, seed, name, None if name in kept else version_of(name)
        )
    ]
    parallel = Parallel(n_jobs=n_jobs, return_as="generator_unordered")
    for found in parallel(delayed(measure)(*job) for job in todo):
        cells.add(found)
        for c in found:
            print(
                f"{c['task']:22}{c['seed']:3} {c['model']:18}{c['score']:9.4f}"
                f"{c['n_live'] or 0:6}{c['cpu_seconds']:9.1f} s",
                flush=True,
            )


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--data", type=Path, help="folder of parquet or csv tables")
    add("--openml", nargs="*", default=[], help="names of tables")
    add("--sets", nargs="*", help="only tables of these names")
    add("--aside", nargs="*", default=[], help="tables reported apart")
    add("--models", nargs="*", default=list(MODELS), choices=MODELS)
    add("--kept", nargs="*", default=[], help="models whose older results stand")
    add("--splits", type=int, default=3)
    add("--draws", type=int, default=10, help="of constructed tables; 0: none")
    add("--jobs", type=int, default=1, help="fits at a time")
    add("--json", type=Path, help="results, gone on from if there")
    add("--merge", nargs="*", type=Path, default=[], help="more results, taken in")
    add("--report-only", action="store_true", help="fit nothing")
    add("--picture", type=Path, help="score against parameters")
    add("--page", type=Path, help="rewrite the figures of this page")
    return parser.parse_args()


def tables_of(args) -> list:
    """The tables that were asked for."""
    tables = list(from_folder(args.data) if args.data else bundled())
    tables += from_openml(args.openml)
    tables += CONSTRUCTED if args.draws else []
    return [t for t in tables if not args.sets or t.name in args.sets]


def main():
    args = arguments()
    cells = Cells(args.json)
    for path in args.merge:
        cells.add(list(Cells(path)))
    if not args.report_only:
        jobs = wanted(tables_of(args), installed(args.models), args.splits, args.draws)
        run(jobs, cells, args.jobs, args.kept)
    told = sections(list(cells), args.aside)
    print("\n\n".join(told.values()))
    if args.page:
        rewrite(args.page, told)
    if args.picture:
        draw(list(cells), args.aside, args.picture)


if __name__ == "__main__":
    main()
