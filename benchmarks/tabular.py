"""How accurate, on real tables: linear, network, boosting and SPARCS side by side.

Three random 75/25 splits a table, the same preprocessing for every model, one thread a
fit. A score is R² for numbers and accuracy for classes. Each fit is written to
``--json`` as it ends, and a later run with that file does only what is missing.

Tables: ``--data FOLDER``, else scikit-learn's own; ``--openml NAME …`` besides.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from joblib import Parallel, delayed
from tables import bundled, from_folder, from_openml
from tabular_models import LASSONET_ROWS, MODELS, Cell, measure
from tabular_report import report


def done(cells: list[Cell]) -> set[tuple]:
    """The fits that need not be made again."""
    return {(c["set"], c["seed"], c["model"]) for c in cells}


def run(tables, models, n_splits, n_jobs, path: Path | None) -> list[Cell]:
    """Every fit that is missing; all cells."""
    cells = json.loads(path.read_text()) if path and path.exists() else []
    before = done(cells)
    todo = [
        (table, seed, name)
        for name in models
        for seed in range(n_splits)
        for table in tables
        if (table.name, seed, name) not in before
        and not (name == "lassonet" and len(table.X) * 0.75 > LASSONET_ROWS)
    ]
    parallel = Parallel(n_jobs=n_jobs, return_as="generator_unordered")
    for found in parallel(delayed(measure)(*job) for job in todo):
        cells += found
        for c in found:
            print(
                f"{c['set']:22}{c['seed']:3} {c['model']:18}{c['score']:9.4f}"
                f"{c['n_live'] or 0:6}{c['seconds']:9.1f} s",
                flush=True,
            )
        if path:
            path.write_text(json.dumps(cells, indent=0))
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of parquet or csv tables")
    parser.add_argument("--openml", nargs="*", default=[], help="names of tables")
    parser.add_argument("--sets", nargs="*", help="only tables of these names")
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1, help="fits at a time")
    parser.add_argument("--json", type=Path, help="results, gone on from if there")
    parser.add_argument("--picture", type=Path, help="score against parameters")
    args = parser.parse_args()
    tables = list(from_folder(args.data) if args.data else bundled())
    tables += from_openml(args.openml)
    if args.sets:
        tables = [t for t in tables if t.name in args.sets]
    cells = run(tables, args.models, args.splits, args.jobs, args.json)
    print(report(cells, args.picture))


if __name__ == "__main__":
    main()
